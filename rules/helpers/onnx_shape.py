"""Shapes and bounds that are known only at run time."""

from mindspore import Tensor, bool_, ops


def expand_at_run_time(x: Tensor, shape: Tensor) -> Tensor:
    """Return ``x`` broadcast with a shape that is a tensor."""
    if x.dtype == bool_:
        return ops.logical_or(x, ops.zeros(shape, bool_))
    return x + ops.zeros(shape, x.dtype)


def slice_at_run_time(
    x: Tensor, starts: Tensor, ends: Tensor, axes: tuple[int, ...], steps: tuple[int, ...]
) -> Tensor:
    """Return ``x`` from starts to ends along some axes; the bounds are tensors of one number an axis."""
    index = [slice(None)] * x.ndim
    for i in range(len(axes)):
        index[axes[i]] = slice(int(starts[i]), int(ends[i]), steps[i])
    return x[tuple(index)]


def flatten_at_run_time(x: Tensor, axis: int) -> Tensor:
    """Return ``x`` as a matrix whose rows are the axes before the given one."""
    rows = 1
    for size in x.shape[:axis]:
        rows *= size
    return x.reshape((rows, -1))
