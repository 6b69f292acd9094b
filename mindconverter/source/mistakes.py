"""What to say of mistakes of the converter, which cost the user one script and not the others."""

from __future__ import annotations

from pathlib import Path

from mindconverter.errors import ScriptGenerationError
from mindconverter.report.diagnostics import Diagnostic, Outcome


def mistake(failure: Exception, where: str = "") -> ScriptGenerationError:
    """Return the error that tells of an exception that nobody expected.

    Args:
        failure: The exception.
        where: The script.
    """
    lines = str(failure).strip().splitlines()
    reason = f"{type(failure).__name__}: {lines[0].rstrip('.')}" if lines else type(failure).__name__
    return ScriptGenerationError(
        f"The converter failed at this script ({reason}), which stays as it is.",
        where=where,
        advice="Report this mistake of the converter, with the script and what '--debug' prints for it alone.",
    )


def of_mistake(error: ScriptGenerationError, file: str) -> Diagnostic:
    """Return a finding that leaves a whole script, since the converter made a mistake."""
    return Diagnostic(Outcome.UNCONVERTED, Path(file).name, "", file, 1, 0, str(error))
