"""R011: no two rules hold for the same source, nor do two policies, modules, ... have the same name."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.conflicts import NAMED, hold_together
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import LintRule
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location

_ADVICE = "Keep one of them."


def _run(subject: Subject) -> Iterator[Problem]:
    by_head: dict[tuple[object, str, str], list[LintRule]] = {}
    for rule in subject.rules:
        others = by_head.setdefault((rule.group, rule.rule.domain, rule.rule.head), [])
        twin = next((other for other in others if hold_together(other.record.data, rule.record.data)), None)
        if twin is not None:
            place = rule.record.locate("onnx" if rule.is_operator else subject.tables.source_catalog.framework)
            yield Problem(place, f"There is a rule for {rule.rule.head} at {twin.rule.location} already.", _ADVICE)
        others.append(rule)
    for kind, key in NAMED.items():
        yield from _records(subject, kind, key)


def _records(subject: Subject, kind: str, key: str) -> Iterator[Problem]:
    seen: dict[tuple[object, str], Location] = {}
    for file in subject.files:
        for record in file.sound:
            if record.kind == kind:
                name = str(record.data[key])
                first = seen.setdefault((file.group, name), record.locate(key))
                if first != record.locate(key):
                    yield Problem(record.locate(key), f"{name!r} stands at {first} already.", _ADVICE)


UNIQUE = Check("R011", "No two records hold for the same source", _run)
