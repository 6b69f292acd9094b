"""Render diagnostics for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from mindconverter.errors import ReportGenerationError
from mindconverter.report.counts import Counts, count_outcomes
from mindconverter.report.diagnostics import Diagnostic
from mindconverter.report.write import atomic_write_text

FORMAT = 1


def render_json(diagnostics: Iterable[Diagnostic], file: str, target: str) -> str:
    """Return the report of one file as JSON: its counts and its findings.

    Args:
        diagnostics: The findings.
        file: The file that they are of.
        target: The framework and version that the conversion is for.
    """
    found = list(diagnostics)
    findings = [
        {
            "outcome": item.outcome.value,
            "source": item.source,
            "target": item.target,
            "line": item.line,
            "column": item.column,
            "say": item.say,
            "rule": item.rule,
        }
        for item in found
    ]
    counts = counts_as_data(count_outcomes(found))
    data = {"format": FORMAT, "file": file, "target": target, **counts, "findings": findings}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def write_json_report(diagnostics: Iterable[Diagnostic], name: str, directory: Path, file: str, target: str) -> Path:
    """Write ``report_of_NAME.json`` and return its path.

    Args:
        diagnostics: The findings of one file.
        name: The name of the script or model, without a suffix.
        directory: Where the report goes; created where needed.
        file: The file that was converted.
        target: The framework and version that the conversion is for.

    Raises:
        ReportGenerationError: When the file cannot be written.
    """
    path = directory / f"report_of_{name}.json"
    atomic_write_text(path, render_json(diagnostics, file, target), ReportGenerationError)
    return path


def counts_as_data(counts: Counts) -> Mapping[str, object]:
    """Return counts, and the share that is converted, as JSON has them; the share of nothing is null."""
    return {
        "converted": counts.converted,
        "converted_with_a_warning": counts.warned,
        "to_review": counts.review,
        "left": counts.unconverted,
        "share_converted": None if counts.share is None else round(counts.share, 4),
    }
