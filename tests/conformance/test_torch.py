"""Samples of PyTorch's suites give the same numbers under MindSpore.

The first samples of a fixed eighth of the cases run by default, and all of them with ``-m sweep``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mindconverter.rules.signature import parse_signature
from tests.conformance.known import read_known
from tests.conformance.pool import Worker
from tests.conformance.sampled import check, parameters
from tests.conformance.torch_suites import Case, collect
from tests.conformance.torch_text import Call, Names, forms

pytest.importorskip("mindspore")
pytest.importorskip("torch")

KNOWN = read_known(Path(__file__).parent / "known_failures_torch.yaml")
PART = 8
MOST = 8
"""How many samples of a case run by default."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    found = Worker("tests.conformance.torch_worker", limit=600.0)
    yield found
    found.close()


@pytest.mark.parametrize("case", parameters(collect(), KNOWN, PART))
def test_samples(case: Case, worker: Worker) -> None:
    result = worker.run(replace(case, most=MOST))
    if case.name in KNOWN and not result.outcome.failed:  # a later sample is why
        result = worker.run(case)
    check(result)


@pytest.mark.sweep
@pytest.mark.parametrize("case", parameters(collect(), KNOWN, 1))
def test_all_samples(case: Case, worker: Worker) -> None:
    check(worker.run(case))


def test_known_failures_are_cases_of_the_suites() -> None:
    assert set(KNOWN) <= {case.name for case in collect()}


def test_forms_of_a_call() -> None:
    signature = parse_signature("(input, other, *, alpha=1)")
    found = {form: call.text(Names()) for form, call in forms(Call("f", (2, 3), {"alpha": 1}), signature)}
    assert found == {
        "keyword": "f(input=2, other=3, alpha=1)",
        "shuffled": "f(alpha=1, other=3, input=2)",
        "positional": "f(2, 3, alpha=1)",
        "short": "f(input=2, other=3)",
    }


def test_a_call_that_does_not_fit_the_signature_has_no_forms() -> None:
    assert not list(forms(Call("f", (1, 2, 3)), parse_signature("(input, other)")))
