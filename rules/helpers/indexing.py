"""Scattered writes, as new tensors."""

from mindspore import Tensor, bool_, ops
from selection import scatter_reduce


def scatter(input: Tensor, dim: int, index: Tensor, src) -> Tensor:
    """Return a copy with the elements of ``src``, or one number, at the places of ``index`` along an axis."""
    if not isinstance(src, Tensor):
        src = ops.full(index.shape, src, dtype=input.dtype)
    if input.ndim == 0:
        return src.reshape(-1)[0]
    src = src[tuple(slice(0, size) for size in index.shape)]
    return ops.tensor_scatter_elements(input, index, src, dim)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return a copy with the elements of ``src`` added at the places of ``index`` along an axis."""
    if input.ndim == 0:
        return input + src.reshape(-1)[0]
    src = src[tuple(slice(0, size) for size in index.shape)]
    return ops.tensor_scatter_elements(input, index, src, dim, "add")


def masked_fill(input: Tensor, mask: Tensor, value) -> Tensor:
    """Return the tensor with a number where the mask says so, as its own type has it."""
    return input.masked_fill(mask, value if isinstance(value, Tensor) else Tensor(value, input.dtype))


def windows(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return all windows of a size along an axis, their elements along a new last axis."""
    if input.ndim == 0:
        return input.reshape(1)[:size]
    axis = dimension % input.ndim
    places = [list(range(start, start + size)) for start in range(0, input.shape[axis] - size + 1, step)]
    return ops.movedim(ops.gather(input, Tensor(places), axis), axis + 1, -1)


def scatter_with(input: Tensor, dim: int, index: Tensor, src, reduce: str) -> Tensor:
    """Return a copy with the elements of ``src``, or one number, added or multiplied at the places of ``index``."""
    if not isinstance(src, Tensor):
        src = ops.full(index.shape, src, dtype=input.dtype)
    if reduce == "add" and input.dtype != bool_:
        return scatter_add(input, dim, index, src)
    if input.dtype != bool_:
        return scatter_reduce(input, dim, index, src, "prod")
    combined = scatter_reduce(input.int(), dim, index, src.int(), "sum" if reduce == "add" else "prod")
    return combined.bool()
