"""Every mistake is found, with its file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.rules.lint import CHECKS, Severity
from tests.rules.lint.broken import BROKEN, Broken
from tests.rules.lint.files import lint_text


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_the_mistake_is_found(broken: Broken, tmp_path: Path) -> None:
    findings = lint_text(tmp_path, broken.content, "broken.yaml")
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    assert [finding.code for finding in errors] == [broken.code], errors
    (error,) = errors
    assert Path(error.location.file) == tmp_path / "broken.yaml"
    assert error.location.line == broken.line
    assert error.location.column >= 1
    assert broken.phrase in error.message
    assert error.message.endswith((".", "'."))
    assert error.advice.endswith((".", "?"))


def test_every_check_that_makes_lint_fail_has_a_broken_file() -> None:
    found = {broken.code for broken in BROKEN.values()}
    assert found == {check.code for check in CHECKS if check.severity is Severity.ERROR}


def test_codes_are_distinct_and_in_order() -> None:
    codes = [check.code for check in CHECKS]
    assert codes == [f"R{number:03}" for number in range(1, len(CHECKS) + 1)]
    assert len({check.title for check in CHECKS}) == len(CHECKS)
