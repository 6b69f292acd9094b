"""Scattered writes, as new tensors."""

from mindspore import Tensor, ops


def scatter(input: Tensor, dim: int, index: Tensor, src) -> Tensor:
    """Return a copy with the elements of ``src``, or one number, at the places of ``index`` along an axis."""
    if not isinstance(src, Tensor):
        src = ops.full(index.shape, src, dtype=input.dtype)
    src = src[tuple(slice(0, size) for size in index.shape)]
    return ops.tensor_scatter_elements(input, index, src, dim)


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Return a copy with the elements of ``src`` added at the places of ``index`` along an axis."""
    src = src[tuple(slice(0, size) for size in index.shape)]
    return ops.tensor_scatter_elements(input, index, src, dim, "add")


def windows(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Return all windows of a size along an axis, their elements along a new last axis."""
    axis = dimension % input.ndim
    places = [list(range(start, start + size)) for start in range(0, input.shape[axis] - size + 1, step)]
    return ops.movedim(ops.gather(input, Tensor(places), axis), axis + 1, -1)
