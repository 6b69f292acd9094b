"""``mindconverter rules docs``: the pages that show the tables."""

from __future__ import annotations

import re
import resource
from pathlib import Path

import pytest

from mindconverter.cli.main import main
from mindconverter.rules.explain.words import in_words
from mindconverter.rules.expr import parse_expression
from mindconverter.rules.pages.pages import MARK

PAGES = Path(__file__).parents[2] / "docs" / "tables"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_the_pages_of_the_documentation_are_fresh_and_quickly_written(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text(f"{MARK}\n")
    (tmp_path / "mine.md").write_text("# Mine\n")
    before = resource.getrusage(resource.RUSAGE_SELF)
    assert main(["rules", "docs", "--output", str(tmp_path)]) == 0
    after = resource.getrusage(resource.RUSAGE_SELF)
    written, kept = contents(tmp_path), contents(PAGES)
    assert written.pop("mine.md") == "# Mine\n", "a page of someone else's"
    assert "old.md" not in written, "a page of an earlier run"
    stale = {name for name in written.keys() | kept.keys() if written.get(name) != kept.get(name)}
    assert not stale, "Write docs/tables anew: python scripts/write_coverage.py"
    # Three seconds alone, up to twice that where other tests share the processor's caches.
    assert after.ru_utime - before.ru_utime < 7


def test_links_between_pages_lead_somewhere() -> None:
    for name, text in contents(PAGES).items():
        assert [link for link in re.findall(r"\]\(([^)]+)\)", text) if not (PAGES / link).exists()] == [], name


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for name, text in contents(PAGES).items():
        cells = 0
        for line in text.splitlines():
            found = len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`|]*`", "", line)))
            cells = (cells or found) if line.startswith("|") else 0
            assert found == cells or not cells, f"{name}: {line}"


def test_a_page_says_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    convolution = next(line for line in contents(PAGES)["torch_nn.md"].splitlines() if "| `torch.nn.Conv2d` |" in line)
    assert "groups → group, bias → has\\_bias; other default: bias" in convolution
    assert "if padding is an int: `pad_mode='pad'`" in convolution
    assert "`nn.Conv2d(4, 6, 3)` → " in convolution


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("known(padding) and padding == 'same'", "padding is 'same'"),
        ("known(p) and (p == 0 or p is None)", "p is 0 or p is None"),
        ("not (a and b == 1)", "a is false or b is not 1"),
        ("a and (b or c)", "a is true and (b is true or c is true)"),
        ("is_int(axis) and rank(x) >= 2", "axis is an int and the rank of x is at least 2"),
        ("dtype(x) not in ('int8', 'uint8')", "the type of x is none of 'int8', 'uint8'"),
        ("not given(out)", "out is not given"),
        ("all(n > 1 for n in sizes)", "all((n > 1 for n in sizes)) holds"),
        ("known(x)", "x is known"),
    ],
)
def test_conditions_are_told_in_words(condition: str, words: str) -> None:
    assert in_words(parse_expression(condition).tree) == words
