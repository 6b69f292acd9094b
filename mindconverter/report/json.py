"""Render diagnostics for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mindconverter.report.counts import Counts, count_outcomes
from mindconverter.report.report import Report

FORMAT = 1


def render_json(report: Report) -> str:
    """Return the report of one file as JSON: its counts and its findings."""
    findings = [
        {
            "outcome": item.outcome.value,
            "source": item.source,
            "target": item.target,
            "line": item.line,
            "column": item.column,
            "say": item.say,
            "rule": item.rule,
            "node": item.node,
        }
        for item in report.diagnostics
    ]
    counts = counts_as_data(count_outcomes(report.diagnostics))
    data = {"format": FORMAT, "file": report.file, "target": report.target, **counts, "findings": findings}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def counts_as_data(counts: Counts) -> Mapping[str, object]:
    """Return counts, and the share that is converted, as JSON has them; the share of nothing is null."""
    return {
        "converted": counts.converted,
        "converted_with_a_warning": counts.warned,
        "to_review": counts.review,
        "left": counts.unconverted,
        "share_converted": None if counts.share is None else round(counts.share, 4),
    }
