"""Weight expressions compute what docs/rules.md says of them, and refuse everything else."""

from __future__ import annotations

import numpy as np
import pytest

from mindconverter.errors import CheckpointGenerationError, RuleTableError
from mindconverter.weights.expressions import weight_names, weight_source
from mindconverter.weights.transforms import evaluate_weight

W = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
B = np.arange(8, dtype=np.float32)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W", W),
        ("transpose(W)", W.transpose()),
        ("transpose(W, (0, 2, 1))", W.transpose(0, 2, 1)),
        ("reshape(W, (6, -1))", W.reshape(6, 4)),
        ("expand_dims(B, -1)", B[:, None]),
        ("squeeze(expand_dims(B, 0), 0)", B),
        ("concat(0, B, B)", np.concatenate([B, B])),
        ("split(B, 2, 1)", B[4:]),
        ("split(W, 2, 0, 2)", W[..., :2]),
        ("reorder_gates(B, (0, 2, 3, 1))", np.array([0, 1, 4, 5, 6, 7, 2, 3], np.float32)),
        ("scale(B, 0.5)", B / 2),
        ("scale(layer.B, alpha)", B * 3),
    ],
)
def test_expressions_compute_their_arrays(text: str, expected: np.ndarray) -> None:
    result = evaluate_weight(text, {"W": W, "B": B, "layer.B": B}, values={"alpha": 3.0})
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, expected)


def test_scale_keeps_the_dtype_of_the_weight() -> None:
    assert evaluate_weight("scale(B, 0.1)", {"B": B.astype(np.float16)}).dtype == np.float16


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "W.dot(B)",
        "W + B",
        "lambda: W",
        "transpose(W, perm=(0, 2, 1))",
        "transpose(3)",
        "concat(0, [W, B])",
        "reshape(W, (6, open))(1)",
        "W[0]",
        "flip(W)",
        "transpose(W",
        "split(B, 2, 2)",
        "",
    ],
)
def test_anything_else_is_refused_with_the_place_of_the_rule(text: str) -> None:
    with pytest.raises(RuleTableError) as caught:
        evaluate_weight(text, {"W": W, "B": B}, where="torch/nn/linear.yaml:3:5")
    assert "torch/nn/linear.yaml:3:5" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["absent", "reshape(W, (5, 5))", "split(B, 3, 0)", "squeeze(W, 0)", "scale(B, beta)", "split(B)"],
)
def test_weights_that_do_not_fit_are_reported(text: str) -> None:
    with pytest.raises(CheckpointGenerationError, match="checkpoint belongs to this model"):
        evaluate_weight(text, {"W": W, "B": B}, where="here")


def test_names_are_those_of_arrays_only() -> None:
    assert weight_names("concat(axis, scale(a.weight, alpha), B)") == {"a.weight", "B"}


@pytest.mark.parametrize(
    ("text", "source"),
    [("W", "W"), ("transpose(W)", "W"), ("concat(0, W, W)", "W"), ("concat(0, W, B)", None), ("scale(W, alpha)", "W")],
)
def test_the_one_source_of_an_expression(text: str, source: str | None) -> None:
    assert weight_source(text) == source
