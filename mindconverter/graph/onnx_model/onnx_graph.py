"""Walk, sort, rename and prune an ONNX graph."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mindconverter.errors import ModelLoadingError

if TYPE_CHECKING:
    import onnx


def subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """Yield the bodies that a control flow node carries."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def captured_names(node: onnx.NodeProto) -> set[str]:
    """Return the names of the enclosing graph that a node's bodies read."""
    captured: set[str] = set()
    for graph in subgraphs(node):
        own = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
        own |= {name for inner in graph.node for name in inner.output}
        read = {name for inner in graph.node for name in (*inner.input, *captured_names(inner))}
        read |= {value.name for value in graph.output}
        captured |= read - own
    return captured - {""}


def dependencies(node: onnx.NodeProto) -> set[str]:
    """Return every name that a node reads."""
    return ({*node.input} | captured_names(node)) - {""}


def sort_nodes(graph: onnx.GraphProto, where: str) -> None:
    """Put producers before consumers and give every node a unique name.

    Raises:
        ModelLoadingError: A node reads what nothing produces, two nodes produce one name, or nodes form a cycle.
    """
    producer: dict[str, int] = {}
    for index, node in enumerate(graph.node):
        for name in node.output:
            if name and name in producer:
                raise ModelLoadingError(f"Two nodes produce the value {name!r}.", where=where)
            producer[name] = index
    outside = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    needs: list[set[int]] = []
    for node in graph.node:
        missing = sorted(name for name in dependencies(node) if name not in producer and name not in outside)
        if missing:
            raise ModelLoadingError(
                f"The node {node.name!r} ({node.op_type}) reads {missing[0]!r}, which nothing produces.",
                where=where,
                advice="The model is damaged; export it again.",
            )
        needs.append({producer[name] for name in dependencies(node) if name in producer})
    for value in graph.output:
        if value.name not in producer and value.name not in outside:
            raise ModelLoadingError(f"Nothing produces the output {value.name!r}.", where=where)
    order = _topological_order(needs)
    if len(order) != len(graph.node):
        raise ModelLoadingError("The nodes of the graph form a cycle.", where=where, advice="Export the model again.")
    if order != sorted(order):
        nodes = [graph.node[index] for index in order]
        copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del graph.node[:]
        graph.node.extend(copies)
    name_nodes(graph)


def rename_reads(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Make every node of the graph and of its bodies read other names."""
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name in names:
                node.input[index] = names[name]
        for body in subgraphs(node):
            rename_reads(body, names)
            for value in body.output:
                value.name = names.get(value.name, value.name)


def prune(graph: onnx.GraphProto) -> None:
    """Drop nodes and initializers that no output needs; the nodes must be sorted."""
    needed = {value.name for value in graph.output}
    for index in reversed(range(len(graph.node))):
        node = graph.node[index]
        if any(name in needed for name in node.output):
            needed |= dependencies(node)
        else:
            del graph.node[index]
    for index in reversed(range(len(graph.initializer))):
        if graph.initializer[index].name not in needed:
            del graph.initializer[index]


def _topological_order(needs: list[set[int]]) -> list[int]:
    """Return a stable order, or a part of one if there is a cycle."""
    users: list[list[int]] = [[] for _ in needs]
    open_needs = [len(need) for need in needs]
    for index, need in enumerate(needs):
        for other in need:
            users[other].append(index)
    ready = [index for index, count in enumerate(open_needs) if count == 0]
    order: list[int] = []
    while ready:
        index = heapq.heappop(ready)
        order.append(index)
        for user in users[index]:
            open_needs[user] -= 1
            if open_needs[user] == 0:
                heapq.heappush(ready, user)
    return order


def name_nodes(graph: onnx.GraphProto) -> None:
    """Give every node a name of its own."""
    taken = {node.name for node in graph.node}
    seen: set[str] = {""}
    for index, node in enumerate(graph.node):
        if node.name in seen:
            base = node.name or f"{node.op_type}_{index}"
            name, number = base, 0
            while name in taken:
                number += 1
                name = f"{base}_{number}"
            node.name = name
            taken.add(name)
        seen.add(node.name)
