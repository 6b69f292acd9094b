"""Models of onnx.backend.test give under MindSpore what the suite expects.

A fixed fifth of them runs by default, and all of them with ``-m sweep``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.known import read_known
from tests.conformance.pool import Worker
from tests.conformance.sampled import check, parameters

pytest.importorskip("mindspore")
pytest.importorskip("onnx")

from tests.conformance.onnx_backend import Case, collect

KNOWN = read_known(Path(__file__).parent / "known_failures_onnx.yaml")
PART = 5
CASES = [case for case in collect() if not case.foreign]  # MindSpore has types for these


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    found = Worker("tests.conformance.onnx_worker")
    yield found
    found.close()


@pytest.mark.parametrize("case", parameters(CASES, KNOWN, PART))
def test_model(case: Case, worker: Worker) -> None:
    check(worker.run(case))


@pytest.mark.sweep
@pytest.mark.parametrize("case", parameters(CASES, KNOWN, 1))
def test_every_model(case: Case, worker: Worker) -> None:
    check(worker.run(case))


def test_known_failures_are_cases_of_the_suite() -> None:
    assert set(KNOWN) <= {case.name for case in collect()}
