"""Move what several modules of one kind share out of the one that happens to compute it.

Exporters compute equal things once: the mask that every layer of an encoder derives from its input is then computed in
the first layer, which gives it to the others. That layer would be a class of its own, unlike all the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mindconverter.graph.lower.lowered import Held, Operation

Path = tuple[str, ...]
_NUMBER = re.compile(r"[0-9]+")


def lift_shared(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations, with those that several modules of one kind share in the module around these.

    What is moved holds no parameter, depends on nothing else of its module, and is read there too.

    Args:
        operations: What the nodes became, producers first.
    """
    search = _Search(
        operations,
        [tuple(scope.name for scope in item.scopes) for item in operations],
        {name: index for index, item in enumerate(operations) for name in item.outputs if name},
        {},
    )
    for index, item in enumerate(operations):
        for name in item.values:
            search.readers.setdefault(name, []).append(index)
    depths: dict[int, int] = {}
    for index in range(len(operations)):
        for place, depth in search.lifted(index).items():
            depths[place] = min(depth, depths.get(place, depth))
    return [
        replace(item, scopes=item.scopes[: depths[index]]) if index in depths else item
        for index, item in enumerate(operations)
    ]


@dataclass(frozen=True)
class _Search:
    operations: Sequence[Operation]
    paths: Sequence[Path]
    producers: dict[str, int]
    readers: dict[str, list[int]]

    def lifted(self, index: int) -> dict[int, int]:
        """Return the operations that move with one, each with the length of its new path; none if it stays."""
        own = self.paths[index]
        readers = [
            self.paths[reader] for name in self.operations[index].outputs for reader in self.readers.get(name, ())
        ]
        alike = [path for path in readers if path != own and _kind(path) == _kind(own)]
        if not own or not alike or own not in readers:
            return {}
        depth = min(_shared(own, path) for path in readers)
        moved: dict[int, int] = {}
        waiting = [index]
        while waiting:
            place = waiting.pop()
            if place in moved:
                continue
            if not _is_free(self.operations[place]):
                return {}
            moved[place] = depth
            sources = [self.producers[name] for name in self.operations[place].values if name in self.producers]
            waiting.extend(source for source in sources if self.paths[source][: depth + 1] == own[: depth + 1])
        return moved


def _kind(path: Path) -> Path:
    """Return a path without its numbers, which modules of one kind share."""
    return tuple(_NUMBER.sub("#", part) for part in path)


def _shared(one: Path, other: Path) -> int:
    pairs = zip(one, other, strict=False)
    return next((depth for depth, (first, second) in enumerate(pairs) if first != second), min(len(one), len(other)))


def _is_free(operation: Operation) -> bool:
    """Tell whether an operation holds nothing that is trained or that needs a place of its own."""
    if operation.cell is not None or operation.bodies:
        return False
    return not any(isinstance(operand, Held) and operand.trained for operand in operation.operands.values())
