"""Indexing as ONNX has it, where no operator of MindSpore does the same."""

from mindspore import Tensor, int64, ops


def gather_nd_from(data: Tensor, indices: Tensor, batch_dims: int = 0) -> Tensor:
    """Gather slices of ``data`` by index tuples, which may be negative.

    Args:
        data: The values; its first ``batch_dims`` axes are those of ``indices``.
        indices: Index tuples along the last axis.
        batch_dims: How many leading axes are a batch.

    Returns:
        A tensor of the shape ``indices.shape[:-1] + data.shape[batch_dims + indices.shape[-1]:]``.
    """
    batch = data.shape[:batch_dims]
    if batch_dims == 0:
        return ops.gather_nd(data, _not_negative(indices, data.shape))
    count = 1
    for size in batch:
        count *= size
    flat = data.reshape((count, *data.shape[batch_dims:]))
    rows = indices.reshape((count, -1, indices.shape[-1]))
    number = ops.broadcast_to(ops.arange(count).reshape(count, 1, 1), (count, rows.shape[1], 1))
    rows = ops.cat((number, _not_negative(rows, data.shape[batch_dims:])), -1)
    result = ops.gather_nd(flat, rows)
    return result.reshape(indices.shape[:-1] + data.shape[batch_dims + indices.shape[-1] :])


def scatter_nd_into(data: Tensor, indices: Tensor, updates: Tensor, reduction: str = "none") -> Tensor:
    """Return ``data`` with updates at index tuples, which may be negative.

    Args:
        data: The values.
        indices: Index tuples along the last axis.
        updates: The new values.
        reduction: How an update joins what is there: ``none`` (it replaces it), ``add``, ``mul``, ``max`` or ``min``.
    """
    indices = _not_negative(indices, data.shape)
    if reduction == "add":
        return ops.tensor_scatter_add(data, indices, updates)
    if reduction == "mul":
        return ops.tensor_scatter_mul(data, indices, updates)
    if reduction == "max":
        return ops.tensor_scatter_max(data, indices, updates)
    if reduction == "min":
        return ops.tensor_scatter_min(data, indices, updates)
    return ops.tensor_scatter_update(data, indices, updates)


def scatter_elements_into(data: Tensor, indices: Tensor, updates: Tensor, axis: int, reduction: str) -> Tensor:
    """Return ``data`` with updates joined in by ``mul``, ``max`` or ``min`` at positions along an axis."""
    places = [
        ops.broadcast_to(ops.arange(size).reshape((-1,) + (1,) * (indices.ndim - 1 - place)), indices.shape)
        for place, size in enumerate(indices.shape)
    ]
    places[axis] = indices.astype(int64)
    return scatter_nd_into(data, ops.stack(places, -1), updates, reduction)


def top_k(x: Tensor, k: int, axis: int = -1, largest: bool = True) -> tuple[Tensor, Tensor]:
    """Return the largest or smallest values along an axis, sorted, and their positions as int64."""
    values, indices = ops.topk(x, k, axis, largest, True)
    return values, indices.astype(int64)


def _not_negative(indices: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return index tuples counted from the start of each axis."""
    sizes = Tensor(shape[: indices.shape[-1]], int64)
    indices = indices.astype(int64)
    return ops.where(indices < 0, indices + sizes, indices)
