"""The values of examples: what the texts under ``inputs`` stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def normal(*shape: int) -> Array:
    """Return normally distributed numbers, the same ones for a shape each time."""
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(np.float32)


def values_of(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of expressions over ``np`` and ``arr``, which gives an array of a shape.

    The texts are code of the tables, which a user trusts as he trusts the package that brings them.
    """
    scope = {"np": np, "arr": normal}
    return {name: eval(text, scope) for name, text in texts.items()}
