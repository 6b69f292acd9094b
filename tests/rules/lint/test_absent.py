"""What conditions tell of parameters that are absent."""

from __future__ import annotations

import pytest

from mindconverter.rules.expr import parse_expression
from mindconverter.rules.lint.absent import absent_if


@pytest.mark.parametrize(
    ("condition", "if_true", "if_false"),
    [
        ("a is None", "a", ""),
        ("a is not None", "", "a"),
        ("not (a is None)", "", "a"),
        ("given(a)", "", "a"),
        ("not given(a)", "a", ""),
        ("a is None and b > 1", "a", ""),
        ("a is None and b is None", "ab", ""),
        ("a is not None or b is not None", "", "ab"),
        ("a is not None and b is not None", "", ""),
        ("a is None or b is None", "", ""),
        ("a is None or a is None and b is None", "a", ""),
        ("a is not None and a != 0 or b is not None", "", "b"),
        ("not (a is not None or given(b))", "ab", ""),
        ("a == None", "", ""),
        ("a[0] is None", "", ""),
        ("a is b", "", ""),
        ("None is a", "", ""),
        ("True", "", ""),
    ],
)
def test_absent_parameters(condition: str, if_true: str, if_false: str) -> None:
    tree = parse_expression(condition).tree
    assert absent_if(tree, True) == set(if_true)
    assert absent_if(tree, False) == set(if_false)
