"""R021: a namespace has names that no rule takes from it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from mindconverter.rules.build import build_namespace
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.subject import Subject

_LAST = "\uffff"
"""A letter behind all that names have."""


def _run(subject: Subject) -> Iterator[Problem]:
    if not any(record.kind == "namespaces" for file in subject.files for record in file.sound):
        return
    entries = subject.tables.source_catalog.entries
    names = sorted(name for name, entry in entries.items() if entry["kind"] != "module")
    heads: dict[Path | None, set[str]] = {}
    for rule in subject.rules:
        heads.setdefault(rule.group, set()).add(rule.rule.head)
    for file in subject.files:
        for record in file.sound:
            if record.kind != "namespaces":
                continue
            namespace = build_namespace(record.data, record.locate)
            own = heads.get(file.group, set())
            covered = filter(namespace.covers, _beginning_with(namespace.name.removesuffix("*"), names))
            if next(covered, None) in own and all(name in own for name in covered):
                message = f"All names that {namespace.name} covers have rules of their own."
                yield Problem(
                    record.locate("namespace"), message, "Remove the namespace.", fix=Fix(Edit.REMOVE, record.path())
                )


def _beginning_with(start: str, names: Sequence[str]) -> Sequence[str]:
    """Return the names that begin so, out of names in order."""
    return names[bisect_left(names, start) : bisect_right(names, f"{start}{_LAST}")]


NAMESPACES = Check("R021", "Namespaces leave something to refuse", _run)
