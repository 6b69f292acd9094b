"""What records other than rules say, as tables: fusions, idioms, policies and what is refused as a whole."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mindconverter.rules.explain.words import in_words
from mindconverter.rules.pages.markdown import code, table, text
from mindconverter.rules.source_files import Record

_PLAIN = frozenset({"idiom", "helper", "review", "repeated", "kinds", "names"})


def other_lines(records: Sequence[Record]) -> list[str]:
    """Return the lines of a page about the records of a file that are no rules."""
    lines: list[str] = []
    for kind, (head, row) in _TABLES.items():
        lines += table(head, [row(record.data) for record in records if record.kind == kind])
    for record in records:
        if record.kind == "idioms":
            lines += _idiom(record.data)
    return lines


def _fusion(data: Mapping[str, Any]) -> Sequence[str]:
    when = text(_condition(data["when"])) if "when" in data else ""
    return (text(data["fusion"]), "<br>".join(map(code, data["pattern"])), code(data["becomes"]), when)


def _policy(data: Mapping[str, Any]) -> Sequence[str]:
    said = []
    for key, word in (("refuse", "Refused"), ("warn", ""), ("review", "To check")):
        remarks = data.get(key, [])
        for remark in remarks if isinstance(remarks, list) else [remarks]:
            when = f"if {_condition(remark['when'])}" if isinstance(remark, dict) and "when" in remark else ""
            head = " ".join(part for part in (word, when) if part)
            say = remark["say"] if isinstance(remark, dict) else remark
            said.append(text(f"{head[0].upper()}{head[1:]}: {say}" if head else say))
    if "rebind" in data or "receives" in data:
        said.append("The result is assigned, or written into what the argument names.")
    return (code(data["parameter"]), "<br>".join(said) or "Left out.")


def _namespace(data: Mapping[str, Any]) -> Sequence[str]:
    return (code(data["namespace"]), text(data["say"]))


def _cast(data: Mapping[str, Any]) -> Sequence[str]:
    return (text(data["cast"]), text(_condition(data["when"])), code(data["rewrite"]))


def _keyword(data: Mapping[str, Any]) -> Sequence[str]:
    return (_names(data["synonyms"]), code(data["parameter"]), _names(data["of"]))


def _module(data: Mapping[str, Any]) -> Sequence[str]:
    becomes = code(f"import {data['to']}") if "to" in data else code(data["import"]) if "import" in data else "gone"
    return (code(data["module"]), becomes)


_TABLES: Mapping[str, tuple[Sequence[str], Callable[[Mapping[str, Any]], Sequence[str]]]] = {
    "fusions": (("Fusion", "Nodes", "Become", "Only if"), _fusion),
    "policies": (("Parameter", "Where the target has none of that name"), _policy),
    "namespaces": (("Refused as a whole", "What to do instead"), _namespace),
    "casts": (("Name of the cast", "Only if", "Becomes"), _cast),
    "keywords": (("Keyword", "Means", "In"), _keyword),
    "modules": (("Module", "Import"), _module),
}


def _idiom(data: Mapping[str, Any]) -> list[str]:
    rows = []
    for key, value in data.items():
        if key not in _PLAIN and isinstance(value, (str, list)):
            shown = [
                item if isinstance(item, str) else f"{item['source']} → {item['becomes']}" for item in _list(value)
            ]
            rows.append((text(key), "<br>".join(map(code, shown))))
    return [f"{text(str(data['idiom']).replace('_', ' ').capitalize())}:", "", *table(("Part", "Code"), rows)]


def _condition(source: str) -> str:
    return in_words(ast.parse(source.strip(), mode="eval").body)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _names(value: object) -> str:
    return ", ".join(map(code, _list(value)))
