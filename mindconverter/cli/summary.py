"""Say in one paragraph what a conversion did and what is left to do."""

from __future__ import annotations

from collections.abc import Sequence

from mindconverter.report.counts import count_outcomes
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.text import one_line

_SHOWN = 5


def summarise(written: str, diagnostics: Sequence[Diagnostic]) -> str:
    """Return the closing paragraph of a conversion.

    Args:
        written: What was written and where, as one sentence.
        diagnostics: The findings of all converted files.
    """
    counts = count_outcomes(diagnostics)
    warned = f" ({counts.warned} with a warning)" if counts.warned else ""
    totals = f"{counts.converted} converted{warned}, {counts.review} to review, {counts.unconverted} not converted."
    lines = [f"{written} {totals}"]
    lines += dict.fromkeys(f"  {one_line(item.say)}" for item in diagnostics if item.outcome is Outcome.NOTE)
    left = [diagnostic for diagnostic in diagnostics if diagnostic.outcome is Outcome.UNCONVERTED]
    lines += [_left(diagnostic) for diagnostic in left[:_SHOWN]]
    if len(left) > _SHOWN:
        lines.append(f"  and {len(left) - _SHOWN} more, which the report lists.")
    return "\n".join(lines)


def _left(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}" if diagnostic.line else diagnostic.file
    return f"  {one_line(f'{place}: {diagnostic.source} is not converted. {diagnostic.say}')}"
