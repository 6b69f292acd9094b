"""Reading and writing by index, as new tensors, with indices of 64 bits and negative ones."""

import numpy as np
from mindspore import Tensor, bool_, int32, int64, ops


def row_key(input: Tensor, dim: int, index: Tensor) -> tuple:
    """Return the key that picks places along an axis."""
    key = [slice(None)] * input.ndim
    key[dim] = index.reshape(-1)
    return tuple(key)


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha=1) -> Tensor:
    """Return a copy with rows added at places along an axis; places may repeat."""
    if input.dtype == bool_:
        return index_add(input.int(), dim, index, source.int(), alpha=alpha).bool()
    rows = ops.movedim(input, dim, 0) if input.ndim else input.reshape(1)
    added = ops.movedim(source, dim, 0) if source.ndim else source.reshape(1)
    added = (added if alpha == 1 else added * alpha).astype(input.dtype)
    result = ops.tensor_scatter_add(rows, index.reshape(-1, 1), added)
    return ops.movedim(result, 0, dim) if input.ndim else result.reshape(())


def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Return a copy with rows written at places along an axis."""
    if input.ndim == 0:
        return source.reshape(())
    result = input.copy()
    result[row_key(input, dim, index)] = source
    return result


def index_fill(input: Tensor, dim: int, index: Tensor, value) -> Tensor:
    """Return a copy with one number at places along an axis."""
    result = input.reshape(1).copy() if input.ndim == 0 else input.copy()
    result[row_key(result, dim, index)] = value.astype(input.dtype) if isinstance(value, Tensor) else value
    return result.reshape(input.shape)


def index_put(input: Tensor, indices, values: Tensor, accumulate: bool = False) -> Tensor:
    """Return a copy with values written, or added, at the places of index tensors."""
    key = tuple(slice(None) if index is None else index for index in indices)
    if not accumulate:
        result = input.copy()
        result[key] = values
        return result
    places = ops.arange(input.numel()).reshape(input.shape)[key]
    if places.numel() == 0:
        return input.copy()
    added = ops.broadcast_to(values.astype(input.dtype), places.shape).reshape(-1)
    if input.dtype == bool_:
        flat = input.reshape(-1).copy()
        flat[places.reshape(-1)[added]] = True
        return flat.reshape(input.shape)
    total = ops.tensor_scatter_add(input.reshape(-1), places.reshape(-1, 1), added)
    return total.reshape(input.shape)


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """Return a copy with the elements of another tensor, in their order, where a mask is true."""
    shape = np.broadcast_shapes(input.shape, mask.shape)
    chosen = ops.broadcast_to(mask, shape).reshape(-1)
    order = ops.maximum(ops.cumsum(chosen.astype(int64), 0) - 1, Tensor(0, int64))
    picked = ops.gather(source.reshape(-1), ops.minimum(order, Tensor(source.numel() - 1, int64)), 0)
    return ops.where(chosen, picked, ops.broadcast_to(input, shape).reshape(-1)).reshape(shape)


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """Return a copy with elements written, or added, at places of the flattened tensor."""
    places = index.reshape(-1)
    places = ops.where(places < 0, places + input.numel(), places)
    if input.dtype == bool_ and accumulate:
        return put(input.int(), index, source.int(), accumulate=True).bool()
    if accumulate:
        flat = ops.tensor_scatter_add(input.reshape(-1), places.reshape(-1, 1), source.reshape(-1))
    else:
        flat = ops.tensor_scatter_elements(input.reshape(-1), places, source.reshape(-1), 0)
    return flat.reshape(input.shape)


def take(input: Tensor, index: Tensor) -> Tensor:
    """Return the elements at places of the flattened tensor."""
    return input.reshape(-1)[index.reshape(-1)].reshape(index.shape)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """Return elements by their places along an axis, or in the flattened tensor; the other axes broadcast."""
    if dim is None:
        return take(input, indices.reshape(-1))
    axis = dim % input.ndim
    shape = list(np.broadcast_shapes(*[(*x.shape[:axis], 1, *x.shape[axis + 1 :]) for x in (input, indices)]))
    x, places = (ops.broadcast_to(y, (*shape[:axis], y.shape[axis], *shape[axis + 1 :])) for y in (input, indices))
    return ops.gather_elements(x, axis, places)


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return a copy with the elements of ``src`` combined at the places of ``index`` along an axis.

    Args:
        input: What is combined with, and copied elsewhere.
        dim: The axis.
        index: Places along the axis, for every element.
        src: The elements.
        reduce: ``sum``, ``mean``, ``prod``, ``amax`` or ``amin``.
        include_self: Whether the elements of ``input`` take part.
    """
    if input.dtype == bool_:
        return scatter_reduce(input.int(), dim, index, src.int(), reduce, include_self=include_self).bool()
    if input.ndim == 0:
        args = input.reshape(1), 0, index.reshape(1), src.reshape(1), reduce
        return scatter_reduce(*args, include_self=include_self).reshape(())
    src = src[tuple(slice(0, size) for size in index.shape)]
    counts = ops.tensor_scatter_elements(ops.zeros(input.shape, int32), index, ops.ones(index.shape, int32), dim, "add")
    touched = counts > 0
    if reduce in ("sum", "mean"):
        start = input if include_self else ops.where(touched, ops.zeros_like(input), input)
        total = ops.tensor_scatter_elements(start, index, src, dim, "add")
        if reduce == "sum":
            return total
        shares = ops.maximum(counts + (1 if include_self else 0), Tensor(1, int32))
        return total / shares if input.is_floating_point() else total // shares
    combine = {"prod": ops.mul, "amax": ops.maximum, "amin": ops.minimum}[reduce]
    axis = dim % input.ndim
    window = tuple(slice(0, input.shape[i] if i == axis else size) for i, size in enumerate(index.shape))
    places = ops.arange(input.shape[axis]).reshape([-1 if i == axis else 1 for i in range(input.ndim)])
    inner = input[window]
    seen = ops.full(inner.shape, include_self, dtype=bool_)
    for place in range(index.shape[axis]):
        hit = places == ops.narrow(index, axis, place, 1)
        part = ops.broadcast_to(ops.narrow(src, axis, place, 1), inner.shape)
        inner = ops.where(hit, ops.where(seen, combine(inner, part), part), inner)
        seen = ops.logical_or(seen, hit)
    result = input.copy()
    result[window] = inner
    return result


def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """Return a copy with rows combined at places along an axis: ``prod``, ``mean``, ``amax`` or ``amin``."""
    if input.ndim == 0:
        return scatter_reduce(input, 0, index.reshape(()), source.reshape(()), reduce, include_self=include_self)
    shape = [-1 if i == dim % input.ndim else 1 for i in range(input.ndim)]
    places = ops.broadcast_to(index.reshape(shape), source.shape)
    return scatter_reduce(input, dim, places, source, reduce, include_self=include_self)


def nonzero(input: Tensor) -> Tensor:
    """Return the places of the elements that are not 0, of a tensor without axes too."""
    return ops.nonzero(input) if input.ndim else ops.nonzero(input.reshape(1))[:, :0]


def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """Return the places of a fixed number of elements that are not 0, filled up where there are fewer."""
    places = nonzero(input)[:size]
    missing = size - places.shape[0]
    if not missing:
        return places
    return ops.cat([places, ops.full((missing, input.ndim), fill_value, dtype=int64)])


def isin(elements, test_elements, *, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Tell which elements are among others."""
    x = elements if isinstance(elements, Tensor) else Tensor(elements)
    others = test_elements if isinstance(test_elements, Tensor) else Tensor(test_elements)
    found = (ops.expand_dims(x, -1) == others.reshape(-1)).any(-1)
    return ops.logical_not(found) if invert else found


def searchsorted(
    sorted_sequence: Tensor, input, *, out_int32: bool = False, right: bool = False, side=None, sorter=None
) -> Tensor:
    """Return where values would be inserted along the last axis to keep the order, by counting what is below."""
    sequence = sorted_sequence if sorter is None else ops.gather_elements(sorted_sequence, -1, sorter)
    values = input if isinstance(input, Tensor) else Tensor(input)
    rows = ops.expand_dims(sequence, -2) if sequence.ndim > 1 else sequence
    above = right if side is None else side == "right"
    below = rows <= ops.expand_dims(values, -1) if above else rows < ops.expand_dims(values, -1)
    return below.astype(int32).sum(-1).astype(int32 if out_int32 else int64)


def bucketize(input, boundaries: Tensor, *, out_int32: bool = False, right: bool = False) -> Tensor:
    """Return the number of the interval between boundaries that each value is in."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


def unravel_index(indices: Tensor, shape) -> tuple[Tensor, ...]:
    """Return the places of elements along every axis from their places in the flattened tensor."""
    places = []
    for size in reversed((shape,) if isinstance(shape, int) else tuple(shape)):
        places.append(indices % size)
        indices = indices // size
    return tuple(reversed(places))
