"""Resizing and windows of images."""

import math

from mindspore import Tensor, int32, nn, ops


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
    if antialias:
        raise ValueError("MindSpore's interpolation does not smooth; leave antialias out.")
    if mode == "bicubic":
        raise ValueError("MindSpore's bicubic interpolation gives other values than PyTorch's; choose another mode.")
    lengths = input.shape[2:]
    if size is None:
        factors = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * len(lengths)
        sizes = [length * factor for length, factor in zip(lengths, factors)]
        size = tuple(math.floor(length) for length in sizes)
        if not recompute_scale_factor and list(size) != sizes:
            raise ValueError(f"{scale_factor} times {lengths} is no whole size; give recompute_scale_factor=True.")
    elif isinstance(size, int):
        size = (size,) * len(lengths)
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
