"""What lint finds, and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from mindconverter.rules.lint.fix import Fix
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location


class Severity(Enum):
    """How much a finding weighs: only errors make lint fail."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """Describe something wrong in a rule file.

    Attributes:
        code: The code of the check.
        location: Where it stands.
        message: What is wrong, as one sentence.
        advice: What to do, as one sentence.
        severity: Whether it makes lint fail.
        fix: The edit that corrects it for certain; None if a person has to.
    """

    code: str
    location: Location
    message: str
    advice: str
    severity: Severity = Severity.ERROR
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Describe something wrong, as a check yields it: a finding that does not know its code."""

    location: Location
    message: str
    advice: str
    severity: Severity = Severity.ERROR
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Check rule files for one kind of mistake.

    Attributes:
        code: Its stable code, such as ``R001``.
        title: What must hold, as a phrase.
        run: Yields what is wrong.
        severity: What its findings weigh, but for those that are less.
    """

    code: str
    title: str
    run: Callable[[Subject], Iterator[Problem]]
    severity: Severity = Severity.ERROR
