"""The advice on a name that does not exist."""

from __future__ import annotations

import pytest

from mindconverter.rules.near import near

KNOWN = ["a.nn.ReLU", "a.nn.ReLU6", "a.nn.Dense", "a.ops.relu", "a.ops.abs", "a.absolute", "Gelu"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.nn.relu", "Did you mean a.nn.ReLU or a.ops.relu or a.nn.ReLU6?"),
        ("a.op.relu", "Did you mean a.ops.relu or a.nn.ReLU?"),
        ("a.Dense", "Did you mean a.nn.Dense?"),
        ("Gellu", "Did you mean Gelu?"),
        ("a.ops.zzz", "Check the spelling of the full name."),
    ],
)
def test_names_of_the_module_come_before_those_of_others(name: str, advice: str) -> None:
    assert near(name, KNOWN) == advice
