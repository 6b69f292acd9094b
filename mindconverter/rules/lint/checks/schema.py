"""R002: a rule file has the keys and values that the schema says."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.subject import Subject, is_text_of_remark
from mindconverter.rules.lint.traps import broken_expressions


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        if not file.schema:
            continue
        broken = {text.whole for record in file.records for text in broken_expressions(record)}
        for finding in file.schema:
            if is_text_of_remark(finding) or any(finding.path[: len(path)] == path for path in broken):
                continue  # checks of their own tell what it is
            advice = "See docs/rules.md for the keys of rules."
            fix = Fix(Edit.RENAME, finding.path, finding.meant) if finding.meant is not None else None
            if fix is not None:
                advice = f"Did you mean {finding.meant!r}? {advice}"
            yield Problem(finding.location, finding.message, advice, fix=fix)


SCHEMA = Check("R002", "Keys and values are those of the schema", _run)
