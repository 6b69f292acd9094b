"""The report of a whole folder: what became of each file, and the total."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mindconverter.errors import ReportGenerationError
from mindconverter.report.counts import Counts, count_outcomes
from mindconverter.report.json import FORMAT, counts_as_data
from mindconverter.report.write import atomic_write_text
from mindconverter.source.results import ScriptResult

NAME = "summary_of_conversion"


def write_project_report(results: Mapping[str, ScriptResult], directory: Path) -> None:
    """Write ``summary_of_conversion.txt`` and ``summary_of_conversion.json``.

    Args:
        results: What became of each file, by its path in the folder.
        directory: Where the reports go; created where needed.

    Raises:
        ReportGenerationError: When a file cannot be written.
    """
    counts = {file: count_outcomes(result.diagnostics) for file, result in results.items()}
    total = count_outcomes(item for result in results.values() for item in result.diagnostics)
    text = "\n".join([*_table(counts, total), ""])
    atomic_write_text(directory / f"{NAME}.txt", text, ReportGenerationError)
    files = [{"file": file, **counts_as_data(found)} for file, found in counts.items()]
    data = json.dumps({"format": FORMAT, "files": files, "total": counts_as_data(total)}, indent=2, ensure_ascii=False)
    atomic_write_text(directory / f"{NAME}.json", f"{data}\n", ReportGenerationError)


def _table(counts: Mapping[str, Counts], total: Counts) -> list[str]:
    rows: list[tuple[str, ...]] = [("file", "converted", "with a warning", "to review", "left", "share")]
    rows += [_row(file, found) for file, found in counts.items() if found.share is not None]
    rows.append(_row("total", total))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells))
    unchanged = sum(found.share is None for found in counts.values())
    return [*lines, f"{unchanged} more files have nothing to convert."] if unchanged else lines


def _row(name: str, counts: Counts) -> tuple[str, ...]:
    share = "-" if counts.share is None else f"{counts.share:.1%}"
    numbers = (counts.converted, counts.warned, counts.review, counts.unconverted)
    return name, *map(str, numbers), share
