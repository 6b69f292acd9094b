"""Order statistics, with indices of 64 bits and names for the results."""

import math
from typing import NamedTuple

import numpy as np
from mindspore import Tensor, bool_, float32, int8, int64, ops


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
    if input.ndim == 0:
        return Chosen(input, Tensor(0, int64))
    values, indices = ops.cummax(input.astype(int8) if input.dtype == bool_ else input, dim)
    return Chosen(values.astype(input.dtype), indices.astype(int64))


def cummin(input: Tensor, dim: int) -> Chosen:
    """Return the smallest elements so far along an axis, and where they are."""
    if input.ndim == 0:
        return Chosen(input, Tensor(0, int64))
    values, indices = ops.cummin(input.astype(int8) if input.dtype == bool_ else input, dim)
    return Chosen(values.astype(input.dtype), indices.astype(int64))


def bool_max(input: Tensor, dim: int, keepdim: bool = False) -> Chosen:
    """Return whether any element is true along an axis, and where the largest one is."""
    values, indices = ops.max(input.int(), dim, keepdim)
    return Chosen(values.bool(), indices)


def bool_min(input: Tensor, dim: int, keepdim: bool = False) -> Chosen:
    """Return whether all elements are true along an axis, and where the smallest one is."""
    values, indices = ops.min(input.int(), dim, keepdim)
    return Chosen(values.bool(), indices)


def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> Range:
    """Return the smallest and the largest elements, of all or along an axis."""
    numbers = input.int() if input.dtype == bool_ else input
    least, most = ops.amin(numbers, dim, keepdim), ops.amax(numbers, dim, keepdim)
    return Range(least.astype(input.dtype), most.astype(input.dtype))


def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Chosen:
    """Return the k-th smallest element along an axis, and where it is."""
    if input.ndim == 0:
        return Chosen(input, Tensor(0, int64))
    values, indices = ops.sort(input, dim)
    values, indices = ops.narrow(values, dim, k - 1, 1), ops.narrow(indices, dim, k - 1, 1).astype(int64)
    return Chosen(values, indices) if keepdim else Chosen(values.squeeze(dim), indices.squeeze(dim))


def median(input: Tensor, dim: int | None = None, keepdim: bool = False):
    """Return the lower median: of all elements, or along an axis with where it is."""
    if dim is None:
        return kthvalue(input.reshape(-1), (input.numel() + 1) // 2).values
    return kthvalue(input, (input.shape[dim] + 1) // 2 if input.ndim else 1, dim, keepdim)


def quantile(input: Tensor, q, dim: int | None = None, keepdim: bool = False, *, interpolation="linear") -> Tensor:
    """Return quantiles of all elements or along an axis, NaN where one of them is; several along a new first axis."""
    result = nanquantile(input, q, dim, keepdim, interpolation=interpolation)
    missing = input != input
    broken = missing.any() if dim is None or input.ndim == 0 else ops.any(missing, dim, keepdim)
    return ops.where(broken, Tensor(float("nan"), input.dtype), result)


def nanquantile(input: Tensor, q, dim: int | None = None, keepdim: bool = False, *, interpolation="linear") -> Tensor:
    """Return quantiles of what is not NaN, of all or along an axis; several along a new first axis.

    Args:
        input: The elements.
        q: One share between 0 and 1, or a tensor of several.
        dim: The axis.
        keepdim: Whether the axis stays, with the size 1.
        interpolation: What stands for a place between two: ``linear``, ``lower``, ``higher``, ``midpoint`` or
            ``nearest``.
    """
    flat = dim is None or input.ndim == 0
    rows = input.reshape(-1) if flat else ops.movedim(input, dim, -1)
    missing = rows != rows
    ordered, _ = ops.sort(ops.where(missing, Tensor(float("inf"), input.dtype), rows), -1)
    last = ops.logical_not(missing).astype(input.dtype).sum(-1, keepdim=True) - 1
    choose = {"lower": ops.floor, "higher": ops.ceil, "nearest": ops.round}.get(interpolation)
    results = []
    for share in q.reshape(-1).tolist() if isinstance(q, Tensor) else [q]:
        place = ops.relu(share * last)
        place = choose(place) if choose else place
        below, above = ops.floor(place), ops.ceil(place)
        weight = 0.5 if interpolation == "midpoint" else place - below
        low, high = (ops.gather_elements(ordered, -1, x.astype(int64)) for x in (below, above))
        result = ops.where(last < 0, Tensor(float("nan"), input.dtype), low + (high - low) * weight)
        if flat:
            result = result.reshape((1,) * input.ndim if keepdim else ())
        else:
            result = ops.movedim(result, -1, dim) if keepdim else result.squeeze(-1)
        results.append(result)
    return ops.stack(results) if isinstance(q, Tensor) and q.ndim else results[0]


def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
):
    """Return the different elements, or slices along an axis, in order.

    Args:
        input: The elements.
        sorted: They are in order anyway.
        return_inverse: Whether to return also where each one went.
        return_counts: Whether to return also how often each occurs.
        dim: The axis, whose slices are compared in NumPy.
    """
    if dim is None:
        flat = input.reshape(-1).astype(int8) if input.dtype == bool_ else input.reshape(-1)
        ordered, order = ops.sort(flat)
        values, places, counts = ops.unique_consecutive(ordered, True, True)
        values = values.astype(input.dtype)
        inverse = ops.tensor_scatter_elements(ops.zeros_like(places), order.astype(int64), places).reshape(input.shape)
    else:
        found = np.unique(input.asnumpy(), return_inverse=True, return_counts=True, axis=dim)
        values, inverse, counts = (Tensor(x) for x in found)
    results = [values]
    if return_inverse:
        results.append(inverse.astype(int64))
    if return_counts:
        results.append(counts.astype(int64))
    return tuple(results) if len(results) > 1 else values


def var_mean_by(input: Tensor, dim, correction, keepdim: bool = False) -> tuple[Tensor, Tensor]:
    """Return the variance with any correction, and the mean."""
    axes = tuple(range(input.ndim)) if dim is None or dim == () else (dim,) if isinstance(dim, int) else tuple(dim)
    count = math.prod(input.shape[axis] for axis in axes)
    squares = ops.square(input - ops.mean(input, axes, True)).sum(axes, keepdim=keepdim)
    return squares / max(count - correction, 0), ops.mean(input, axes, keepdim)


def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False):
    """Return the lower median of what is not NaN: of all elements, or along an axis with where it is."""
    if dim is None:
        return nanmedian(input.reshape(-1), 0).values
    if input.ndim == 0:
        return Chosen(input, Tensor(0, int64))
    last = input.swapaxes(dim, -1)
    missing = last != last
    greatest = Tensor(float("inf"), input.dtype) if input.is_floating_point() else last
    values, indices = ops.sort(ops.where(missing, greatest, last), -1)
    count = ops.logical_not(missing).astype(int64).sum(-1, keepdim=True)
    place = ops.maximum((count - 1) // 2, Tensor(0, int64))
    value = ops.gather_elements(values, -1, place)
    value = ops.where(count == 0, Tensor(float("nan"), value.dtype), value) if value.is_floating_point() else value
    index = ops.gather_elements(indices.astype(int64), -1, place)
    value, index = value.swapaxes(dim, -1), index.swapaxes(dim, -1)
    return Chosen(value, index) if keepdim else Chosen(value.squeeze(dim), index.squeeze(dim))


def mode(input: Tensor, dim: int = -1, keepdim: bool = False) -> Chosen:
    """Return the most frequent element along an axis, the smallest of several, and where it is last."""
    if input.ndim == 0:
        return Chosen(input, Tensor(0, int64))
    if input.dtype == bool_:
        found = mode(input.int(), dim, keepdim)
        return Chosen(found.values.bool(), found.indices)
    last = input.swapaxes(dim, -1)
    counts = (ops.expand_dims(last, -1) == ops.expand_dims(last, -2)).astype(int64).sum(-1)
    most = counts == ops.amax(counts, -1, True)
    largest = ops.amax(last, -1, True)
    value = ops.amin(ops.where(most, last, largest), -1, True)
    places = ops.arange(last.shape[-1])
    index = ops.amax(ops.where(last == value, places, Tensor(-1, int64)), -1, True)
    value, index = value.swapaxes(dim, -1), index.swapaxes(dim, -1)
    return Chosen(value, index) if keepdim else Chosen(value.squeeze(dim), index.squeeze(dim))


def nanmean(input: Tensor, dim=None, keepdim: bool = False, *, dtype=None) -> Tensor:
    """Return the mean of what is not NaN."""
    x = input if dtype is None else input.astype(dtype)
    present = x == x
    axes = tuple(range(x.ndim)) if dim is None else tuple(dim) if isinstance(dim, list) else dim
    if x.ndim == 0:
        return x
    total = ops.where(present, x, ops.zeros_like(x)).sum(axes, keepdim)
    return total / present.astype(x.dtype).sum(axes, keepdim)


class Histogram(NamedTuple):
    """Hold the counts of intervals and their edges."""

    hist: Tensor
    bin_edges: Tensor


class Grid(NamedTuple):
    """Hold the counts of the cells of a grid and its edges along every axis."""

    hist: Tensor
    bin_edges: tuple


def histogram(input: Tensor, bins=100, *, range=None, weight: Tensor | None = None, density: bool = False) -> Histogram:
    """Count elements in intervals, which are given or of equal width."""
    bins = bins.asnumpy() if isinstance(bins, Tensor) else bins
    weights = None if weight is None else weight.asnumpy().reshape(-1)
    counts, edges = np.histogram(input.asnumpy().reshape(-1), bins, range, density, weights)
    return Histogram(Tensor(counts.astype(np.float32)), Tensor(edges.astype(np.float32)))


def histogramdd(input: Tensor, bins, range=None, weight: Tensor | None = None, density: bool = False) -> Grid:
    """Count points in the cells of a grid, whose edges are given or at equal distances."""
    axes = input.shape[-1]
    ends = None if range is None else [tuple(range[2 * axis : 2 * axis + 2]) for axis in np.arange(axes)]
    bins = [edges.asnumpy() if isinstance(edges, Tensor) else edges for edges in bins] if np.iterable(bins) else bins
    weights = None if weight is None else weight.asnumpy().reshape(-1)
    counts, edges = np.histogramdd(input.asnumpy().reshape(-1, axes), bins, ends, density, weights)
    return Grid(Tensor(counts.astype(np.float32)), tuple(Tensor(edge.astype(np.float32)) for edge in edges))


def corrcoef(input: Tensor) -> Tensor:
    """Return the correlations of rows."""
    rows = input if input.ndim else input.reshape(1)
    covariance = ops.cov(rows if rows.is_floating_point() else rows.astype(float32))
    if covariance.ndim == 0:
        return covariance / covariance
    scale = ops.sqrt(ops.diagonal(covariance))
    return ops.clamp(covariance / ops.expand_dims(scale, 1) / scale, -1, 1)


def renorm(input: Tensor, p, dim: int, maxnorm) -> Tensor:
    """Scale slices along an axis down to a greatest norm."""
    axes = tuple(axis for axis in range(input.ndim) if axis != dim % input.ndim)
    size = ops.abs(input)
    norm = ops.amax(size, axes, True) if p == float("inf") else ops.pow(ops.pow(size, p).sum(axes, keepdim=True), 1 / p)
    return ops.where(norm > maxnorm, input * (maxnorm / (norm + 1e-7)), input)


def nansum(input: Tensor, dim=None, keepdim: bool = False, *, dtype=None) -> Tensor:
    """Return the sum of what is not NaN."""
    x = input if dtype is None else input.astype(dtype)
    present = ops.where(x == x, x, ops.zeros_like(x))
    return present.sum(tuple(dim) if isinstance(dim, list) else dim, keepdim=keepdim)


def std_mean_by(input: Tensor, dim, correction, keepdim: bool = False) -> tuple[Tensor, Tensor]:
    """Return the deviation with any correction, and the mean."""
    variance, mean = var_mean_by(input, dim, correction, keepdim)
    return ops.sqrt(variance), mean


def var_by(input: Tensor, dim, correction, keepdim: bool = False) -> Tensor:
    """Return the variance with any correction."""
    return var_mean_by(input, dim, correction, keepdim)[0]


def std_by(input: Tensor, dim, correction, keepdim: bool = False) -> Tensor:
    """Return the deviation with any correction."""
    return std_mean_by(input, dim, correction, keepdim)[0]


def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """Return the logarithms of the sums of exponentials so far along an axis."""
    return ops.logcumsumexp(input, dim) if input.ndim else input
