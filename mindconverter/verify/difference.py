"""Compare what a source and its conversion give, value by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mindconverter.verify.example_values import Array

TOLERANCE = 1e-4
"""How far numbers may be apart, as a share of the largest one of their tensor."""
_WIDENED = frozenset({"float16", "bfloat16"})
"""The types in whose place a conversion computes in single precision, as its report says."""


@dataclass(frozen=True)
class Difference:
    """Say how far a value of the conversion is from that of the source.

    Attributes:
        name: What the value is.
        dtype: The type of its elements in the source.
        shape: Its shape in the source.
        largest: The largest difference, as a share of the largest number; None if the values cannot be compared.
        problem: Why the values count as different; empty if they do not.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    largest: float | None
    problem: str = ""


def difference(name: str, expected: Array, found: Array, tolerance: float) -> Difference:
    """Compare a value of the conversion with that of the source: numbers, type and shape.

    Args:
        name: What the value is.
        expected: The value of the source.
        found: That of the conversion.
        tolerance: See `TOLERANCE`.
    """
    dtype, shape = expected.dtype.name, expected.shape
    if found.shape != shape:
        return Difference(name, dtype, shape, None, f"the shape is {found.shape}")
    wanted = "float32" if dtype in _WIDENED and found.dtype.name not in _WIDENED else dtype
    largest = _largest(expected, found)
    if found.dtype.name != wanted:
        return Difference(name, dtype, shape, largest, f"the type is {found.dtype.name}")
    return Difference(name, dtype, shape, largest, "" if largest <= tolerance else "the numbers differ")


def _largest(expected: Array, found: Array) -> float:
    if not expected.size:
        return 0.0
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    left, right = expected.astype(wide), found.astype(wide)
    finite = np.isfinite(left)
    if not np.array_equal(left[~finite], right[~finite], equal_nan=True) or not np.isfinite(right[finite]).all():
        return float("inf")
    scale = float(np.abs(left[finite]).max(initial=0.0))
    return float(np.abs(left[finite] - right[finite]).max(initial=0.0)) / max(scale, 1e-12)


def differences(
    expected: Mapping[str, Sequence[Array]], found: Mapping[str, Sequence[Array]], tolerance: float
) -> tuple[Difference, ...]:
    """Compare the values of the names that both sides have, in the order of the source.

    Args:
        expected: All values of a name in the source, such as a layer's at each of its calls.
        found: Those in the conversion; a name with another number of them is left out.
        tolerance: See `TOLERANCE`.
    """
    return tuple(
        difference(name if len(values) == 1 else f"{name} ({number} of {len(values)})", value, own, tolerance)
        for name, values in expected.items()
        if len(found.get(name, ())) == len(values)
        for number, (value, own) in enumerate(zip(values, found[name], strict=True), start=1)
    )
