"""Orders of elements, with indices of 64 bits and names for the results."""

from typing import NamedTuple

from mindspore import Tensor, bool_, int64, ops


class Ranked(NamedTuple):
    """Hold elements and where they were."""

    values: Tensor
    indices: Tensor


def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Ranked:
    """Return the largest or smallest elements along an axis."""
    if input.ndim == 0:
        return Ranked(input, Tensor(0, int64))
    values, indices = ops.topk(input, k, dim, largest, sorted)
    return Ranked(values, indices.astype(int64))


def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Ranked:
    """Return the elements in order along an axis."""
    values, indices = ops.sort(input.int() if input.dtype == bool_ else input, dim, descending)
    return Ranked(values.astype(input.dtype), indices.astype(int64))


def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Return where the elements in order are along an axis."""
    return ops.argsort(input.int() if input.dtype == bool_ else input, dim, descending).astype(int64)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return where the smallest element is: along an axis, or in the flattened tensor."""
    if dim is None:
        index = ops.argmin(input.reshape(-1), 0).astype(int64)
        return index.reshape((1,) * input.ndim) if keepdim else index
    return ops.argmin(input, dim, keepdim).astype(int64)
