"""Pooling layers with the arguments of PyTorch's layers."""

from mindspore import nn


class MaxPool1d(nn.MaxPool1d):
    """Take the maximum over windows of a sequence, with the arguments of PyTorch's layer."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, dilation, return_indices, ceil_mode)


class MaxPool2d(nn.MaxPool2d):
    """Take the maximum over windows of an image, with the arguments of PyTorch's layer."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, dilation, return_indices, ceil_mode)


class MaxPool3d(nn.MaxPool3d):
    """Take the maximum over windows of a volume, with the arguments of PyTorch's layer."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, dilation, return_indices, ceil_mode)


class AvgPool1d(nn.AvgPool1d):
    """Take the mean over windows of a sequence, with the arguments of PyTorch's layer."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, ceil_mode, count_include_pad)


class AvgPool2d(nn.AvgPool2d):
    """Take the mean over windows of an image, with the arguments of PyTorch's layer."""

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, ceil_mode, count_include_pad, divisor_override)


class AvgPool3d(nn.AvgPool3d):
    """Take the mean over windows of a volume, with the arguments of PyTorch's layer."""

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        stride = kernel_size if stride is None else stride
        super().__init__(kernel_size, stride, "pad", padding, ceil_mode, count_include_pad, divisor_override)
