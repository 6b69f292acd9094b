"""What lint finds, as lines to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mindconverter.rules.lint.finding import Check, Finding, Severity


def line_of(finding: Finding) -> tuple[str, str, str, str]:
    """Return the place, the code with what it weighs, the reason and the advice of a finding."""
    mark = "" if finding.severity is Severity.ERROR else f" {finding.severity.value}:"
    return str(finding.location), f"{finding.code}{mark}", finding.message, finding.advice


def render_text(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line for each finding: place, code, reason and advice."""
    for finding in findings:
        place, code, message, advice = line_of(finding)
        yield f"{place}: {code} {message} {advice}"


def statistics(findings: Sequence[Finding], checks: Sequence[Check]) -> Iterator[str]:
    """Yield a line for each code that was found: how often, as what, and what must hold."""
    counts = Counter((finding.code, finding.severity) for finding in findings)
    for check in checks:
        for severity in Severity:
            if counts[check.code, severity]:
                count = counts[check.code, severity]
                noun = severity.value if count == 1 else f"{severity.value}s"
                yield f"{count:6} {noun:8} {check.code} {check.title}"


def summary(findings: Sequence[Finding], files: int) -> str:
    """Return how many files were looked at, and how much was found."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return f"{_count(files, 'file')}: {_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
