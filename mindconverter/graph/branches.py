"""Put the branch that is taken in the place of an If whose condition is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mindconverter.graph.ir import Array
from mindconverter.graph.onnx_file import add_initializer, lift_constants, looks_like_weight, tensor_to_array
from mindconverter.graph.onnx_graph import name_nodes, rename_reads, subgraphs

if TYPE_CHECKING:
    import onnx


def inline_branches(graph: onnx.GraphProto, tensors: dict[str, Array], weights: set[str]) -> bool:
    """Write the nodes of each branch that is always taken into the graph.

    Args:
        graph: The outermost graph, which is changed.
        tensors: The known values; those of the branches are added.
        weights: The names of those that are weights; those of the branches are added.

    Returns:
        Whether there was such a branch.
    """
    before = set(tensors)
    found = False
    while any(_is_decided(node, tensors) for node in graph.node):
        found = True
        nodes: list[onnx.NodeProto] = []
        taken = _names(graph)
        for node in graph.node:
            nodes += _taken_nodes(node, graph, tensors, taken) if _is_decided(node, tensors) else [_copy(node)]
        del graph.node[:]
        graph.node.extend(nodes)
        constants = dict(lift_constants(graph, tensors, graph.name))
        fresh = set(tensors) - before
        weights |= {name for name in fresh if looks_like_weight(tensors[name], stored=name not in constants)}
        before |= fresh
    if found:
        name_nodes(graph)
    return found


def _is_decided(node: onnx.NodeProto, tensors: Mapping[str, Array]) -> bool:
    if node.op_type != "If" or node.domain not in ("", "ai.onnx"):
        return False
    return node.input[0] in tensors and tensors[node.input[0]].size == 1


def _taken_nodes(
    node: onnx.NodeProto, graph: onnx.GraphProto, tensors: dict[str, Array], taken: set[str]
) -> list[onnx.NodeProto]:
    import onnx

    wanted = "then_branch" if tensors[node.input[0]].item() else "else_branch"
    branch = onnx.GraphProto()
    branch.CopyFrom(next(attribute.g for attribute in node.attribute if attribute.name == wanted))
    own = [tensor.name for tensor in branch.initializer] + [
        name for item in branch.node for name in item.output if name
    ]
    names: dict[str, str] = {}
    for name in own:
        number = 0
        names[name] = name
        while names[name] in taken:
            number += 1
            names[name] = f"{name}_{number}"
        taken.add(names[name])
    rename_reads(branch, names)
    for tensor in branch.initializer:
        add_initializer(graph, tensors, names[tensor.name], tensor_to_array(tensor, graph.name))
    for item in branch.node:
        for index, name in enumerate(item.output):
            item.output[index] = names.get(name, name)
    copies = [
        onnx.helper.make_node("Identity", [names.get(value.name, value.name)], [output], name=f"{node.name}/{index}")
        for index, (value, output) in enumerate(zip(branch.output, node.output, strict=False))
        if output
    ]
    return [*map(_copy, branch.node), *copies]


def _copy(node: onnx.NodeProto) -> onnx.NodeProto:
    return type(node).FromString(node.SerializeToString())


def _names(graph: onnx.GraphProto) -> set[str]:
    """Return every name of the graph, and of the bodies within."""
    found = {value.name for value in (*graph.input, *graph.output)} | {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        found.update(node.input, node.output)
        if node.op_type != "If":
            for body in subgraphs(node):
                found |= _names(body)
    return found
