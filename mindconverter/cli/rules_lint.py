"""Run ``mindconverter rules lint``: print or write what lint finds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from mindconverter.errors import BadParameterError, ReportGenerationError
from mindconverter.rules.lint import CHECKS, Check, Finding, Severity, run_lint
from mindconverter.rules.lint.fixes import fixed_files, write_fixes
from mindconverter.rules.lint.load import files_to_lint
from mindconverter.rules.lint.views.text import line_of, render_text, statistics, summary

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def lint(options: argparse.Namespace) -> int:
    """Check rule files, print or write what was found, and return 1 if there are errors.

    Args:
        options: The options of the command.

    Raises:
        BadParameterError: A path or a code does not exist.
        RuleTableError: A catalogue or a helper file cannot be read.
        ReportGenerationError: The output, or a corrected file, cannot be written.
    """
    checks = _chosen(options.select, options.ignore)
    if options.statistics and options.format != "text":
        raise BadParameterError("'--statistics' is for '--format text' only.", advice="The other forms list all.")
    if options.diff:
        return _show_fixes(options, checks)
    if options.fix:
        write_fixes(fixed_files(options.paths, checks))
    findings = run_lint(options.paths, checks)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    total = summary(findings, len(files_to_lint(options.paths)))
    shown = errors if options.quiet else findings
    if options.output is None and options.format == "text" and sys.stdout.isatty():
        _print_styled(errors if options.statistics else shown)
    else:
        _write(options, _rendered(options, errors if options.statistics else shown, checks))
    if options.format == "text" and options.statistics:
        sys.stdout.writelines(f"{line}\n" for line in statistics(shown, checks))
    if not options.quiet and (options.format == "text" or options.output is not None):
        print(total)
    return 1 if errors else 0


def _show_fixes(options: argparse.Namespace, checks: Sequence[Check]) -> int:
    """Print what fixes would change, and return 1 if they would change anything."""
    fixed = fixed_files(options.paths, checks)
    sys.stdout.writelines(file.diff for file in fixed)
    return 1 if fixed else 0


def _chosen(select: Sequence[str] | None, ignore: Sequence[str] | None) -> tuple[Check, ...]:
    selected, ignored = _codes(select), _codes(ignore)
    return tuple(check for check in CHECKS if (select is None or check.code in selected) and check.code not in ignored)


def _codes(texts: Sequence[str] | None) -> set[str]:
    known = {check.code for check in CHECKS}
    found = {code.strip() for text in texts or () for code in text.split(",")}
    for code in sorted(found - known):
        raise BadParameterError(f"There is no check {code!r}.", advice=f"The checks are {min(known)} to {max(known)}.")
    return found


def _rendered(options: argparse.Namespace, findings: Sequence[Finding], checks: Sequence[Check]) -> str:
    """Return the findings in the form that was chosen."""
    if options.format == "json":
        from mindconverter.rules.lint.views.json import render_json

        return render_json(findings, len(files_to_lint(options.paths)))
    if options.format == "sarif":
        from mindconverter.rules.lint.views.sarif import render_sarif

        return render_sarif(findings, checks)
    if options.format == "github":
        from mindconverter.rules.lint.views.github import render_github

        return _lines(render_github(findings))
    return _lines(render_text(findings))


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _write(options: argparse.Namespace, text: str) -> None:
    if options.output is None:
        sys.stdout.write(text)
        return
    from mindconverter.report.write import atomic_write_text

    atomic_write_text(options.output, text, ReportGenerationError)


def _print_styled(findings: Iterable[Finding]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        place, code, message, advice = line_of(finding)
        style = _STYLES[finding.severity]
        console.print(Text.assemble((place, "dim"), ": ", (code, style), f" {message} ", (advice, "dim")))
