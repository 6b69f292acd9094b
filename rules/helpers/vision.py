"""Resizing and windows of images."""

import math

import numpy as np
from mindspore import Tensor, float32, int32, nn, ops
from pooling import adaptive_avg_pool1d


@ops.constexpr
def resizing_matrix(
    length: int, size: int, cubic: bool, align_corners: bool, antialias: bool, step: float | None = None
) -> Tensor:
    """Return the weights by which a line of ``length`` pixels becomes one of ``size`` pixels, ``step`` pixels apart."""
    step = length / size if step is None else step
    scale = (length - 1) / (size - 1) if align_corners and size > 1 else 0.0 if align_corners else step
    stretch = max(scale, 1.0) if antialias else 1.0
    places = np.arange(size)[:, None]
    centers = places * scale if align_corners and not antialias else (places + 0.5) * scale - 0.5
    pixels = np.arange(length) if antialias else np.floor(centers) + np.arange(-1, 3)
    distances = np.abs(pixels - centers) / stretch
    if cubic:
        a = -0.5 if antialias else -0.75
        near = ((a + 2) * distances - (a + 3)) * distances**2 + 1
        far = ((distances - 5) * distances + 8) * a * distances - 4 * a
        weights = np.where(distances <= 1, near, np.where(distances < 2, far, 0.0))
    else:
        weights = np.maximum(1 - distances, 0.0)
    weights = weights / weights.sum(1, keepdims=True)
    matrix = np.zeros((size, length))
    np.add.at(matrix, (places, np.clip(pixels, 0, length - 1).astype(int)), weights)
    return Tensor(matrix, float32)


def interpolate(
    input: Tensor,
    size=None,
    scale_factor=None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Resize images, sequences or volumes to a size or by a factor."""
    lengths = input.shape[2:]
    steps = (None,) * len(lengths)
    if size is None:
        factors = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * len(lengths)
        size = tuple(math.floor(length * factor) for length, factor in zip(lengths, factors))
        whole = all(new == length * factor for new, length, factor in zip(size, lengths, factors))
        if not (recompute_scale_factor or whole or align_corners or mode == "area"):
            steps = tuple(1 / factor for factor in factors)
    elif isinstance(size, int):
        size = (size,) * len(lengths)
    if mode == "area" and len(lengths) == 1:
        return adaptive_avg_pool1d(input, size)
    if mode in ("nearest", "nearest-exact") and steps[0] is not None:
        for axis, (length, new, step) in enumerate(zip(lengths, size, steps), 2):
            places = [min(int((place + 0.5 * (mode == "nearest-exact")) * step), length - 1) for place in range(new)]
            input = ops.gather(input, Tensor(places, int32), axis)
        return input
    if mode == "bicubic" or antialias or steps[0] is not None:
        result = input.astype(float32)
        for axis, (length, new, step) in enumerate(zip(lengths, size, steps), 2):
            matrix = resizing_matrix(length, new, mode == "bicubic", bool(align_corners), antialias, step)
            result = ops.matmul(result.swapaxes(axis, -1), matrix.swapaxes(0, 1)).swapaxes(axis, -1)
        return result.astype(input.dtype)
    return ops.interpolate(input, size=tuple(size), mode=mode, align_corners=align_corners)


class Upsample(nn.Cell):
    """Resize images, sequences or volumes to a size or by a factor."""

    def __init__(
        self,
        size=None,
        scale_factor=None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.arguments = size, scale_factor, mode, align_corners, recompute_scale_factor

    def construct(self, x: Tensor) -> Tensor:
        return interpolate(x, *self.arguments)


class Unfold(nn.Cell):
    """Lay the windows of images side by side."""

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1) -> None:
        super().__init__()
        self.arguments = kernel_size, dilation, padding, stride

    def construct(self, x: Tensor) -> Tensor:
        return ops.unfold(x, *self.arguments)


def fold(input: Tensor, output_size, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """Add windows up to images, as the inverse of unfolding."""
    size = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
    return ops.fold(input, Tensor(size, int32), kernel_size, dilation, padding, stride)


class Fold(nn.Cell):
    """Add windows up to images, as the inverse of Unfold."""

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1) -> None:
        super().__init__()
        self.arguments = output_size, kernel_size, dilation, padding, stride

    def construct(self, x: Tensor) -> Tensor:
        return fold(x, *self.arguments)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Take a channel from each group in turn."""
    count, channels, *sizes = input.shape
    parts = input.reshape((count, groups, channels // groups, *sizes))
    return parts.swapaxes(1, 2).reshape(input.shape)


class ChannelShuffle(nn.Cell):
    """Take a channel from each group in turn."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def construct(self, input: Tensor) -> Tensor:
        return channel_shuffle(input, self.groups)
