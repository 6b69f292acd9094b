"""Every check is documented, with a bad and a good example that are what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mindconverter.rules.lint import CHECKS, Check, Severity
from tests.rules.lint.files import lint_text

DOCUMENT = (Path(__file__).parents[3] / "docs" / "lint.md").read_text()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_the_examples_of_a_check_are_bad_and_good(check: Check, tmp_path: Path) -> None:
    (section,) = re.findall(rf"^## {check.code} {check.title}\n(.*?)(?=^## |\Z)", DOCUMENT, flags=re.M | re.S)
    bad, good = re.findall(r"```yaml\n(.*?)```", section, flags=re.S)
    codes = {finding.code for finding in lint_text(tmp_path, bad)}
    assert codes - {"R017", "R025"} <= {check.code}
    assert check.code in codes
    findings = lint_text(tmp_path, good)
    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []
    assert check.code not in {finding.code for finding in findings}


def test_no_documented_check_is_gone() -> None:
    assert re.findall(r"^## (\w+) ", DOCUMENT, flags=re.M) == [check.code for check in CHECKS]
