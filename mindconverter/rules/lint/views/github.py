"""What lint finds, as the annotations of a workflow of GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mindconverter.rules.lint.finding import Finding

_IN_TEXT = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = {**_IN_TEXT, **str.maketrans({":": "%3A", ",": "%2C"})}


def render_github(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line for each finding that makes GitHub show it beside the line of the file."""
    for finding in findings:
        place = finding.location
        file = place.file.translate(_IN_PROPERTY)
        text = f"{finding.message} {finding.advice}".translate(_IN_TEXT)
        where = f"file={file},line={place.line},col={place.column},title={finding.code}"
        yield f"::{finding.severity.value} {where}::{text}"
