"""Tests of a fixed part of a conformance suite, with the known failures marked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pytest

from tests.conformance.outcome import Outcome, Result


class Named(Protocol):
    """A case of a suite."""

    @property
    def name(self) -> str: ...


def parameters(cases: Iterable[Named], known: Mapping[str, str], part: int) -> list[Any]:
    """Return one of so many cases, always the same ones; the known failures have to fail."""
    return [
        pytest.param(
            case,
            id=case.name,
            marks=pytest.mark.xfail(reason=known[case.name], strict=True) if case.name in known else (),
        )
        for case in cases
        if zlib.crc32(case.name.encode()) % part == 0
    ]


def check(result: Result) -> None:
    """Assert that a case passes; one that says nothing here is skipped."""
    if result.outcome is Outcome.NOT_APPLICABLE:
        pytest.skip(result.say)
    assert result.outcome is Outcome.PASS, f"{result.outcome.value}: {result.operator}: {result.say}"
