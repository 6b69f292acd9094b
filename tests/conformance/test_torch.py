"""A fixed sample of PyTorch's suites gives the same numbers under MindSpore; all of them by ``run_torch``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mindconverter.rules.signature import parse_signature
from tests.conformance.outcome import Outcome
from tests.conformance.pool import Worker
from tests.conformance.torch_suites import Case
from tests.conformance.torch_text import Call, Names, forms

pytest.importorskip("mindspore")
pytest.importorskip("torch")

CASES = [
    Case("op_db", "add"),
    Case("op_db", "where", dtype="int64"),
    Case("op_db", "__getitem__"),
    Case("op_db", "max", "binary", "bool"),
    Case("op_db", "sum", dtype="bool"),
    Case("op_db", "uniform"),
    Case("op_db", "view"),
    Case("module_db", "nn.ReLU"),
]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    found = Worker("tests.conformance.torch_worker", limit=120.0)
    yield found
    found.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_samples(case: Case, worker: Worker) -> None:
    result = worker.run(case)
    assert result.outcome is Outcome.PASS, f"{result.outcome.value}: {result.say}"


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
