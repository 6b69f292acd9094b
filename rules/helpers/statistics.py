"""Order statistics, with indices of 64 bits and names for the results."""

from typing import NamedTuple

from mindspore import Tensor, int64, ops


class Chosen(NamedTuple):
    """Hold elements and where they were."""

    values: Tensor
    indices: Tensor


class Range(NamedTuple):
    """Hold the smallest and the largest elements."""

    min: Tensor
    max: Tensor


def cummax(input: Tensor, dim: int) -> Chosen:
    """Return the largest elements so far along an axis, and where they are."""
    values, indices = ops.cummax(input, dim)
    return Chosen(values, indices.astype(int64))


def cummin(input: Tensor, dim: int) -> Chosen:
    """Return the smallest elements so far along an axis, and where they are."""
    values, indices = ops.cummin(input, dim)
    return Chosen(values, indices.astype(int64))


def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Range:
    """Return the smallest and the largest elements, of all or along an axis."""
    return Range(ops.amin(input, dim, keepdim), ops.amax(input, dim, keepdim))


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Chosen:
    """Return the k-th smallest element along an axis, and where it is."""
    values, indices = ops.sort(input, dim)
    values, indices = ops.narrow(values, dim, k - 1, 1), ops.narrow(indices, dim, k - 1, 1).astype(int64)
    return Chosen(values, indices) if keepdim else Chosen(values.squeeze(dim), indices.squeeze(dim))


def median(input: Tensor, dim: int | None = None, keepdim: bool = False):
    """Return the lower median: of all elements, or along an axis with where it is."""
    if dim is None:
        return kthvalue(input.reshape(-1), (input.numel() + 1) // 2).values
    return kthvalue(input, (input.shape[dim] + 1) // 2, dim, keepdim)


def quantile(input: Tensor, q, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return quantiles of all elements or along an axis, by linear interpolation; several along a new first axis."""
    rows = input.reshape(1, -1) if dim is None else input.swapaxes(dim, -1)
    ordered, _ = ops.sort(rows, -1)
    last = ordered.shape[-1] - 1
    results = []
    for share in q.tolist() if isinstance(q, Tensor) and q.ndim else [float(q)]:
        place = share * last
        below = min(int(place), last)
        low, high = ordered[..., below], ordered[..., min(below + 1, last)]
        result = low + (high - low) * (place - below)
        if dim is None:
            result = result.reshape((1,) * input.ndim if keepdim else ())
        else:
            result = ops.expand_dims(result, -1).swapaxes(dim, -1)
            result = result if keepdim else result.squeeze(dim)
        results.append(result)
    return ops.stack(results) if isinstance(q, Tensor) and q.ndim else results[0]


def unique(input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False):
    """Return the different elements in order, and on request where each element went and how often each occurs."""
    ordered, order = ops.sort(input.reshape(-1))
    values, places, counts = ops.unique_consecutive(ordered, True, True)
    results = [values]
    if return_inverse:
        inverse = ops.tensor_scatter_elements(ops.zeros_like(places), order.astype(int64), places)
        results.append(inverse.astype(int64).reshape(input.shape))
    if return_counts:
        results.append(counts.astype(int64))
    return tuple(results) if len(results) > 1 else values
