"""Leave out operations whose results nothing reads."""

from __future__ import annotations

from collections.abc import Sequence

from mindconverter.graph.lowered import Operation


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
