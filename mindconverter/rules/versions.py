"""Framework versions: order and ranges."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping

_COMPARE: Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_RANGE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+)*)\s*")


def parse_version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version; ``2.10.0``, ``2.10`` and ``2.10rc1`` are equal."""
    match = _NUMBERS.match(text)
    numbers = [int(part) for part in match[0].split(".")] if match is not None else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def latest_version(versions: Iterable[str]) -> str:
    """Return the newest of some versions."""
    return max(versions, key=parse_version)


def parse_ranges(text: str) -> tuple[tuple[str, str], ...]:
    """Return the comparisons of ranges such as ``>=2.7,<2.10``: operators and versions.

    Raises:
        ValueError: The text is no range.
    """
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is not a version range such as '>=2.7'")
        found.append((match[1], match[2]))
    return tuple(found)


def version_matches(version: str, ranges: str) -> bool:
    """Tell whether a version lies in ranges such as ``>=2.7,<2.10``; an empty text takes every version.

    Raises:
        ValueError: The text is no range.
    """
    found = parse_version(version)
    return all(_COMPARE[sign](found, parse_version(bound)) for sign, bound in parse_ranges(ranges))


def ranges_overlap(first: str, second: str) -> bool:
    """Tell whether some version lies in both of two ranges.

    Raises:
        ValueError: A text is no range.
    """
    bounds = [version for _, version in (*parse_ranges(first), *parse_ranges(second))]
    # Between two bounds, and beyond them, all versions are alike; appending a part is the nearest version above.
    samples = ["0", *bounds, *(f"{bound}.0.1" for bound in bounds)]
    return any(version_matches(sample, first) and version_matches(sample, second) for sample in samples)
