"""Render diagnostics as SARIF, for code scanners."""

from __future__ import annotations

from collections.abc import Mapping

from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.report import Report
from mindconverter.report.sarif_log import SarifResult, SarifRule
from mindconverter.report.sarif_log import render_sarif as render_log

_LEVELS: Mapping[Outcome, str] = {
    Outcome.UNCONVERTED: "error",
    Outcome.REVIEW: "warning",
    Outcome.WARNED: "note",
    Outcome.CONVERTED: "none",
    Outcome.INSERTED: "none",
    Outcome.NOTE: "note",
}


def render_sarif(report: Report) -> str:
    """Return a report as a log of SARIF 2.1.0: what is left is an error, what a person has to check a warning."""
    rules = [SarifRule(_id(outcome), outcome.value.capitalize(), level) for outcome, level in _LEVELS.items()]
    return render_log(rules, [_result(item, report) for item in report.diagnostics])


def _id(outcome: Outcome) -> str:
    return outcome.name.lower()


def _result(item: Diagnostic, report: Report) -> SarifResult:
    if item.outcome is Outcome.NOTE:
        message = item.say
    elif item.outcome is Outcome.UNCONVERTED:
        message = f"{item.source} is not converted. {item.say}".strip()
    elif item.outcome is Outcome.INSERTED:
        message = f"{item.target or item.source} is inserted. {item.say}".strip()
    else:
        message = f"{item.source} becomes {item.target or 'nothing'}. {item.say}".strip()
    extra = {
        key: value
        for key, value in (("table", item.rule), ("node", item.node), ("target", report.target), ("model", report.file))
        if value
    }
    # Only what has a place in the script is shown there.
    column = item.column + 1 if item.line else 1
    return SarifResult(_id(item.outcome), _LEVELS[item.outcome], message, str(report.shown), item.line, column, extra)
