"""Count what became of the call sites or nodes of a conversion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mindconverter.report.diagnostics import Diagnostic, Outcome


@dataclass(frozen=True, slots=True)
class Counts:
    """Hold the number of findings by outcome.

    Attributes:
        converted: Converted, with a warning or without.
        warned: Those of ``converted`` that carry a warning.
        review: Converted in a form that a person has to check.
        unconverted: Left as they were.
    """

    converted: int
    warned: int
    review: int
    unconverted: int

    @property
    def share(self) -> float | None:
        """The share that is converted; None if there was nothing to convert."""
        every = self.converted + self.review + self.unconverted
        return self.converted / every if every else None


def count_outcomes(diagnostics: Iterable[Diagnostic]) -> Counts:
    """Return the counts of ``diagnostics``; insertions and notes are not counted."""
    by_outcome = Counter(diagnostic.outcome for diagnostic in diagnostics)
    return Counts(
        converted=by_outcome[Outcome.CONVERTED] + by_outcome[Outcome.WARNED],
        warned=by_outcome[Outcome.WARNED],
        review=by_outcome[Outcome.REVIEW],
        unconverted=by_outcome[Outcome.UNCONVERTED],
    )
