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
_RANGE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+)*)\s*")


def parse_version(text: str) -> tuple[int, ...]:
    """Return the numbers of a version; ``2.10.0`` and ``2.10`` are equal."""
    numbers = [int(part) for part in re.findall(r"[0-9]+", text.split("+")[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def latest_version(versions: Iterable[str]) -> str:
    """Return the newest of some versions."""
    return max(versions, key=parse_version)


def version_matches(version: str, ranges: str) -> bool:
    """Tell whether a version lies in ranges such as ``>=2.7,<2.10``; an empty text takes every version.

    Raises:
        ValueError: The text is no range.
    """
    for part in filter(None, (part.strip() for part in ranges.split(","))):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is not a version range such as '>=2.7'")
        if not _COMPARE[match[1]](parse_version(version), parse_version(match[2])):
            return False
    return True
