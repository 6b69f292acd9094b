"""Reductions over axes that are known only at run time, and over nothing."""

from mindspore import Tensor, bool_, ops


def reduce_at_run_time(
    data: Tensor, axes, way: str, keepdims: bool = True, noop_with_empty_axes: bool = False
) -> Tensor:
    """Reduce a tensor.

    Args:
        data: The values.
        axes: The axes as a tensor or a tuple; None or nothing for all of them.
        way: One of sum, mean, max, min, prod, l1, l2, sum_square, log_sum and log_sum_exp.
        keepdims: Whether the axes stay, with the size one.
        noop_with_empty_axes: Whether no axes mean that nothing is reduced.
    """
    listed = () if axes is None else tuple(axes.tolist()) if isinstance(axes, Tensor) else tuple(axes)
    if not listed and noop_with_empty_axes:
        return _one_by_one(data, way)
    reduced = tuple(axis % data.ndim for axis in listed) or tuple(range(data.ndim))
    if data.size == 0:
        sizes = [1 if axis in reduced else data.shape[axis] for axis in range(data.ndim)]
        kept = sizes if keepdims else [sizes[axis] for axis in range(data.ndim) if axis not in reduced]
        if data.dtype == bool_:
            return ops.full(tuple(kept), way == "min", dtype=bool_)
        return ops.full(tuple(kept), _of_nothing(way), dtype=data.dtype)
    if way == "log_sum_exp":
        return ops.logsumexp(data, reduced, keepdims)
    if way == "mean":
        return ops.mean(data, reduced, keepdims)
    if way in ("max", "min"):
        numbers = data.int() if data.dtype == bool_ else data
        extreme = ops.amax(numbers, reduced, keepdims) if way == "max" else ops.amin(numbers, reduced, keepdims)
        return extreme.astype(data.dtype)
    if way == "prod":
        return ops.prod(data, reduced, keepdims, data.dtype)
    total = ops.sum(_summand(data, way), reduced, keepdims).astype(data.dtype)
    return ops.sqrt(total) if way == "l2" else ops.log(total) if way == "log_sum" else total


def _summand(data: Tensor, way: str) -> Tensor:
    """Return what is summed up."""
    return ops.abs(data) if way == "l1" else data * data if way in ("l2", "sum_square") else data


def _one_by_one(data: Tensor, way: str) -> Tensor:
    """Return each value reduced alone."""
    if way in ("l1", "l2"):
        return ops.abs(data)
    return data * data if way == "sum_square" else ops.log(data) if way == "log_sum" else data


def _of_nothing(way: str) -> float:
    """Return the result for no values at all."""
    if way in ("max", "log_sum", "log_sum_exp"):
        return float("-inf")
    return {"min": float("inf"), "prod": 1.0, "mean": float("nan")}.get(way, 0.0)
