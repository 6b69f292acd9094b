"""The two verbs of these tests: what must change, and what must not."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent

from mindconverter import convert_source
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.text import render_text
from mindconverter.rules.tables import RuleTables, load_tables


@cache
def shipped() -> RuleTables:
    """Return the shipped tables."""
    return load_tables()


def check_unchanged(code: str, *, rules: Sequence[Path] = ()) -> tuple[Diagnostic, ...]:
    """Assert that a conversion leaves a script as it is, and return what it says of it."""
    code = dedent(code)
    found = convert(code, rules)
    assert found.code == code
    return found.diagnostics


def check_converted(before: str, after: str, *, rules: Sequence[Path] = ()) -> tuple[Diagnostic, ...]:
    """Assert what a script becomes, that this is Python, and that a second conversion changes nothing."""
    found = convert(dedent(before), rules)
    assert found.code == dedent(after)
    ast.parse(found.code)
    assert convert(found.code, rules).code == found.code
    return found.diagnostics


def convert(code: str, rules: Sequence[Path] = ()):  # type: ignore[no-untyped-def]
    """Convert a text by the shipped tables, or by these and others."""
    return convert_source(code, rules=rules) if rules else convert_source(code, tables=shipped())


def report(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return the lines of the report without its first and last."""
    return render_text(diagnostics).splitlines()[1:-1]


def left(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return what was not converted."""
    return [item.source for item in diagnostics if item.outcome is Outcome.UNCONVERTED]


def table(folder: Path, text: str, helpers: str = "") -> list[Path]:
    """Write a folder of tables and return it for ``rules``."""
    folder.joinpath("rules.yaml").write_text("format: 1\n" + dedent(text))
    if helpers:
        folder.joinpath("helpers").mkdir()
        folder.joinpath("helpers", "helpers.py").write_text(dedent(helpers))
    return [folder]
