"""R029: what belongs together stands together, in the usual order."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.forms import LintRule
from mindconverter.rules.lint.subject import RuleFile, Subject
from mindconverter.rules.source_files import Record

_FIRST = ("format", "proved")
_HEADS = ("torch", "onnx")


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        yield from _of_file(file)
        yield from _together(file)
        for record in file.sound:
            yield from _of_record(record)
    for rule in subject.rules:
        yield from _versions(rule)


def _of_file(file: RuleFile) -> Iterator[Problem]:
    data = file.document.data if file.document is not None else None
    keys = list(data) if isinstance(data, dict) else []
    for place, key in enumerate(key for key in _FIRST if key in keys):
        if keys[place] != key:
            assert file.document is not None
            message = f"The key {key!r} does not stand at the beginning of the file."
            yield Problem(file.document.locate((key,)), message, f"Begin with {' and '.join(_FIRST)}.")


def _of_record(record: Record) -> Iterator[Problem]:
    first = next(iter(record.data))
    for head in _HEADS:
        if record.kind == "rules" and head in record.data and first != head:
            message = f"The rule does not begin with what it is for: {first!r} stands before {head!r}."
            yield Problem(record.locate(head), message, f"Begin with {head!r}.")


def _together(file: RuleFile) -> Iterator[Problem]:
    """Yield rules whose source has rules further up in the file, with others between."""
    seen: dict[tuple[str, ...], Record] = {}
    before: tuple[str, ...] = ()
    for record in file.sound:
        if record.kind != "rules":
            continue
        source = tuple(str(record.data.get(key, "")) for key in (*_HEADS, "domain"))
        if source in seen and source != before:
            name = next(filter(None, source))
            message = f"The rules for {name} do not stand together: another one is at {seen[source].locate()}."
            yield Problem(record.locate(), message, "Move it there.")
        seen[source] = record
        before = source


def _versions(rule: LintRule) -> Iterator[Problem]:
    since = list(rule.rule.since)
    if since != sorted(since):
        text = f"[{', '.join(map(str, sorted(since)))}]"
        message = f"The versions of {rule.rule.head} do not go up."
        fix = Fix(Edit.REPLACE, rule.record.path("since"), text)
        yield Problem(rule.record.locate("since"), message, f"Write {text}.", fix=fix)


ORDER = Check("R029", "Records stand in order", _run)
