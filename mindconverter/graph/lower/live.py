"""Leave out nodes that go, and operations whose results nothing reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mindconverter.graph.ir import Graph
from mindconverter.graph.lower.lowered import Bypass, Operation


def without_bypasses(graph: Graph, lowered: Sequence[Operation | Bypass]) -> tuple[list[Operation], list[str]]:
    """Return the operations and the graph's outputs, reading what the nodes that go let through."""
    sources: dict[str, str] = {}
    operations: list[Operation] = []
    for item in lowered:
        if isinstance(item, Bypass):
            sources[item.output] = sources.get(item.source, item.source)
            continue
        operands = {
            key: sources.get(operand, operand) if isinstance(operand, str) else operand
            for key, operand in item.operands.items()
        }
        operations.append(replace(item, operands=operands) if operands != item.operands else item)
    return operations, [sources.get(value.name, value.name) for value in graph.outputs]


def live_operations(operations: Sequence[Operation], outputs: Sequence[str]) -> list[Operation]:
    """Return the operations that the outputs need, in their order.

    What computed a shape is left over where the shape is read from a tensor instead.

    Args:
        operations: What the nodes became, producers first.
        outputs: The values that the model gives.
    """
    needed = set(outputs)
    live: list[Operation] = []
    for operation in reversed(operations):
        if needed.intersection(operation.outputs):
            needed.update(operation.values)
            live.append(operation)
    return live[::-1]
