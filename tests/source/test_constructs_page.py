"""The page of constructs is true: what it says of each is what the conversion gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.source.conversion import convert

_PAGE = Path(__file__).parents[2] / "docs" / "constructs.md"
_PAIR = re.compile(
    r"^## ([^\n]+)\n(?:(?!^## ).)*?^```python\n(.*?)^```\n\nbecomes\n\n^```python\n(.*?)^```\n", re.S | re.M
)
PAIRS = _PAIR.findall(_PAGE.read_text(encoding="utf-8"))


def test_every_section_has_a_pair() -> None:
    assert [title for title, _, _ in PAIRS] == re.findall("^## (.*)$", _PAGE.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize(("before", "after"), [pytest.param(*pair, id=title) for title, *pair in PAIRS])
def test_the_page_is_true(before: str, after: str) -> None:
    assert convert(before).code == after
    assert convert(after).code == after
