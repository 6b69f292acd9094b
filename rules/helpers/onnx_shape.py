"""Shapes and bounds that are known only at run time."""

from mindspore import Tensor, bool_, int64, ops


def expand_at_run_time(x: Tensor, shape: Tensor) -> Tensor:
    """Return ``x`` broadcast with a shape that is a tensor."""
    if x.dtype == bool_:
        return ops.logical_or(x, ops.zeros(shape, bool_))
    return x + ops.zeros(shape, x.dtype)


def slice_at_run_time(x: Tensor, starts, ends, axes=None, steps=None) -> Tensor:
    """Return ``x`` from starts to ends along some axes; each argument is a tensor or a tuple of one number an axis."""
    begins, stops = _numbers(starts), _numbers(ends)
    places = list(range(len(begins))) if axes is None else _numbers(axes)
    strides = [1] * len(begins) if steps is None else _numbers(steps)
    for i in range(len(places)):
        part = slice(begins[i], stops[i], strides[i])
        positions = list(range(*part.indices(x.shape[places[i]]))) if strides[i] < 0 else []
        if positions:
            x = ops.gather(x, Tensor(positions, int64), places[i])
        else:
            x = x[(slice(None),) * (places[i] % x.ndim) + (part,)]
    return x


def _numbers(values) -> list[int]:
    """Return the numbers of a tensor or a tuple."""
    return values.reshape(-1).tolist() if isinstance(values, Tensor) else list(values)


def flatten_at_run_time(x: Tensor, axis: int) -> Tensor:
    """Return ``x`` as a matrix whose rows are the axes before the given one."""
    rows = 1
    for size in x.shape[:axis]:
        rows *= size
    return x.reshape((rows, -1))


def squeeze_at_run_time(x: Tensor, axes: Tensor) -> Tensor:
    """Return ``x`` without some axes of the size one."""
    gone = [axis % x.ndim for axis in axes.tolist()]
    return x.reshape(tuple(x.shape[axis] for axis in range(x.ndim) if axis not in gone))


def unsqueeze_at_run_time(x: Tensor, axes: Tensor) -> Tensor:
    """Return ``x`` with axes of the size one at some places of the result."""
    rank = x.ndim + axes.size
    new = [axis % rank for axis in axes.reshape(-1).tolist()]
    sizes = iter(x.shape)
    return x.reshape(tuple(1 if axis in new else next(sizes) for axis in range(rank)))


def pad_at_run_time(
    x: Tensor, pads: Tensor, value: Tensor | None = None, axes: Tensor | None = None, mode: str = "constant"
) -> Tensor:
    """Pad a tensor axis by axis.

    Args:
        x: The values.
        pads: The pads before each axis, then those after each; negative ones cut off.
        value: What fills them in the mode ``constant``; zero without it.
        axes: The axes that are padded; all of them without it.
        mode: ``constant``, ``edge``, ``reflect`` or ``wrap``.
    """
    numbers = _numbers(pads)
    places = list(range(x.ndim)) if axes is None else _numbers(axes)
    for place, axis in enumerate(places):
        before, after = numbers[place], numbers[len(numbers) // 2 + place]
        if mode == "constant":
            x = _pad_with_value(x, axis % x.ndim, before, after, value)
        elif before or after:
            x = ops.gather(x, Tensor(_padded_positions(x.shape[axis], before, after, mode), int64), axis)
    return x


def _pad_with_value(x: Tensor, axis: int, before: int, after: int, value: Tensor | None) -> Tensor:
    """Pad one axis with a value."""
    stop = x.shape[axis] + min(after, 0)
    x = x[(slice(None),) * axis + (slice(max(-before, 0), stop),)]
    parts = [x]
    for size, first in ((before, True), (after, False)):
        if size > 0:
            shape = (*x.shape[:axis], size, *x.shape[axis + 1 :])
            part = ops.zeros(shape, int64).astype(x.dtype) if value is None else _filled(shape, value, x)
            parts = [part, *parts] if first else [*parts, part]
    return ops.cat(parts, axis) if len(parts) > 1 else x


def _filled(shape: tuple[int, ...], value, x: Tensor) -> Tensor:
    """Return a tensor of one value, of the type of ``x``."""
    number = value.reshape(()).item() if isinstance(value, Tensor) else value
    return ops.full(shape, number, dtype=x.dtype)


def _padded_positions(size: int, before: int, after: int, mode: str) -> list[int]:
    """Return the position along an axis that each place of the padded axis repeats."""
    places = range(-before, size + after)
    if mode == "edge":
        return [min(max(place, 0), size - 1) for place in places]
    if mode == "wrap":
        return [place % size for place in places]
    period = max(2 * size - 2, 1)
    return [min(place % period, period - place % period) if size > 1 else 0 for place in places]


def one_hot_at_run_time(indices: Tensor, depth, values, axis: int = -1) -> Tensor:
    """Return a new axis with the value ``values[1]`` at each index, and ``values[0]`` elsewhere."""
    count = int(depth)
    place = axis % (indices.ndim + 1)
    shape = (1,) * place + (count,) + (1,) * (indices.ndim - place)
    wanted = ops.floor_mod(indices.astype(int64), Tensor(count, int64))
    inside = ops.logical_and(indices.astype(int64) >= -count, indices.astype(int64) < count)
    hit = ops.logical_and(wanted.expand_dims(place) == ops.arange(count).reshape(shape), inside.expand_dims(place))
    on, off = ops.broadcast_to(values[1], hit.shape), ops.broadcast_to(values[0], hit.shape)
    return ops.where(hit, on, off)


def split_at_run_time(x: Tensor, sizes: Tensor, axis: int) -> tuple[Tensor, ...]:
    """Return the parts of ``x`` along an axis, of sizes that are a tensor."""
    before, parts, begin = (slice(None),) * (axis % x.ndim), [], 0
    for size in sizes.tolist():
        parts.append(x[(*before, slice(begin, begin + size))])
        begin += size
    return tuple(parts)


def reshape_at_run_time(x: Tensor, shape: Tensor) -> Tensor:
    """Return ``x`` with a shape that is a tensor; a zero keeps the size of that axis."""
    return x.reshape(tuple(x.shape[axis] if size == 0 else size for axis, size in enumerate(shape.tolist())))
