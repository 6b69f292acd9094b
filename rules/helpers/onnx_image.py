"""Crops, patches and samples of images."""

import math

from mindspore import Tensor, float32, int64, ops


def center_crop_or_pad(x: Tensor, shape, axes=None) -> Tensor:
    """Return ``x`` with other sizes along some axes: what is more is cut off on both sides, what is less is zero."""
    sizes = shape.tolist() if isinstance(shape, Tensor) else list(shape)
    places = range(x.ndim) if axes is None else [axis % x.ndim for axis in axes]
    for axis, size in zip(places, sizes):
        length = x.shape[axis]
        if size < length:
            begin = (length - size) // 2
            x = x[(slice(None),) * axis + (slice(begin, begin + size),)]
        elif size > length:
            before = (size - length) // 2
            zeros = [
                ops.zeros((*x.shape[:axis], count, *x.shape[axis + 1 :]), x.dtype)
                for count in (before, size - length - before)
                if count
            ]
            x = ops.cat(([zeros[0]] if before else []) + [x] + zeros[int(before > 0) :], axis)
    return x


def join_patches(x: Tensor, image_shape, block_shape, dilations=None, pads=None, strides=None) -> Tensor:
    """Add the patches of (batch, channels * places, patches) up to images of any number of axes."""
    image, block = (
        value.tolist() if isinstance(value, Tensor) else list(value) for value in (image_shape, block_shape)
    )
    n = len(image)
    strides, dilations = strides or (1,) * n, dilations or (1,) * n
    pads = pads or (0,) * (2 * n)
    counts = [
        (image[axis] + pads[axis] + pads[n + axis] - dilations[axis] * (block[axis] - 1) - 1) // strides[axis] + 1
        for axis in range(n)
    ]
    channels = x.shape[1] // math.prod(block)
    flat = ops.zeros((math.prod(image) + 1, x.shape[0] * channels), x.dtype)
    places = _patch_places(image, block, counts, strides, dilations, pads)
    values = x.reshape((x.shape[0] * channels, -1)).swapaxes(0, 1)
    summed = ops.tensor_scatter_add(flat, Tensor(places, int64).reshape((-1, 1)), values)
    return summed[:-1].swapaxes(0, 1).reshape((x.shape[0], channels, *image))


def _patch_places(image, block, counts, strides, dilations, pads) -> list[int]:
    """Return the place in the flat image of each value of each patch; one beyond the image for padding."""
    beyond = math.prod(image)
    grids = []
    for axis, length in enumerate(image):
        grid = [
            [step * dilations[axis] + start * strides[axis] - pads[axis] for start in range(counts[axis])]
            for step in range(block[axis])
        ]
        grids.append([[place if 0 <= place < length else -1 for place in row] for row in grid])
    places = []
    for inner in range(math.prod(block)):
        steps = _digits(inner, block)
        for outer in range(math.prod(counts)):
            starts = _digits(outer, counts)
            index = 0
            for axis, length in enumerate(image):
                place = grids[axis][steps[axis]][starts[axis]]
                index = beyond if place < 0 or index == beyond else index * length + place
            places.append(index)
    return places


def _digits(number: int, sizes) -> list[int]:
    """Return the index along each axis of a place in a flat array."""
    digits = []
    for size in reversed(sizes):
        digits.append(number % size)
        number //= size
    return digits[::-1]


def sample_grid(
    x: Tensor, grid: Tensor, align_corners: bool = False, mode: str = "linear", padding_mode: str = "zeros"
) -> Tensor:
    """Return the values of (batch, channels, ...) at positions between -1 and 1.

    Args:
        x: The values over any number of axes.
        grid: The positions, the last axis of ``x`` first.
        align_corners: Whether -1 and 1 are the middle of the outermost values, and not their edge.
        mode: ``nearest``, ``linear`` or ``cubic``.
        padding_mode: What lies beyond the edge: ``zeros``, the ``border``, or a ``reflection``.
    """
    n = x.ndim - 2
    result = 0
    choices = []
    for axis in range(n):
        length = x.shape[2 + axis]
        position = grid[..., n - 1 - axis]
        position = (position + 1) / 2 * (length - 1) if align_corners else ((position + 1) * length - 1) / 2
        if padding_mode != "zeros" and mode != "cubic":
            position = _brought_inside(position, length, padding_mode, align_corners)
        choices.append(
            [(*_place(place, length, padding_mode, align_corners), weight) for place, weight in _taps(position, mode)]
        )
    flat = x.reshape((*x.shape[:2], -1))
    for number in range(len(choices[0]) ** n):
        picks = [choices[axis][digit] for axis, digit in enumerate(_digits(number, [len(choices[0])] * n))]
        index, weight = 0, 1
        for axis, (place, inside, share) in enumerate(picks):
            index = index * x.shape[2 + axis] + place
            weight = weight * share * inside
        chosen = ops.broadcast_to(index.reshape((x.shape[0], 1, -1)), (*x.shape[:2], index[0].size))
        values = ops.gather_elements(flat, 2, chosen).reshape((*x.shape[:2], *grid.shape[1:-1]))
        result = result + values * weight.expand_dims(1)
    return result.astype(x.dtype)


def _taps(position: Tensor, mode: str) -> list[tuple[Tensor, Tensor]]:
    """Return the places around a position along one axis, and their weights."""
    if mode == "nearest":
        return [(ops.round(position), ops.ones_like(position))]
    low = ops.floor(position)
    share = position - low
    if mode == "linear":
        return [(low, 1 - share), (low + 1, share)]
    return [(low + offset, _cubic_weight(ops.abs(share - offset))) for offset in (-1, 0, 1, 2)]


def _cubic_weight(distance: Tensor) -> Tensor:
    """Return the cubic convolution curve with the parameter -0.75."""
    near = (1.25 * distance - 2.25) * distance * distance + 1
    far = -0.75 * (((distance - 5) * distance + 8) * distance - 4)
    return ops.where(distance <= 1, near, ops.where(distance < 2, far, ops.zeros_like(far)))


def _place(place: Tensor, length: int, padding_mode: str, align_corners: bool) -> tuple[Tensor, Tensor]:
    """Return a place inside the axis, and one where its value counts."""
    if padding_mode == "zeros":
        inside = ops.logical_and(place >= 0, place <= length - 1).astype(float32)
    else:
        inside = ops.ones_like(place)
        place = _brought_inside(place, length, padding_mode, align_corners)
    return ops.clamp(place, 0, length - 1).astype(int64), inside


def _brought_inside(position: Tensor, length: int, padding_mode: str, align_corners: bool) -> Tensor:
    """Return a position inside the axis: the nearest one, or the reflected one."""
    if padding_mode == "reflection":
        low, span = (0.0, length - 1.0) if align_corners else (-0.5, float(length))
        if span <= 0:
            return ops.zeros_like(position)
        shifted = ops.abs(position - low)
        turns = ops.floor(shifted / span)
        rest = shifted - turns * span
        position = ops.where(ops.floor(turns / 2) * 2 == turns, rest + low, span - rest + low)
    return ops.clamp(position, 0, length - 1)
