"""R001: a rule file is plain YAML."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        if file.problem is not None:
            advice = "Write the file as YAML without tags, with text keys that stand once."
            yield Problem(file.problem.location, file.problem.message, advice)


YAML = Check("R001", "The file is plain YAML", _run)
