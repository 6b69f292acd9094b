"""R003: expressions, templates and signatures are quoted and in their language."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.lint.traps import broken_expressions


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        for record in file.records:
            for text in broken_expressions(record):
                place = text.path[2:]
                yield Problem(record.locate(*place), text.message, text.advice, fix=text.fix)


EXPRESSIONS = Check("R003", "Expressions are quoted and in their language", _run)
