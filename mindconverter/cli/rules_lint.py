"""Print what lint finds."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mindconverter.rules.lint import Finding, Severity, run_lint
from mindconverter.rules.lint.load import files_to_lint

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def lint(paths: Sequence[Path]) -> int:
    """Check rule files, print a line for each finding and a summary, and return 1 if there are errors.

    Args:
        paths: Files and folders; none for the shipped tables.

    Raises:
        BadParameterError: A path does not exist.
        RuleTableError: A catalogue or a helper file cannot be read.
    """
    findings = run_lint(paths)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    files = len(files_to_lint(paths))
    summary = f"{_count(files, 'file')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}."
    if sys.stdout.isatty():
        _print_styled(findings, summary)
    else:
        for finding in findings:
            print(f"{finding.location}: {finding.code}{_mark(finding)} {finding.message} {finding.advice}")
        print(summary)
    return 1 if errors else 0


def _mark(finding: Finding) -> str:
    return "" if finding.severity is Severity.ERROR else f" {finding.severity.value}:"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _print_styled(findings: Iterable[Finding], summary: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        line = Text.assemble(
            (str(finding.location), "dim"),
            ": ",
            (f"{finding.code}{_mark(finding)}", _STYLES[finding.severity]),
            f" {finding.message} ",
            (finding.advice, "dim"),
        )
        console.print(line)
    console.print(summary)
