"""Put the branch that is taken in the place of an If whose condition is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mindconverter.graph.ir import Array
from mindconverter.graph.onnx_model.onnx_graph import name_nodes, rename_reads, subgraphs

if TYPE_CHECKING:
    import onnx


def inline_branches(graph: onnx.GraphProto, tensors: Mapping[str, Array]) -> bool:
    """Write the nodes of each branch that is always taken into the graph.

    Args:
        graph: The outermost graph, which is changed.
        tensors: The known values.

    Returns:
        Whether there was such a branch.
    """
    found = False
    while any(_is_decided(node, tensors) for node in graph.node):
        found = True
        nodes: list[onnx.NodeProto] = []
        taken = _names(graph, tensors)
        for node in graph.node:
            nodes += _taken_nodes(node, tensors, taken) if _is_decided(node, tensors) else [_copy(node)]
        del graph.node[:]
        graph.node.extend(nodes)
    if found:
        name_nodes(graph)
    return found


def _is_decided(node: onnx.NodeProto, tensors: Mapping[str, Array]) -> bool:
    if node.op_type != "If" or node.domain not in ("", "ai.onnx"):
        return False
    return node.input[0] in tensors and tensors[node.input[0]].size == 1


def _taken_nodes(node: onnx.NodeProto, tensors: Mapping[str, Array], taken: set[str]) -> list[onnx.NodeProto]:
    import onnx

    wanted = "then_branch" if tensors[node.input[0]].item() else "else_branch"
    branch = onnx.GraphProto()
    branch.CopyFrom(next(attribute.g for attribute in node.attribute if attribute.name == wanted))
    own = [name for item in branch.node for name in item.output if name]
    names: dict[str, str] = {}
    for name in own:
        number = 0
        names[name] = name
        while names[name] in taken:
            number += 1
            names[name] = f"{name}_{number}"
        taken.add(names[name])
    rename_reads(branch, names)
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


def _names(graph: onnx.GraphProto, tensors: Mapping[str, Array]) -> set[str]:
    """Return every name of the graph, and of the bodies within that stay."""
    found = {value.name for value in (*graph.input, *graph.output)} | {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        found.update(node.input, node.output)
        if not _is_decided(node, tensors):
            for body in subgraphs(node):
                found |= _names(body, tensors)
    return found
