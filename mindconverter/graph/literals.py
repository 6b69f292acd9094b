"""Turn the data of a graph into plain Python values."""

from __future__ import annotations

import numpy as np

CONSTANT_LIMIT = 4096
"""How many elements a constant may have to be read by a rule."""


def plain(value: object) -> object:
    """Return an attribute or constant as a literal: sequences as tuples, numbers with their type's fewest digits."""
    if isinstance(value, np.ndarray):
        return tuple(plain(item) for item in value) if value.ndim else plain(value[()])
    if isinstance(value, np.generic):
        return float(str(value)) if value.dtype.kind == "f" or value.dtype.name == "bfloat16" else value.item()
    if isinstance(value, (list, tuple)):
        return tuple(plain(item) for item in value)
    if isinstance(value, float) and float(np.float32(value)) == value:
        return float(str(np.float32(value)))  # attributes are stored in single precision
    return value
