"""Take the change of layout that stands before a layer out of it, so that the layer is one Cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mindconverter.graph.lower.lowered import Operation
from mindconverter.rules.tables import RuleTables


def lift_layouts(operations: Sequence[Operation], tables: RuleTables) -> list[Operation]:
    """Return the operations with each change of layout that comes first in a layer of one Cell outside that layer.

    Args:
        operations: The operations of a graph whose converter changes layouts within the layers that need it.
        tables: The rules, which tell what a change of layout is: what they can move.
    """
    changes = {(fusion.becomes.domain, fusion.becomes.operator) for fusion in tables.fusions if fusion.moves}
    layers: dict[tuple[str, ...], list[Operation]] = {}
    for item in operations:
        names = tuple(scope.name for scope in item.scopes)
        for end in range(1, len(names) + 1):
            layers.setdefault(names[:end], []).append(item)
    lifted = {
        id(first)
        for first, second in (members for members in layers.values() if len(members) == 2)
        if (first.node.domain, first.node.op_type) in changes
        and second.cell is not None
        and list(second.values) == list(first.outputs)
    }
    return [replace(item, scopes=item.scopes[:-1]) if id(item) in lifted else item for item in operations]
