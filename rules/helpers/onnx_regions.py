"""Pools and samples of regions of images."""

import math

from mindspore import Tensor, float32, int64, ops


def roi_align(
    x: Tensor,
    rois: Tensor,
    batch_indices: Tensor,
    coordinate_transformation_mode: str = "half_pixel",
    mode: str = "avg",
    output_height: int = 1,
    output_width: int = 1,
    sampling_ratio: int = 0,
    spatial_scale: float = 1.0,
) -> Tensor:
    """Pool what bilinear sampling finds in each bin of regions of images.

    Args:
        x: Images of the shape (batch, channels, height, width).
        rois: Regions as (left, top, right, bottom).
        batch_indices: The image of each region.
        coordinate_transformation_mode: ``half_pixel``, or ``output_half_pixel`` for regions that start at a pixel.
        mode: ``avg`` or ``max``.
        output_height: The number of bins down.
        output_width: The number of bins across.
        sampling_ratio: How many samples a bin has along each axis; about one a pixel for 0.
        spatial_scale: The size of an image over that of what the regions count in.
    """
    half = coordinate_transformation_mode == "half_pixel"
    begins = rois[:, :2] * spatial_scale - (0.5 if half else 0.0)
    sizes = (rois[:, 2:] - rois[:, :2]) * spatial_scale
    if not half:
        sizes = ops.clamp(sizes, 1.0)
    bins = (output_height, output_width)
    if sampling_ratio > 0:
        return _pooled_samples(x, begins, sizes, batch_indices, mode, bins, (sampling_ratio, sampling_ratio))
    parts = []
    for index in range(rois.shape[0]):
        one = slice(index, index + 1)
        counts = [math.ceil(float(sizes[index, 1 - axis]) / bins[axis]) for axis in range(2)]
        if min(counts) > 0:
            parts.append(_pooled_samples(x, begins[one], sizes[one], batch_indices[one], mode, bins, counts))
        else:
            parts.append(ops.zeros((1, x.shape[1], *bins), x.dtype))
    return ops.cat(parts, 0)


def _pooled_samples(x: Tensor, begins: Tensor, sizes: Tensor, images: Tensor, mode: str, bins, counts) -> Tensor:
    """Pool the same number of samples in each bin of each region."""
    channels, height, width = x.shape[1:]
    pixels = x.permute(0, 2, 3, 1).reshape(-1, channels)
    first = images.astype(int64).reshape((-1, 1, 1)) * (height * width)
    rows = _linear_taps(begins[:, 1:2], sizes[:, 1:2], bins[0], counts[0], height)
    columns = _linear_taps(begins[:, 0:1], sizes[:, 0:1], bins[1], counts[1], width)
    corners = []
    for row, row_share in rows:
        for column, column_share in columns:
            places = first + row.expand_dims(2) * width + column.expand_dims(1)
            shares = row_share.expand_dims(2) * column_share.expand_dims(1)
            values = ops.gather(pixels, places.reshape(-1), 0).reshape((*places.shape, channels))
            corners.append(values * shares.expand_dims(3).astype(x.dtype))
    split = (begins.shape[0], bins[0], counts[0], bins[1], counts[1], channels)
    if mode == "max":
        highest = ops.maximum(ops.maximum(corners[0], corners[1]), ops.maximum(corners[2], corners[3]))
        pooled = ops.amax(highest.reshape(split), (2, 4))
    else:
        pooled = ops.mean((corners[0] + corners[1] + corners[2] + corners[3]).reshape(split), (2, 4))
    return pooled.permute(0, 3, 1, 2)


def _linear_taps(begin: Tensor, size: Tensor, bins: int, count: int, length: int) -> list[tuple[Tensor, Tensor]]:
    """Return the two places beside each sample along an axis, and their shares; a sample far outside has none."""
    position = begin + (ops.arange(bins * count).astype(begin.dtype) + 0.5) * (size / (bins * count))
    inside = ops.logical_and(position >= -1, position <= length).astype(begin.dtype)
    position = ops.clamp(position, 0, length - 1)
    low = ops.floor(position)
    share = position - low
    high = ops.clamp(low + 1, 0, length - 1)
    return [(low.astype(int64), (1 - share) * inside), (high.astype(int64), share * inside)]


def max_roi_pool(x: Tensor, rois: Tensor, pooled_shape: tuple[int, ...], spatial_scale: float = 1.0) -> Tensor:
    """Return the largest value in each bin of regions, given as (image, left, top, right, bottom)."""
    regions = []
    for image, *edges in rois.tolist():
        left, top, right, bottom = [nearest_pixel(edge * spatial_scale) for edge in edges]
        rows = _whole_bins(top, bottom, pooled_shape[0], x.shape[2])
        columns = _whole_bins(left, right, pooled_shape[1], x.shape[3])
        values = [
            ops.amax(x[int(image), :, a:b, c:d], (1, 2)) if a < b and c < d else ops.zeros((x.shape[1],), x.dtype)
            for a, b in rows
            for c, d in columns
        ]
        regions.append(ops.stack(values, -1).reshape((x.shape[1], *pooled_shape)))
    return ops.stack(regions, 0)


def nearest_pixel(position: float) -> int:
    """Return the whole number next to a position; halves go away from zero."""
    return int(math.copysign(math.floor(abs(position) + 0.5), position))


def _whole_bins(begin: int, end: int, bins: int, length: int) -> list[tuple[int, int]]:
    """Return where each bin of a region begins and ends, in whole pixels of the image."""
    step = max(end - begin + 1, 1) / bins
    edges = [(begin + math.floor(index * step), begin + math.ceil((index + 1) * step)) for index in range(bins)]
    return [(min(max(first, 0), length), min(max(last, 0), length)) for first, last in edges]


def deformable_convolution(
    x: Tensor,
    w: Tensor,
    offset: Tensor,
    b: Tensor | None,
    mask: Tensor | None,
    strides: tuple[int, ...],
    dilations: tuple[int, ...],
    pads: tuple[int, ...],
    groups: int,
    offset_groups: int,
) -> Tensor:
    """Convolve images with a kernel whose taps are moved by offsets.

    Args:
        x: Images of the shape (batch, channels, height, width).
        w: The kernel.
        offset: How far each tap moves down and across, at each place of the result.
        b: The bias, or None.
        mask: The factor of each tap at each place of the result; None for one.
        strides: The strides.
        dilations: The dilations of the kernel.
        pads: The padding; its first two numbers are those above and to the left.
        groups: The number of groups.
        offset_groups: How many groups of channels have offsets of their own.
    """
    batch, channels, height, width = x.shape
    down, across = offset.shape[2:]
    taps = w.shape[2] * w.shape[3]
    moves = offset.reshape((batch, offset_groups, taps, 2, down, across))
    kernel_rows = (ops.arange(w.shape[2]) * dilations[0] - pads[0]).reshape((-1, 1, 1, 1))
    kernel_columns = (ops.arange(w.shape[3]) * dilations[1] - pads[1]).reshape((1, -1, 1, 1))
    grid = ops.zeros((w.shape[2], w.shape[3], down, across), float32)
    rows = kernel_rows + (ops.arange(down) * strides[0]).reshape((1, 1, -1, 1)) + grid
    columns = kernel_columns + ops.arange(across) * strides[1] + grid
    rows = moves[:, :, :, 0] + rows.reshape((taps, down, across)).astype(x.dtype)
    columns = moves[:, :, :, 1] + columns.reshape((taps, down, across)).astype(x.dtype)
    flat = x.reshape((batch * offset_groups, channels // offset_groups, height * width))
    shape = (*flat.shape[:2], taps * down * across)
    total = 0
    for row in (ops.floor(rows), ops.floor(rows) + 1):
        for column in (ops.floor(columns), ops.floor(columns) + 1):
            share = (1 - ops.abs(rows - row)) * (1 - ops.abs(columns - column))
            inside = ops.logical_and(row >= 0, row < height)
            inside = ops.logical_and(inside, ops.logical_and(column >= 0, column < width))
            place = ops.clamp(row, 0, height - 1) * width + ops.clamp(column, 0, width - 1)
            place = ops.broadcast_to(place.astype(int64).reshape((shape[0], 1, shape[2])), shape)
            share = (share * inside.astype(x.dtype)).reshape((shape[0], 1, shape[2]))
            total = total + ops.gather_elements(flat, 2, place) * share
    if mask is not None:
        total = total * mask.reshape((shape[0], 1, shape[2]))
    patches = total.reshape((batch, groups, channels // groups * taps, down * across))
    kernel = w.reshape((1, groups, w.shape[0] // groups, -1))
    result = ops.matmul(kernel, patches).reshape((batch, w.shape[0], down, across))
    return result if b is None else result + b.reshape((1, -1, 1, 1))


def crop_and_resize(
    x: Tensor,
    rois: Tensor,
    batch_indices: Tensor,
    crop_size: tuple[int, ...],
    extrapolation_value: float,
    nearest: bool,
) -> Tensor:
    """Sample regions, given as (top, left, bottom, right) between 0 and 1, at the same number of places each.

    Args:
        x: Images of the shape (batch, channels, height, width).
        rois: The regions.
        batch_indices: The image of each region.
        crop_size: How many samples there are down and across.
        extrapolation_value: What stands for samples outside the image.
        nearest: Whether the nearest pixel is taken, and not four of them weighted.
    """
    rows, row_inside = _spread_positions(rois[:, 0:1], rois[:, 2:3], crop_size[0], x.shape[2])
    columns, column_inside = _spread_positions(rois[:, 1:2], rois[:, 3:4], crop_size[1], x.shape[3])
    pixels = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
    first = batch_indices.astype(int64).reshape((-1, 1, 1)) * (x.shape[2] * x.shape[3])
    result = 0
    for row, row_share in _taps_beside(rows, x.shape[2], nearest):
        for column, column_share in _taps_beside(columns, x.shape[3], nearest):
            places = first + row.expand_dims(2) * x.shape[3] + column.expand_dims(1)
            values = ops.gather(pixels, places.reshape(-1), 0).reshape((*places.shape, x.shape[1]))
            result = result + values * (row_share.expand_dims(2) * column_share.expand_dims(1)).expand_dims(3)
    inside = ops.logical_and(row_inside.expand_dims(2), column_inside.expand_dims(1)).expand_dims(3)
    return ops.where(inside, result, ops.full_like(result, extrapolation_value)).permute(0, 3, 1, 2)


def _spread_positions(begin: Tensor, end: Tensor, count: int, length: int) -> tuple[Tensor, Tensor]:
    """Return evenly spread positions along an axis, and which of them lie inside."""
    if count > 1:
        position = (begin + ops.arange(count).astype(begin.dtype) * ((end - begin) / (count - 1))) * (length - 1)
    else:
        position = (begin + end) / 2 * (length - 1)
    return position, ops.logical_and(position >= 0, position <= length - 1)


def _taps_beside(position: Tensor, length: int, nearest: bool) -> list[tuple[Tensor, Tensor]]:
    """Return the places to read for each position, and their shares."""
    position = ops.clamp(position, 0, length - 1)
    if nearest:
        return [(ops.floor(position + 0.5).astype(int64), ops.ones_like(position))]
    low = ops.floor(position)
    share = position - low
    return [(low.astype(int64), 1 - share), (ops.clamp(low + 1, 0, length - 1).astype(int64), share)]
