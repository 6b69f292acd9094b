"""Find modules in a graph that tells of none: operations that are repeated one run after the other."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mindconverter.graph.ir import Scope
from mindconverter.graph.lower.lowered import Held, Operation
from mindconverter.graph.modules.classes import split_literals

_LONGEST = 300
_SHORTEST = 3
_LEAST_SAVED = 12
_CONTAINER, _CLASS = "blocks", "Block"


def name_repeats(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations with those that repeat in modules of their own; as they are if any has one.

    Args:
        operations: What the nodes became, producers first.
    """
    if any(item.scopes for item in operations):
        return list(operations)
    tokens = [_token(item) for item in operations]
    free = [True] * len(operations)
    runs: list[_Run] = []
    while (best := _best(tokens, free)) is not None:
        run = _turned(operations, best)
        runs.append(run)
        free[run.start : run.start + run.length * run.count] = [False] * (run.length * run.count)
    result = list(operations)
    for number, run in enumerate(sorted(runs, key=lambda run: run.start)):
        container = _CONTAINER if len(runs) == 1 else f"{_CONTAINER}{number + 1}"
        for place in range(run.length * run.count):
            scope = Scope(f"{container}.{place // run.length}", _CLASS)
            result[run.start + place] = replace(result[run.start + place], scopes=(scope,))
    return result


@dataclass(frozen=True)
class _Run:
    """Operations that repeat: where the first one is, how many there are each time, and how often."""

    start: int
    length: int
    count: int

    @property
    def saved(self) -> int:
        return self.length * (self.count - 1)


def _token(item: Operation) -> object:
    """Return what operations share that may stand in one class."""
    cell = None if item.cell is None else (item.cell.target, tuple(sorted(item.cell.weights)))
    operands = tuple(
        (isinstance(operand, str), isinstance(operand, Held) and operand.trained) for operand in item.operands.values()
    )
    return ast.dump(split_literals(item.code)[0]), cell, operands, len(item.outputs), bool(item.bodies)


def _best(tokens: Sequence[object], free: Sequence[bool]) -> _Run | None:
    """Return the run that saves most, of those with a Cell; the shortest of several."""
    best: _Run | None = None
    for length in range(_SHORTEST, min(_LONGEST, len(tokens) // 2) + 1):
        matched = 0
        for place in range(len(tokens) - length):
            alike = free[place] and free[place + length] and tokens[place] == tokens[place + length]
            matched = matched + 1 if alike else 0
            if matched and matched % length == 0:
                run = _Run(place + 1 - matched, length, matched // length + 1)
                if run.saved >= _LEAST_SAVED and (best is None or run.saved > best.saved):
                    best = run
    return best


def _turned(operations: Sequence[Operation], run: _Run) -> _Run:
    """Return the run from that of its operations on where fewest values go in and out of each repetition."""
    turned = [run, *(_Run(run.start + turn, run.length, run.count - 1) for turn in range(1, run.length))]
    costs = [_crossing(operations, item) for item in turned]
    whole = costs[0]
    better = [index for index, cost in enumerate(costs) if cost < whole and turned[index].saved >= _LEAST_SAVED]
    return turned[min(better, key=lambda index: (costs[index], index))] if better else run


def _crossing(operations: Sequence[Operation], run: _Run) -> int:
    """Return how many values go into and out of the second repetition, which has one before it and mostly one after."""
    first = run.start + run.length * min(1, run.count - 1)
    inside = operations[first : first + run.length]
    made = {name for item in inside for name in item.outputs if name}
    read = {name for item in inside for name in item.values}
    others = (*operations[:first], *operations[first + run.length :])
    outside = {name for item in others for name in item.values}
    return len(read - made) + len(made & outside)
