"""What the report of a conversion is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mindconverter.report.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Report:
    """Hold what there is to report on one script or model.

    Attributes:
        name: The name of the script or model, without a suffix.
        file: The file that was converted.
        target: The framework and version that the conversion is for.
        diagnostics: The findings.
        shown: The script that the places of the findings are in: the one that was converted, or a model's new one.
    """

    name: str
    file: str
    target: str
    diagnostics: Sequence[Diagnostic]
    shown: Path
