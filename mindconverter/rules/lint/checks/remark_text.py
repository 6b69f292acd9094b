"""R016: what a rule says to the user are full sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.sites import parts, remarks
from mindconverter.rules.lint.subject import Subject


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        for record in file.records:
            for path, part in parts(record.data):
                for inner, remark in remarks(part):
                    text = remark.get("say") if isinstance(remark, Mapping) else remark
                    if isinstance(text, str) and not text.endswith("."):
                        key = (*path, *inner, "say") if isinstance(remark, Mapping) else (*path, *inner)
                        message = f"{text!r} does not end with a period."
                        fix = Fix(Edit.APPEND, record.path(*key), ".") if text[-1:].isalnum() else None
                        advice = "Write full sentences, the next step among them."
                        yield Problem(record.locate(*key), message, advice, fix=fix)


REMARK_TEXT = Check("R016", "What a rule says are full sentences", _run)
