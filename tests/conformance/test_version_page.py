"""The page on versions says what was measured last of each version."""

from __future__ import annotations

from tests.conformance.run_versions import PAGE
from tests.conformance.version_page import Measured, renewed

EMPTY = """\
# Versions

| Version | rules | examples | passed | failed |
| --- | --- | --- | --- | --- |

Text.

## What fails

Nothing that was run.
"""


def test_a_version_gets_its_row_and_what_failed() -> None:
    page = renewed(EMPTY, Measured("2.7.2", 5, 10, 20, {"abs-0": "AssertionError: a | b\n  more"}))
    page = renewed(page, Measured("2.10.0", 10, 10, 40, {}))
    rows = "| MindSpore 2.10.0 | 10 of 10 | 40 | 40 | 0 |\n| MindSpore 2.7.2 | 5 of 10 | 20 | 19 | 1 |\n\nText.\n"
    assert rows in page
    assert page.endswith("## What fails\n\n- MindSpore 2.7.2: `abs-0`: AssertionError: a / b more\n")
    later = renewed(page, Measured("2.7.2", 10, 10, 40, {}))
    assert later.count("| MindSpore") == 2
    assert later.endswith("## What fails\n\nNothing that was run.\n")


def test_the_page_can_be_renewed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "| MindSpore 9.9.9 | 1 of 2 | 3 | 3 | 0 |" in renewed(page, Measured("9.9.9", 1, 2, 3, {}))
