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
