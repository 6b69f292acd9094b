"""Models of onnx.backend.test give under MindSpore what the suite expects.

A fixed fifth of them runs by default, and all of them with ``-m sweep``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.known import read_known
from tests.conformance.outcome import Outcome
from tests.conformance.pool import Worker

pytest.importorskip("mindspore")
pytest.importorskip("onnx")

from tests.conformance.onnx_backend import Case, collect

KNOWN = read_known(Path(__file__).parent / "known_failures_onnx.yaml")
PART = 5


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    found = Worker("tests.conformance.onnx_worker")
    yield found
    found.close()


def parameters(part: int) -> list[Any]:
    """Return one of so many cases, always the same ones, without those that MindSpore has no types for."""
    return [
        pytest.param(
            case,
            id=case.name,
            marks=pytest.mark.xfail(reason=KNOWN[case.name], strict=True) if case.name in KNOWN else (),
        )
        for case in collect()
        if not case.foreign and zlib.crc32(case.name.encode()) % part == 0
    ]


@pytest.mark.parametrize("case", parameters(PART))
def test_model(case: Case, worker: Worker) -> None:
    check(case, worker)


@pytest.mark.sweep
@pytest.mark.parametrize("case", parameters(1))
def test_every_model(case: Case, worker: Worker) -> None:
    check(case, worker)


def test_known_failures_are_cases_of_the_suite() -> None:
    assert set(KNOWN) <= {case.name for case in collect()}


def check(case: Case, worker: Worker) -> None:
    result = worker.run(case)
    if result.outcome is Outcome.NOT_APPLICABLE:
        pytest.skip(result.say)
    assert result.outcome is Outcome.PASS, f"{result.outcome.value}: {result.operator}: {result.say}"
