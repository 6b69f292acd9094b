"""What the types of numbers can hold, and how they mix."""

from typing import NamedTuple

import mindspore
import numpy as np
from mindspore.numpy import promote_types


class FloatLimits(NamedTuple):
    """Hold the limits of a type of floating point numbers."""

    bits: int
    eps: float
    max: float
    min: float
    tiny: float
    smallest_normal: float
    resolution: float


class WholeLimits(NamedTuple):
    """Hold the limits of a type of whole numbers."""

    bits: int
    max: int
    min: int


def finfo(type=mindspore.float32) -> FloatLimits:
    """Return the limits of a type of floating point numbers."""
    if type == mindspore.bfloat16:
        largest, smallest = float(2.0**127 * (2 - 2.0**-7)), float(2.0**-126)
        return FloatLimits(16, 2.0**-7, largest, -largest, smallest, smallest, 0.01)
    info = np.finfo(mindspore.dtype_to_nptype(type))
    smallest = float(info.tiny)
    return FloatLimits(
        info.bits, float(info.eps), float(info.max), float(info.min), smallest, smallest, float(info.resolution)
    )


def iinfo(type) -> WholeLimits:
    """Return the limits of a type of whole numbers."""
    info = np.iinfo(mindspore.dtype_to_nptype(type))
    return WholeLimits(info.bits, int(info.max), int(info.min))


def type_rank(type) -> int:
    """Return 0 for booleans, 1 for whole, 2 for floating point and 3 for complex numbers."""
    if type == mindspore.bool_:
        return 0
    if type in (mindspore.complex64, mindspore.complex128):
        return 3
    return 2 if type in (mindspore.float16, mindspore.bfloat16, mindspore.float32, mindspore.float64) else 1


def can_cast(from_, to) -> bool:
    """Tell whether results of one type may be written to another: not from wider kinds of numbers."""
    return type_rank(from_) <= type_rank(to)


def result_type(first, second):
    """Return the type of the sum of two tensors or numbers."""
    left, right = (x if isinstance(x, mindspore.Tensor) else mindspore.tensor(x) for x in (first, second))
    strong = [x for x, given in ((left, first), (right, second)) if isinstance(given, mindspore.Tensor)]
    if len(strong) == 1 or (left.ndim * right.ndim == 0 and left.ndim + right.ndim > 0):
        main = strong[0] if len(strong) == 1 else max((left, right), key=lambda x: x.ndim)
        other = right if main is left else left
        if type_rank(other.dtype) <= type_rank(main.dtype):
            return main.dtype
        if len(strong) == 1 and type_rank(other.dtype) == 2:
            return mindspore.float32
    return promote_types(left.dtype, right.dtype)
