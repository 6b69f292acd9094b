"""Rules for the fields of named tuples, from the names that the rule of the class gives to the items."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mindconverter.errors import RuleTableError
from mindconverter.rules.source_files import Record


def with_fields(records: Iterable[Record]) -> Iterator[Record]:
    """Yield records, and behind a rule with ``items`` those of its fields: each is the item at its place."""
    for record in records:
        yield record
        names = record.data.get("items")
        if record.kind != "rules" or not isinstance(names, list):
            continue
        types = _types(str(record.data.get("like", "")))
        if len(types) != len(names):
            advice = "Write 'like: tuple[X, Y]' beside it, with as many items."
            raise RuleTableError("The items have names and no kinds.", where=str(record.locate("items")), advice=advice)
        for place, name in enumerate(names):
            data = {"torch": f"{record.data['torch']}.{name}", "rewrite": f"{{self}}[{place}]", "returns": types[place]}
            yield replace(record, data=data)


def _types(like: str) -> list[str]:
    """Return the items of ``tuple[X, Y]``; none of anything else."""
    match ast.parse(like).body:
        case [ast.Expr(value=ast.Subscript(slice=ast.Tuple(elts=items)))]:
            return [ast.unparse(item) for item in items]
    return []
