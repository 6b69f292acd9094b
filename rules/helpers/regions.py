"""Pooling of regions of images, convolutions with moving taps, and their layers."""

import math

import numpy as np
from convolution import per_axis, reset_parameters
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common.initializer import initializer
from onnx_regions import deformable_convolution, max_roi_pool, nearest_pixel, roi_align


def numbered_regions(boxes) -> Tensor:
    """Return regions as (image, left, top, right, bottom), also where each image has a tensor of its own."""
    if isinstance(boxes, Tensor):
        return boxes
    return ops.cat([ops.cat((ops.full_like(part[:, :1], index), part), 1) for index, part in enumerate(boxes)])


def align_regions(
    input: Tensor, boxes, output_size, spatial_scale: float = 1.0, sampling_ratio: int = -1, aligned: bool = False
) -> Tensor:
    """Average what bilinear sampling finds in each bin of regions.

    Args:
        input: Images of the shape (batch, channels, height, width).
        boxes: Regions as (image, left, top, right, bottom), or a list with (left, top, right, bottom) for each image.
        output_size: The number of bins down and across.
        spatial_scale: The size of an image over that of what the regions count in.
        sampling_ratio: How many samples a bin has along each axis; about one a pixel below 1.
        aligned: Whether coordinates mean the middles of pixels.
    """
    regions = numbered_regions(boxes)
    height, width = per_axis(output_size, 2)
    if regions.shape[0] == 0:
        return Tensor(np.zeros((0, input.shape[1], height, width)), input.dtype)
    mode = "half_pixel" if aligned else "output_half_pixel"
    count = max(sampling_ratio, 0)
    return roi_align(input, regions[:, 1:], regions[:, 0], mode, "avg", height, width, count, spatial_scale)


def pool_regions(input: Tensor, boxes, output_size, spatial_scale: float = 1.0) -> Tensor:
    """Return the largest value in each bin of regions, whose edges are whole pixels."""
    return max_roi_pool(input, numbered_regions(boxes), per_axis(output_size, 2), spatial_scale)


def align_regions_by_position(
    input: Tensor, boxes, output_size, spatial_scale: float = 1.0, sampling_ratio: int = -1
) -> Tensor:
    """Average what bilinear sampling finds in each bin of regions, where each bin has channels of its own."""
    height, width = per_axis(output_size, 2)
    found = align_regions(input, boxes, (height, width), spatial_scale, sampling_ratio, True)
    return own_channels(found, height, width)


def pool_regions_by_position(input: Tensor, boxes, output_size, spatial_scale: float = 1.0) -> Tensor:
    """Average each bin of regions, whose edges are whole pixels, where each bin has channels of its own."""
    height, width = per_axis(output_size, 2)
    found = []
    for image, *edges in numbered_regions(boxes).tolist():
        left, top, right, bottom = [nearest_pixel(edge * spatial_scale) for edge in edges]
        rows = inner_bins(top, bottom, height, input.shape[2])
        columns = inner_bins(left, right, width, input.shape[3])
        values = [
            input[int(image), :, a:b, c:d].mean((1, 2))
            if a < b and c < d
            else ops.zeros((input.shape[1],), input.dtype)
            for a, b in rows
            for c, d in columns
        ]
        found.append(ops.stack(values, -1).reshape((input.shape[1], height, width)))
    return own_channels(ops.stack(found), height, width)


def inner_bins(begin: int, end: int, bins: int, length: int) -> list[tuple[int, int]]:
    """Return where each bin of a region begins and ends; the last pixel of the image is in none."""
    step = max(end - begin, 1) / bins
    edges = [(begin + math.floor(index * step), begin + math.ceil((index + 1) * step)) for index in range(bins)]
    return [(min(max(first, 0), length - 1), min(max(last, 0), length - 1)) for first, last in edges]


def own_channels(pooled: Tensor, height: int, width: int) -> Tensor:
    """Take for each bin the channels that belong to its position."""
    regions, channels = pooled.shape[0], pooled.shape[1] // (height * width)
    bins = height * width
    values = pooled.reshape((regions, channels, bins, bins))
    return (values * ops.eye(bins, bins, pooled.dtype)).sum(-1).reshape((regions, channels, height, width))


class RoIAlign(nn.Cell):
    """Average what bilinear sampling finds in each bin of regions."""

    def __init__(self, output_size, spatial_scale: float, sampling_ratio: int, aligned: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio
        self.aligned = aligned

    def construct(self, input: Tensor, rois) -> Tensor:
        return align_regions(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned)


class RoIPool(nn.Cell):
    """Return the largest value in each bin of regions."""

    def __init__(self, output_size, spatial_scale: float) -> None:
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def construct(self, input: Tensor, rois) -> Tensor:
        return pool_regions(input, rois, self.output_size, self.spatial_scale)


class PSRoIAlign(nn.Cell):
    """Average what bilinear sampling finds in each bin of regions, where each bin has channels of its own."""

    def __init__(self, output_size, spatial_scale: float, sampling_ratio: int) -> None:
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio

    def construct(self, input: Tensor, rois) -> Tensor:
        return align_regions_by_position(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio)


class PSRoIPool(nn.Cell):
    """Average each bin of regions, where each bin has channels of its own."""

    def __init__(self, output_size, spatial_scale: float) -> None:
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def construct(self, input: Tensor, rois) -> Tensor:
        return pool_regions_by_position(input, rois, self.output_size, self.spatial_scale)


class MultiScaleRoIAlign(nn.Cell):
    """Take each region from the level of a pyramid of features that fits its size, and average its bins there."""

    def __init__(
        self, featmap_names, output_size, sampling_ratio: int, *, canonical_scale: int = 224, canonical_level: int = 4
    ) -> None:
        super().__init__()
        self.featmap_names = featmap_names
        self.output_size = per_axis(output_size, 2)
        self.sampling_ratio = sampling_ratio
        self.canonical_scale = canonical_scale
        self.canonical_level = canonical_level

    def construct(self, x: dict, boxes, image_shapes) -> Tensor:
        features = [value for name, value in x.items() if name in self.featmap_names]
        height = max(shape[0] for shape in image_shapes)
        scales = [2.0 ** round(math.log2(feature.shape[-2] / height)) for feature in features]
        regions = numbered_regions(boxes)
        if len(features) == 1:
            return align_regions(features[0], regions, self.output_size, scales[0], self.sampling_ratio)
        corners = regions.asnumpy()[:, 1:]
        sides = np.sqrt((corners[:, 2:] - corners[:, :2]).prod(1))
        with np.errstate(divide="ignore"):
            levels = np.floor(self.canonical_level + np.log2(sides / np.float32(self.canonical_scale)) + 1e-6)
        lowest, highest = int(-math.log2(scales[0])), int(-math.log2(scales[-1]))
        levels = np.clip(levels, lowest, highest) - lowest
        places, parts = [], []
        for level, (feature, scale) in enumerate(zip(features, scales)):
            own = np.flatnonzero(levels == level)
            if own.size:
                places.append(own)
                parts.append(align_regions(feature, regions[Tensor(own)], self.output_size, scale, self.sampling_ratio))
        if not parts:
            return align_regions(features[0], regions, self.output_size)
        return ops.cat(parts)[Tensor(np.argsort(np.concatenate(places)))]


def deform_conv2d(
    input: Tensor,
    offset: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=(1, 1),
    padding=(0, 0),
    dilation=(1, 1),
    mask: Tensor | None = None,
) -> Tensor:
    """Convolve images with a kernel whose taps are moved by offsets, and multiplied by a mask."""
    groups = input.shape[1] // weight.shape[1]
    moving = offset.shape[1] // (2 * weight.shape[2] * weight.shape[3])
    steps, dilations, pads = per_axis(stride, 2), per_axis(dilation, 2), per_axis(padding, 2)
    return deformable_convolution(input, weight, offset, bias, mask, steps, dilations, pads, groups, moving)


class DeformConv2d(nn.Cell):
    """Convolve images with a kernel whose taps are moved by offsets, and multiplied by a mask."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = per_axis(kernel_size, 2)
        self.stride = per_axis(stride, 2)
        self.padding = per_axis(padding, 2)
        self.dilation = per_axis(dilation, 2)
        self.groups = groups
        self.weight = Parameter(initializer("zeros", (out_channels, in_channels // groups, *self.kernel_size)))
        self.bias = Parameter(initializer("zeros", (out_channels,))) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        reset_parameters(self)

    def construct(self, input: Tensor, offset: Tensor, mask: Tensor | None = None) -> Tensor:
        return deform_conv2d(input, offset, self.weight, self.bias, self.stride, self.padding, self.dilation, mask)
