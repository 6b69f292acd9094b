"""The reports of a conversion: which forms there are, and writing those that are wanted."""

from __future__ import annotations

from pathlib import Path

from mindconverter.errors import BadParameterError, ReportGenerationError
from mindconverter.report.report import Report
from mindconverter.report.text import render_text
from mindconverter.report.write import atomic_write_text

SUFFIXES = {"text": "txt", "json": "json", "sarif": "sarif", "html": "html"}


def report_formats(text: str) -> frozenset[str]:
    """Return the forms of reports that a text names, separated by commas; the text report is always among them.

    Raises:
        BadParameterError: There is no such form.
    """
    found = {name.strip() for name in text.split(",")}
    for name in sorted(found - SUFFIXES.keys()):
        advice = f"Choose among: {', '.join(SUFFIXES)}; several are separated by commas."
        raise BadParameterError(f"There is no report format {name!r}.", advice=advice)
    return frozenset({"text", *found})


def write_reports(report: Report, directory: Path, formats: frozenset[str]) -> Path:
    """Write ``report_of_NAME`` in some forms, and return the path of the text.

    Args:
        report: What to report.
        directory: Where the reports go; created where needed.
        formats: The forms, as ``report_formats`` gives them.

    Raises:
        ReportGenerationError: When a file cannot be written.
    """
    for form, suffix in SUFFIXES.items():
        if form in formats:
            path = directory / f"report_of_{report.name}.{suffix}"
            atomic_write_text(path, _rendered(report, form), ReportGenerationError)
    return directory / f"report_of_{report.name}.{SUFFIXES['text']}"


def _rendered(report: Report, form: str) -> str:
    if form == "json":
        from mindconverter.report.json import render_json

        return render_json(report)
    if form == "sarif":
        from mindconverter.report.sarif import render_sarif

        return render_sarif(report)
    if form == "html":
        from mindconverter.report.html import render_html

        return render_html(report)
    return render_text(report.diagnostics, report.target)
