"""R020: literals are what they look like: YAML 1.2 knows true, false and null, not Python's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.sites import parts
from mindconverter.rules.lint.subject import Subject

_WORDS = {"True": "true", "False": "false", "None": "null"}


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        plain = file.document.plain if file.document is not None else frozenset()
        for record in file.records:
            for path, part in parts(record.data):
                entries = part.get("set")
                for name, value in entries.items() if isinstance(entries, Mapping) else ():
                    key = (*path, "set", name)
                    if isinstance(value, str) and value in _WORDS and (record.kind, record.index, *key) in plain:
                        message = f"{value} is a text here."
                        advice = f'Write {_WORDS[value]}, or "{value}" for the text.'
                        yield Problem(record.locate(*key), message, advice)


LITERALS = Check("R020", "Literals are what they look like", _run)
