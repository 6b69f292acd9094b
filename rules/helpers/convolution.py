"""Convolutions with the arguments of PyTorch's layers."""

from mindspore import float32, nn, ops


def per_axis(value, axes):
    """Return a size as a tuple with one item an axis."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


def input_padding(padding, kernel_size, dilation, axes):
    """Return what ``ops.pad`` adds to the last axes, the last one first, so that a 'valid' convolution remains."""
    if padding == "valid":
        return (0, 0) * axes
    if padding == "same":
        totals = [d * (k - 1) for k, d in zip(per_axis(kernel_size, axes), per_axis(dilation, axes))]
        return tuple(size for total in reversed(totals) for size in (total // 2, total - total // 2))
    return tuple(size for size in reversed(per_axis(padding, axes)) for _ in range(2))


class Conv1d(nn.Conv1d):
    """Convolve sequences of shape (N, C, L), with the arguments of PyTorch's layer."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        (kernel_size,), (stride,), (dilation,) = (per_axis(size, 1) for size in (kernel_size, stride, dilation))
        pads = input_padding(padding, kernel_size, dilation, 1) if padding_mode != "zeros" else ()
        named = isinstance(padding, str)
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            pad_mode="valid" if pads else padding if named else "pad",
            padding=0 if pads or named else per_axis(padding, 1)[0],
            dilation=dilation,
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )
        self.pads = pads
        self.padding_mode = padding_mode

    def construct(self, x):
        if self.pads:
            x = ops.pad(x, self.pads, mode=self.padding_mode)
        return super().construct(x)


class Conv2d(nn.Conv2d):
    """Convolve images of shape (N, C, H, W), with the arguments of PyTorch's layer."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        pads = input_padding(padding, kernel_size, dilation, 2) if padding_mode != "zeros" else ()
        named = isinstance(padding, str)
        super().__init__(
            in_channels,
            out_channels,
            per_axis(kernel_size, 2),
            per_axis(stride, 2),
            pad_mode="valid" if pads else padding if named else "pad",
            padding=0 if pads or named else tuple(size for size in per_axis(padding, 2) for _ in range(2)),
            dilation=per_axis(dilation, 2),
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )
        self.pads = pads
        self.padding_mode = padding_mode

    def construct(self, x):
        if self.pads:
            x = ops.pad(x, self.pads, mode=self.padding_mode)
        return super().construct(x)


class Conv3d(nn.Conv3d):
    """Convolve volumes of shape (N, C, D, H, W), with the arguments of PyTorch's layer."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        if padding_mode != "zeros":
            raise ValueError(f"Conv3d pads with zeros only, not in the mode {padding_mode!r}.")
        named = isinstance(padding, str)
        super().__init__(
            in_channels,
            out_channels,
            per_axis(kernel_size, 3),
            per_axis(stride, 3),
            pad_mode=padding if named else "pad",
            padding=0 if named else tuple(size for size in per_axis(padding, 3) for _ in range(2)),
            dilation=per_axis(dilation, 3),
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )
