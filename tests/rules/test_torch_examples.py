"""The examples of the rules for scripts hold: text and numbers."""

from __future__ import annotations

import pytest

from tests.rules.torch_examples import Case, cases, check


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases()])
def test_the_example_computes_what_pytorch_computes(case: Case) -> None:
    check(case)
