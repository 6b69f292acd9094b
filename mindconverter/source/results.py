"""The results of AST mode, as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mindconverter.report.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class SourceConversion:
    """Hold the conversion of a text.

    Attributes:
        code: The converted script; it runs by itself.
        diagnostics: What became of each use of an API.
        helpers: The names of the helpers that were added.
    """

    code: str
    diagnostics: tuple[Diagnostic, ...]
    helpers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """Hold the conversion of a file.

    Attributes:
        source: The file that was read.
        output: The file that was written.
        report: Its report; None for a file without findings that was copied.
        diagnostics: What became of each use of an API.
        failed: Whether the converter made a mistake, so that the file was copied as it is.
    """

    source: Path
    output: Path
    report: Path | None
    diagnostics: tuple[Diagnostic, ...]
    failed: bool = False
