"""Which parameter of a target takes what of a source."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from mindconverter.rules.draft.habits import Habits, plain
from mindconverter.rules.draft.subject import RECEIVER, Side
from mindconverter.rules.signature import Kind, Parameter, Signature
from mindconverter.rules.values import is_known

_ALIKE = 0.8
"""From which likeness on two names of parameters are taken for one."""


class Reason(Enum):
    """Say why a source parameter goes to a target parameter."""

    NAME = "they have the same name"
    HABIT = "other rules do so"
    LIKENESS = "their names are alike"
    ORDER = "their order is all that is known"


_WORTH = {Reason.NAME: 1.0, Reason.HABIT: 1.0, Reason.LIKENESS: 0.7, Reason.ORDER: 0.4}


@dataclass(frozen=True, slots=True)
class Placement:
    """Give a source parameter to a target parameter.

    Attributes:
        target: The target parameter.
        source: The source parameter, or the receiver.
        reason: Why.
        count: How many rules do so.
    """

    target: Parameter
    source: str
    reason: Reason
    count: int = 0


@dataclass(frozen=True, slots=True)
class Alignment:
    """Hold how a signature of a source goes together with one of a target.

    Attributes:
        placements: What the target's parameters get.
        unfilled: Parameters that the target requires and that get nothing.
        left: Source parameters without a place.
        differing: Parameters whose defaults differ: the source's and the target's.
        likeness: How well they go together, from 0 to 1.
    """

    placements: tuple[Placement, ...]
    unfilled: tuple[Parameter, ...]
    left: tuple[Parameter, ...]
    differing: tuple[tuple[Parameter, Parameter], ...]
    likeness: float

    def placed(self, target: str) -> Placement | None:
        """Return what a target parameter gets, or None."""
        return next((item for item in self.placements if item.target.name == target), None)


def align(source: Side, signature: Signature, target: Side, habits: Habits, silent: Collection[str]) -> Alignment:
    """Return the best way to give a signature's parameters to the target.

    Args:
        source: The source.
        signature: One of its signatures.
        target: The target.
        habits: What other rules do.
        silent: Source parameters that policies account for.
    """
    given = [item for item in signature.parameters if item.kind is not Kind.KWARGS]
    if source.is_method and not target.is_method and all(item.name != RECEIVER for item in given):
        given.insert(0, Parameter(RECEIVER, Kind.POSITIONAL))
    found = [_align(given, item, habits, silent) for item in target.signatures or (Signature(()),)]
    return max(found, key=lambda item: item.likeness)


def _align(given: list[Parameter], target: Signature, habits: Habits, silent: Collection[str]) -> Alignment:
    places = [item for item in target.parameters if item.kind is not Kind.KWARGS and item.name != RECEIVER]
    placements: dict[str, Placement] = {}
    used: set[str] = set()

    def place(taker: Parameter, name: str, reason: Reason, count: int = 0) -> None:
        if taker.name not in placements and name not in used:
            placements[taker.name] = Placement(taker, name, reason, count)
            used.add(name)

    for taker in places:
        if any(item.name == taker.name for item in given):
            place(taker, taker.name, Reason.NAME)
    for count, taker, name in _by_habit(given, places, habits):
        place(taker, name, Reason.HABIT, count)
    for taker in places:
        for item in given:
            if item.name not in silent and _are_alike(item.name, taker.name):
                place(taker, item.name, Reason.LIKENESS)
    waiting = [item for item in given if item.name not in used and (item.required or item.kind is Kind.ARGS)]
    for several in (True, False):  # what takes any number first, among itself
        takers = [item for item in places if item.name not in placements and _needs(item, several)]
        for taker, item in zip(takers, [item for item in waiting if _needs(item, several)], strict=False):
            place(taker, item.name, Reason.ORDER)
    unfilled = tuple(item for item in places if item.required and item.name not in placements)
    left = tuple(item for item in given if item.name not in used and item.name not in silent)
    by_name = {item.name: item for item in given}
    ordered = tuple(placements[item.name] for item in places if item.name in placements)
    differing = tuple(
        (by_name[item.source], item.target)
        for item in ordered
        if item.source not in silent and _differ(by_name[item.source], item.target)
    )
    counted = [item for item in given if item.name not in silent or item.name in used]
    good = sum(_WORTH[item.reason] for item in ordered)
    likeness = max(0.0, (good + 0.5) / (len(counted) + 0.5) - 0.3 * len(unfilled))
    return Alignment(ordered, unfilled, left, differing, likeness)


def _needs(parameter: Parameter, several: bool) -> bool:
    return parameter.kind is Kind.ARGS if several else parameter.required


def _by_habit(given: Iterable[Parameter], places: list[Parameter], habits: Habits) -> list[tuple[int, Parameter, str]]:
    found = [
        (count, taker, item.name)
        for item in given
        for taker in places
        if (count := habits.renames[item.name, taker.name])
    ]
    return sorted(found, key=lambda item: -item[0])


def _are_alike(source: str, target: str) -> bool:
    one, other = sorted((plain(source), plain(target)), key=len)
    return len(one) > 2 and (other.startswith(one) or SequenceMatcher(None, one, other).ratio() >= _ALIKE)


def _differ(source: Parameter, target: Parameter) -> bool:
    if source.default is None or target.default is None:
        return False
    if "..." in (source.default, target.default):
        return False  # stubs write that for a default that they do not tell
    one, other = source.default_value(), target.default_value()
    if is_known(one) and is_known(other):
        return one != other or isinstance(one, bool) != isinstance(other, bool)
    return source.default != target.default
