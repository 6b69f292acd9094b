"""Resizing in all the ways of ONNX, as one product with a matrix of weights an axis."""

import math

from mindspore import Tensor, float32, ops


def resize_by_weights(
    x: Tensor,
    size: tuple[int, ...],
    scales: tuple[float, ...],
    mode: str = "nearest",
    positions: str = "half_pixel",
    nearest_mode: str = "round_prefer_floor",
    cubic_coeff_a: float = -0.75,
    exclude_outside: bool = False,
    antialias: bool = False,
    roi: tuple[float, ...] = (),
    extrapolation_value: float = 0.0,
) -> Tensor:
    """Resize a tensor.

    Args:
        x: The values.
        size: The result's size along each axis.
        scales: The factor of each axis; it may differ from the ratio of the sizes.
        mode: ``nearest``, ``linear`` or ``cubic``.
        positions: How a place of the result becomes a position of the input.
        nearest_mode: How a position is rounded in the mode ``nearest``.
        cubic_coeff_a: The parameter of the cubic curve.
        exclude_outside: Whether values beyond the edge weigh nothing, instead of repeating the edge.
        antialias: Whether a reduction weighs all the values that it covers.
        roi: The starts, then the ends, of the part that ``tf_crop_and_resize`` takes, as shares.
        extrapolation_value: What ``tf_crop_and_resize`` gives beyond the input.
    """
    kind, result = x.dtype, x.astype(float32)
    for axis in range(x.ndim):
        length = x.shape[axis]
        part = (roi[axis], roi[axis + x.ndim]) if roi else (0.0, 1.0)
        if size[axis] == length and scales[axis] == 1 and part == (0.0, 1.0):
            continue
        rows, outside = [], []
        for place in range(size[axis]):
            position = _position(place, length, size[axis], scales[axis], positions, part)
            beyond = positions == "tf_crop_and_resize" and not 0 <= position <= length - 1
            weights = _weights(position, scales[axis], mode, nearest_mode, cubic_coeff_a, antialias)
            rows.append([0.0] * length if beyond else _row(weights, length, exclude_outside))
            outside.append(extrapolation_value if beyond else 0.0)
        moved = ops.matmul(result.swapaxes(axis, -1), Tensor(rows, float32).swapaxes(0, 1))
        result = (moved + Tensor(outside, float32)).swapaxes(axis, -1) if any(outside) else moved.swapaxes(axis, -1)
    return result.astype(kind)


def scales_of(shape: tuple[int, ...], sizes, axes, policy: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return the result's size and the factor of each axis for the sizes of some axes.

    Args:
        shape: The shape of the input.
        sizes: The size wanted along each of the axes.
        axes: The axes; None for all of them.
        policy: ``stretch``, or how the aspect ratio is kept: ``not_larger`` or ``not_smaller``.
    """
    places = list(range(len(shape))) if axes is None else [axis % len(shape) for axis in axes]
    ratios = [size / shape[axis] for size, axis in zip(sizes, places)]
    size, factors = list(shape), [1.0] * len(shape)
    for index, axis in enumerate(places):
        if policy == "stretch":
            size[axis], factors[axis] = int(sizes[index]), ratios[index]
        else:
            factors[axis] = min(ratios) if policy == "not_larger" else max(ratios)
            size[axis] = int(factors[axis] * shape[axis] + 0.5)
    return tuple(size), tuple(factors)


def _position(place: int, length: int, size: int, scale: float, positions: str, part: tuple[float, float]) -> float:
    """Return the position of the input that a place of the result stands for."""
    exact = scale * length
    if positions == "align_corners":
        return 0.0 if exact == 1 else place * (length - 1) / (exact - 1)
    if positions == "asymmetric":
        return place / scale
    if positions == "tf_crop_and_resize":
        start, end = part[0] * (length - 1), part[1] * (length - 1)
        return (start + end) / 2 if exact == 1 else start + place * (end - start) / (exact - 1)
    if positions == "pytorch_half_pixel" and exact == 1:
        return -0.5
    shift = length / 2 * (1 - size / exact) if positions == "half_pixel_symmetric" else 0.0
    return shift + (place + 0.5) / scale - 0.5


def _weights(
    position: float, scale: float, mode: str, nearest_mode: str, a: float, antialias: bool
) -> dict[int, float]:
    """Return the weight of each place of the input, which may lie beyond its edge."""
    low = math.floor(position)
    if mode == "nearest":
        ratio = position - low
        up = {
            "round_prefer_floor": ratio > 0.5,
            "round_prefer_ceil": ratio >= 0.5,
            "floor": False,
            "ceil": ratio > 0,
        }[nearest_mode]
        return {low + int(up): 1.0}
    shrink = min(scale, 1.0) if antialias else 1.0
    reach = math.ceil((1 if mode == "linear" else 2) / shrink)
    places = range(low - reach, low + reach + 2)
    distances = {place: abs(place - position) * shrink for place in places}
    if mode == "linear":
        found = {place: max(0.0, 1 - distance) for place, distance in distances.items()}
    else:
        found = {place: _cubic(distance, a) for place, distance in distances.items()}
    total = sum(found.values()) if antialias else 1.0
    # In graph mode, a number alone is no condition here.
    return {place: weight / total for place, weight in found.items() if weight != 0}


def _cubic(distance: float, a: float) -> float:
    """Return the cubic convolution curve at a distance."""
    if distance <= 1:
        return ((a + 2) * distance - (a + 3)) * distance * distance + 1
    return a * (((distance - 5) * distance + 8) * distance - 4) if distance < 2 else 0.0


def _row(weights: dict[int, float], length: int, exclude_outside: bool) -> list[float]:
    """Return the weight of each place inside the input."""
    row = [0.0] * length
    for place, weight in weights.items():
        if 0 <= place < length:
            row[place] += weight
        elif not exclude_outside:
            row[min(max(place, 0), length - 1)] += weight
    total = sum(row)
    return [weight / total for weight in row] if exclude_outside and total else row


def resize_at_run_time(
    x: Tensor,
    roi: Tensor | None = None,
    scales: Tensor | None = None,
    sizes: Tensor | None = None,
    antialias: int = 0,
    axes=None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Tensor:
    """Resize with the arguments of ONNX; the scales or sizes are tensors or tuples."""
    places = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in axes]
    wanted = _listed(sizes)
    if wanted:
        size, factors = scales_of(x.shape, wanted, axes, keep_aspect_ratio_policy)
    else:
        given = _listed(scales)
        factors = tuple(given[places.index(axis)] if axis in places else 1.0 for axis in range(x.ndim))
        size = tuple(math.floor(length * factor) for length, factor in zip(x.shape, factors))
    part = _listed(roi)
    if part and coordinate_transformation_mode == "tf_crop_and_resize":
        bounds = {axis: (part[index], part[index + len(places)]) for index, axis in enumerate(places)}
        pairs = [bounds.get(axis, (0.0, 1.0)) for axis in range(x.ndim)]
        part = [start for start, _ in pairs] + [end for _, end in pairs]
    return resize_by_weights(
        x,
        size,
        factors,
        mode,
        coordinate_transformation_mode,
        nearest_mode,
        cubic_coeff_a,
        bool(exclude_outside),
        bool(antialias),
        tuple(part),
        extrapolation_value,
    )


def _listed(values) -> list:
    """Return the numbers of a tensor or a tuple; nothing for None."""
    if values is None:
        return []
    return values.reshape(-1).tolist() if isinstance(values, Tensor) else list(values)
