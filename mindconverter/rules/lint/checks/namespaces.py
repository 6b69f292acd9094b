"""R021: a namespace has names that no rule takes from it."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.build import build_namespace
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject


def _run(subject: Subject) -> Iterator[Problem]:
    entries = subject.tables.source_catalog.entries
    for file in subject.files:
        for record in file.sound:
            if record.kind != "namespaces":
                continue
            namespace = build_namespace(record.data, record.locate)
            heads = {rule.rule.head for rule in subject.rules if rule.group == file.group}
            known = [name for name in entries if namespace.covers(name) and entries[name]["kind"] != "module"]
            if known and heads.issuperset(known):
                message = f"All names that {namespace.name} covers have rules of their own."
                yield Problem(record.locate("namespace"), message, "Remove the namespace.")


NAMESPACES = Check("R021", "Namespaces leave something to refuse", _run)
