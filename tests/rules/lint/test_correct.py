"""Correct rule files pass, however near they come to a mistake."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mindconverter.rules.lint import CHECKS, Severity
from tests.rules.lint.broken import BROKEN
from tests.rules.lint.correct import CORRECT
from tests.rules.lint.files import lint_text


@pytest.mark.parametrize(("codes", "text"), CORRECT.values(), ids=CORRECT.keys())
def test_a_correct_file_passes(codes: str, text: str, tmp_path: Path) -> None:
    findings = lint_text(tmp_path, text)
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    assert not {finding.code for finding in findings} & set(codes.split())


def test_every_check_has_twice_as_many_correct_files_as_broken_ones() -> None:
    broken = Counter(each.code for each in BROKEN.values())
    correct = Counter(code for codes, _ in CORRECT.values() for code in codes.split())
    assert {check.code: correct[check.code] for check in CHECKS if correct[check.code] < 2 * broken[check.code]} == {}
    assert set(correct) == {check.code for check in CHECKS}
