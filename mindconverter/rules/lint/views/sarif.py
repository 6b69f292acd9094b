"""What lint finds, as SARIF."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mindconverter.report.sarif_log import SarifResult, SarifRule
from mindconverter.report.sarif_log import render_sarif as render_log
from mindconverter.rules.lint.finding import Check, Finding
from mindconverter.rules.places import docs_root

_PAGE = "https://mindconverter.dev/lint/"


def render_sarif(findings: Sequence[Finding], checks: Sequence[Check]) -> str:
    """Return the findings as a log of SARIF 2.1.0.

    Args:
        findings: The findings.
        checks: The checks that were run.
    """
    sections = _sections()
    rules = [
        SarifRule(check.code, check.title, check.severity.value, sections.get(check.code, ""), _address(check))
        for check in checks
    ]
    results = [
        SarifResult(
            finding.code,
            finding.severity.value,
            f"{finding.message} {finding.advice}",
            finding.location.file,
            finding.location.line,
            finding.location.column,
        )
        for finding in findings
    ]
    return render_log(rules, results)


def _sections() -> Mapping[str, str]:
    """Return what the page on lint says of each code."""
    text = (docs_root() / "lint.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (\w+) [^\n]*\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
    return {code: section.strip() for code, section in found}


def _address(check: Check) -> str:
    """Return the address of a check's section, by the anchor that a heading gets."""
    heading = f"{check.code} {check.title}".lower()
    return f"{_PAGE}#{re.sub(r'[^a-z0-9 -]', '', heading).replace(' ', '-')}"
