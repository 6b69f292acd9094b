"""What became of one case of a conformance suite."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(str, Enum):
    """Class the results, best first."""

    PASS = "pass"
    NOT_APPLICABLE = "not applicable"
    REFUSED = "refused"
    MISMATCH = "mismatch"
    UNSUPPORTED = "unsupported operator"
    CONVERSION_ERROR = "conversion error"
    RUN_ERROR = "run error"
    CRASH = "crash"
    TIMEOUT = "timeout"

    @property
    def failed(self) -> bool:
        return self not in (Outcome.PASS, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True)
class Result:
    """Hold the outcome of a case.

    Attributes:
        name: The case.
        outcome: Its class.
        say: Why, in one line; empty if it passed.
        operator: The operator that the case is about, or the one that is not supported.
        seconds: How long it took.
        parts: The results of its samples, where it has several.
    """

    name: str
    outcome: Outcome
    say: str = ""
    operator: str = ""
    seconds: float = 0.0
    parts: tuple[Result, ...] = ()
