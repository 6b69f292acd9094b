"""Operators of any number of tensors, which broadcast."""

from mindspore import Tensor, ops


def largest_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the largest value at each place of at least one tensor; the shapes are broadcast."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = ops.maximum(result, tensor)
    return result


def smallest_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the smallest value at each place of at least one tensor; the shapes are broadcast."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = ops.minimum(result, tensor)
    return result


def sum_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the sum of at least one tensor; the shapes are broadcast."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = result + tensor
    return result


def cumulative_product_before(x: Tensor, axis: int, reverse: bool = False) -> Tensor:
    """Return the product of the values before each place along an axis, or of those after it."""
    axis = axis % x.ndim
    if reverse:
        return ops.flip(cumulative_product_before(ops.flip(x, (axis,)), axis), (axis,))
    before = (slice(None),) * axis
    ones = ops.ones_like(x[(*before, slice(0, 1))])
    return ops.cumprod(ops.cat((ones, x[(*before, slice(0, -1))]), axis), axis, x.dtype)


def shifted(x: Tensor, y: Tensor, right: bool) -> Tensor:
    """Shift the bits of signed numbers; a shift that is negative or beyond the width leaves the sign only, or zero."""
    width = 8 * x.itemsize
    inside = ops.logical_and(y >= 0, y < width)
    shift = ops.where(inside, y, ops.zeros_like(y))
    moved = ops.bitwise_right_shift(x, shift) if right else ops.bitwise_left_shift(x, shift)
    rest = ops.where(x < 0, ops.full_like(x, -1), ops.zeros_like(x)) if right else ops.zeros_like(x)
    return ops.where(inside, moved, rest)


def remainder(x: Tensor, divisor: Tensor, truncated: bool) -> Tensor:
    """Return the rest of a division of floats, with the sign of the divisor, or truncated that of ``x``.

    MindSpore gives NaN for an infinite divisor, where the rest is ``x`` itself, or the divisor if the sign differs.
    """
    if truncated:
        rest, whole = ops.fmod(x, divisor), x + ops.zeros_like(divisor)
    else:
        rest, whole = x % divisor, ops.where(x * ops.sign(divisor) < 0, divisor, x)
    outside = ops.logical_and(ops.isinf(divisor), ops.isfinite(x))
    return ops.where(outside, whole, rest)
