"""What a conversion found, kept until the names of the result are settled, and then told as diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.decide import Note
from mindconverter.rules.model import Rule
from mindconverter.source.edit.edit import Piece
from mindconverter.source.edit.text import SourceText, Span


@dataclass(frozen=True, slots=True)
class Finding:
    """Describe what became of a part of a script.

    Attributes:
        outcome: What became of it.
        span: Where it stands; what it says is the ``source`` of the diagnostic.
        target: What it became, as pieces; nothing where it was removed or left.
        say: The warning, the reason or the next step.
        rule: The rule that decided, or None.
    """

    outcome: Outcome
    span: Span
    target: tuple[Piece, ...] = ()
    say: str = ""
    rule: Rule | None = None


def outcome_of(notes: Sequence[Note]) -> Outcome:
    """Return the outcome of a conversion with these remarks."""
    if any(note.review for note in notes):
        return Outcome.REVIEW
    return Outcome.WARNED if notes else Outcome.CONVERTED


def said(notes: Sequence[Note]) -> str:
    """Return remarks as one text."""
    return " ".join(dict.fromkeys(note.say for note in notes))


def diagnostic(
    finding: Finding, source: SourceText, file: str, written: Callable[[tuple[Piece, ...]], str]
) -> Diagnostic:
    """Return a finding as a diagnostic.

    Args:
        finding: The finding.
        source: The script.
        file: Its name.
        written: Gives the text of pieces.
    """
    line, column = source.position(finding.span.start)
    return Diagnostic(
        finding.outcome,
        source.slice(finding.span),
        written(finding.target),
        file,
        line,
        column,
        finding.say,
        f"{finding.rule.location.file}:{finding.rule.location.line}" if finding.rule is not None else "",
    )
