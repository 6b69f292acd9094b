"""Pooling with the arguments of PyTorch's layers and functions."""

import math

from mindspore import Tensor, float32, int64, nn, ops


class MaxPool1d(nn.MaxPool1d):
    """Take the maximum over windows of a sequence, with the arguments of PyTorch's layer."""

    def __init__(
        self, kernel_size, stride=None, padding=0, dilation=1, return_indices: bool = False, ceil_mode: bool = False
    ) -> None:
        sizes = kernel_size, kernel_size if stride is None or stride == () else stride, padding, dilation
        size, stride, padding, dilation = (item if isinstance(item, int) else item[0] for item in sizes)
        super().__init__(size, stride, "pad", padding, dilation, return_indices, ceil_mode)


class MaxPool2d(nn.MaxPool2d):
    """Take the maximum over windows of an image, with the arguments of PyTorch's layer."""

    def __init__(
        self, kernel_size, stride=None, padding=0, dilation=1, return_indices: bool = False, ceil_mode: bool = False
    ) -> None:
        sizes = kernel_size, kernel_size if stride is None else stride, padding, dilation
        size, stride, padding, dilation = (tuple(item) if isinstance(item, list) else item for item in sizes)
        super().__init__(size, stride, "pad", padding, dilation, return_indices, ceil_mode)
        self.padding, self.dilation, self.ceil_mode = padding, dilation, ceil_mode


class MaxPool3d(nn.MaxPool3d):
    """Take the maximum over windows of a volume, with the arguments of PyTorch's layer."""

    def __init__(
        self, kernel_size, stride=None, padding=0, dilation=1, return_indices: bool = False, ceil_mode: bool = False
    ) -> None:
        sizes = kernel_size, kernel_size if stride is None else stride, padding, dilation
        size, stride, padding, dilation = (tuple(item) if isinstance(item, list) else item for item in sizes)
        super().__init__(size, stride, "pad", padding, dilation, return_indices, ceil_mode)


class AvgPool1d(nn.AvgPool1d):
    """Take the mean over windows of a sequence, with the arguments of PyTorch's layer."""

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode: bool = False, count_include_pad: bool = True
    ) -> None:
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, ceil_mode, count_include_pad)


class AvgPool2d(nn.AvgPool2d):
    """Take the mean over windows of an image, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        sizes = kernel_size, kernel_size if stride is None else stride, padding
        size, stride, padding = (tuple(item) if isinstance(item, list) else item for item in sizes)
        # A divisor leaves nothing to count; but MindSpore's own gradient is wrong unless the padding counts.
        counted = count_include_pad or divisor_override is not None
        super().__init__(size, stride, "pad", padding, ceil_mode, counted, divisor_override)
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad


class AvgPool3d(nn.AvgPool3d):
    """Take the mean over windows of a volume, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        sizes = kernel_size, kernel_size if stride is None else stride, padding
        size, stride, padding = (tuple(item) if isinstance(item, list) else item for item in sizes)
        # A divisor leaves nothing to count; but MindSpore's own gradient is wrong unless the padding counts.
        counted = count_include_pad or divisor_override is not None
        super().__init__(size, stride, "pad", padding, ceil_mode, counted, divisor_override)


def adaptive_avg_pool1d(input: Tensor, output_size) -> Tensor:
    """Take the means over windows of a sequence so that ``output_size`` of them remain."""
    (size,) = (output_size,) if isinstance(output_size, int) else output_size
    return ops.adaptive_avg_pool2d(input.unsqueeze(-2), (1, size)).squeeze(-2)


def adaptive_max_pool1d(input: Tensor, output_size, return_indices: bool = False):
    """Take the maxima over windows of a sequence so that ``output_size`` of them remain."""
    (size,) = (output_size,) if isinstance(output_size, int) else output_size
    values, indices = ops.adaptive_max_pool2d(input.unsqueeze(-2), (1, size), True)
    return (values.squeeze(-2), indices.squeeze(-2)) if return_indices else values.squeeze(-2)


class AdaptiveAvgPool1d(nn.Cell):
    """Take the means over windows of a sequence so that ``output_size`` of them remain."""

    def __init__(self, output_size) -> None:
        super().__init__()
        self.output_size = output_size

    def construct(self, x: Tensor) -> Tensor:
        return adaptive_avg_pool1d(x, self.output_size)


class AdaptiveMaxPool1d(nn.Cell):
    """Take the maxima over windows of a sequence so that ``output_size`` of them remain."""

    def __init__(self, output_size, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def construct(self, x: Tensor):
        return adaptive_max_pool1d(x, self.output_size, self.return_indices)


def max_pool1d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
):
    """Take the maximum over windows of a sequence."""
    return MaxPool1d(kernel_size, stride, padding, dilation, return_indices, ceil_mode)(input)


def max_pool2d_with_places(
    input: Tensor, kernel_size, stride=None, padding=0, dilation=1, ceil_mode: bool = False, return_indices: bool = True
) -> tuple[Tensor, Tensor]:
    """Take the maximum over windows of an image, which may have no batch, and the places of the maxima."""
    stride = None if stride == () else stride
    images = input if input.ndim == 4 else input.unsqueeze(0)
    maxima, places = ops.max_pool2d(images, kernel_size, stride, padding, dilation, return_indices, ceil_mode)
    return (maxima, places) if input.ndim == 4 else (maxima.squeeze(0), places.squeeze(0))


def avg_pool1d(
    input: Tensor, kernel_size, stride=None, padding=0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Tensor:
    """Take the mean over windows of a sequence."""
    kernel_size, padding = (size if isinstance(size, int) else size[0] for size in (kernel_size, padding))
    stride = kernel_size if stride in (None, ()) else stride if isinstance(stride, int) else stride[0]
    if not input.is_floating_point():
        return avg_pool1d(input.astype(float32), kernel_size, stride, padding, ceil_mode, count_include_pad).astype(
            input.dtype
        )
    return AvgPool1d(kernel_size, stride, padding, ceil_mode, count_include_pad)(input)


def avg_pool2d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Take the mean over windows of an image, or their sum divided by ``divisor_override``."""
    stride = None if stride == () else stride
    divisor = None if divisor_override is None else 1
    pool = AvgPool2d(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor)
    output = pool(input if input.is_floating_point() else input.astype(float32))
    output = output if divisor is None else output / divisor_override
    return output.astype(input.dtype)


def avg_pool3d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Take the mean over windows of a volume, or their sum divided by ``divisor_override``."""
    stride = None if stride == () else stride
    divisor = None if divisor_override is None else 1
    pool = AvgPool3d(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor)
    output = pool(input if input.is_floating_point() else input.astype(float32))
    output = output if divisor is None else output / divisor_override
    return output.astype(input.dtype)


def root_of_mean(mean: Tensor, norm_type: float, count: int) -> Tensor:
    """Return the norm of windows of ``count`` values from the mean of their powers, not a number if it has none."""
    return (mean * count) ** (1.0 / norm_type)


def windows_of(kernel_size, rank: int) -> tuple[int, ...]:
    """Return the size of a window along each of ``rank`` axes."""
    return (kernel_size,) * rank if isinstance(kernel_size, int) else tuple(kernel_size)


def lp_pool1d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """Take the norm of the power ``norm_type`` over windows of a sequence."""
    mean = avg_pool1d(input**norm_type, kernel_size, stride, 0, ceil_mode)
    return root_of_mean(mean, norm_type, math.prod(windows_of(kernel_size, 1)))


def lp_pool2d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """Take the norm of the power ``norm_type`` over windows of an image."""
    mean = avg_pool2d(input**norm_type, kernel_size, stride, 0, ceil_mode)
    return root_of_mean(mean, norm_type, math.prod(windows_of(kernel_size, 2)))


def lp_pool3d(input: Tensor, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> Tensor:
    """Take the norm of the power ``norm_type`` over windows of a volume."""
    mean = avg_pool3d(input**norm_type, kernel_size, stride, 0, ceil_mode)
    return root_of_mean(mean, norm_type, math.prod(windows_of(kernel_size, 3)))


class LPPool1d(nn.Cell):
    """Take the norm of the power ``norm_type`` over windows of a sequence."""

    def __init__(self, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.count = norm_type, math.prod(windows_of(kernel_size, 1))
        self.mean = AvgPool1d(kernel_size, stride, 0, ceil_mode)

    def construct(self, x: Tensor) -> Tensor:
        return root_of_mean(self.mean(x**self.norm_type), self.norm_type, self.count)


class LPPool2d(nn.Cell):
    """Take the norm of the power ``norm_type`` over windows of an image."""

    def __init__(self, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.count = norm_type, math.prod(windows_of(kernel_size, 2))
        self.mean = AvgPool2d(kernel_size, stride, 0, ceil_mode)

    def construct(self, x: Tensor) -> Tensor:
        return root_of_mean(self.mean(x**self.norm_type), self.norm_type, self.count)


class LPPool3d(nn.Cell):
    """Take the norm of the power ``norm_type`` over windows of a volume."""

    def __init__(self, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type, self.count = norm_type, math.prod(windows_of(kernel_size, 3))
        self.mean = AvgPool3d(kernel_size, stride, 0, ceil_mode)

    def construct(self, x: Tensor) -> Tensor:
        return root_of_mean(self.mean(x**self.norm_type), self.norm_type, self.count)


class AdaptiveMaxPool3d(nn.Cell):
    """Take the maxima over windows of a volume so that ``output_size`` remain; None keeps the size of an axis."""

    def __init__(self, output_size, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def construct(self, x: Tensor):
        sizes = (self.output_size,) * 3 if isinstance(self.output_size, int) else self.output_size
        sizes = tuple([have if want is None else want for want, have in zip(sizes, x.shape[-3:])])
        return ops.adaptive_max_pool3d(x, sizes, self.return_indices)


def fractional_max_pool2d(
    input: Tensor,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
):
    """Take the maximum over windows of an image that lie at random distances."""
    return fractional_max_pool(input, kernel_size, output_size, output_ratio, return_indices, _random_samples, 2)


def fractional_max_pool3d(
    input: Tensor,
    kernel_size,
    output_size=None,
    output_ratio=None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
):
    """Take the maximum over windows of a volume that lie at random distances."""
    return fractional_max_pool(input, kernel_size, output_size, output_ratio, return_indices, _random_samples, 3)


def fractional_max_pool(input, kernel_size, output_size, output_ratio, return_indices: bool, samples, axes: int):
    """Take the maximum over windows along the last axes that lie at random distances."""
    single = input.ndim == axes + 1
    x = input.expand_dims(0) if single else input
    if output_size is None:
        ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * axes
        output_size = tuple(int(length * ratio) for length, ratio in zip(x.shape[2:], ratios))
    kernel, size = windows_of(kernel_size, axes), windows_of(output_size, axes)
    pool = ops.fractional_max_pool2d if axes == 2 else ops.fractional_max_pool3d
    _, indices = pool(ops.stop_gradient(x), kernel, output_size=size, return_indices=True, _random_samples=samples)
    # MindSpore's own maxima have no gradient on CPU.
    places = indices.astype(int64).reshape((*x.shape[:2], -1))
    values = ops.gather_elements(x.reshape((*x.shape[:2], -1)), 2, places).reshape(indices.shape)
    if single:
        values, indices = values.squeeze(0), indices.squeeze(0)
    return (values, indices) if return_indices else values


class FractionalMaxPool2d(nn.Cell):
    """Take the maximum over windows of an image that lie at random distances."""

    def __init__(
        self, kernel_size, output_size=None, output_ratio=None, return_indices: bool = False, _random_samples=None
    ) -> None:
        super().__init__()
        self.arguments = kernel_size, output_size, output_ratio, return_indices
        self.samples = _random_samples

    def construct(self, input: Tensor):
        return fractional_max_pool(input, *self.arguments, self.samples, 2)


class FractionalMaxPool3d(nn.Cell):
    """Take the maximum over windows of a volume that lie at random distances."""

    def __init__(
        self, kernel_size, output_size=None, output_ratio=None, return_indices: bool = False, _random_samples=None
    ) -> None:
        super().__init__()
        self.arguments = kernel_size, output_size, output_ratio, return_indices
        self.samples = _random_samples

    def construct(self, input: Tensor):
        return fractional_max_pool(input, *self.arguments, self.samples, 3)


def adaptive_max_pool3d(input: Tensor, output_size, return_indices: bool = False):
    """Take the maxima over windows of a volume so that ``output_size`` remain; None keeps the size of an axis."""
    return AdaptiveMaxPool3d(output_size, return_indices)(input)


def max_pool3d(
    input: Tensor,
    kernel_size,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode: bool = False,
    return_indices: bool = False,
):
    """Take the maximum over windows of a volume."""
    if not input.is_floating_point():  # there is no kernel for whole numbers
        found = max_pool3d(input.astype(float32), kernel_size, stride, padding, dilation, ceil_mode, return_indices)
        return (found[0].astype(input.dtype), found[1]) if return_indices else found.astype(input.dtype)
    return MaxPool3d(kernel_size, stride, padding, dilation, return_indices, ceil_mode)(input)
