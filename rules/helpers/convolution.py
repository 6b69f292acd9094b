"""Convolution layers with the arguments of PyTorch's layers."""

import math

from mindspore import Parameter, Tensor, float32, nn, ops
from mindspore.common.initializer import HeUniform, Uniform, initializer


def per_axis(value, axes: int) -> tuple:
    """Return a size as a tuple with one item an axis."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes


def both_sides(padding: tuple) -> tuple:
    """Return (top, bottom, left, right) for (height, width), and likewise for any number of axes."""
    return tuple(size for size in padding for _ in range(2))


def input_padding(padding, kernel_size, dilation, axes: int) -> tuple:
    """Return what ``ops.pad`` adds to the last axes, the last one first, so that a 'valid' convolution remains."""
    if padding == "valid":
        return (0, 0) * axes
    if padding == "same":
        sizes = zip(per_axis(kernel_size, axes), per_axis(dilation, axes))
        totals = [dilated * (size - 1) for size, dilated in sizes]
        return tuple(size for total in reversed(totals) for size in (total // 2, total - total // 2))
    return both_sides(per_axis(padding, axes)[::-1])


def reset_parameters(layer: nn.Cell) -> None:
    """Draw the weights of a layer anew, as PyTorch does."""
    weight, bias = layer.weight, layer.bias
    weight.set_data(initializer(HeUniform(math.sqrt(5)), weight.shape, weight.dtype).init_data())
    if isinstance(bias, Parameter):
        limit = 1 / math.sqrt(math.prod(weight.shape[1:]))
        bias.set_data(initializer(Uniform(limit), bias.shape, bias.dtype).init_data())


class Conv1d(nn.Conv1d):
    """Convolve sequences of shape (N, C, L), with the arguments of PyTorch's layer."""

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
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ) -> None:
        pads = input_padding(padding, kernel_size, dilation, 1) if padding_mode != "zeros" else ()
        named = isinstance(padding, str)
        super().__init__(
            in_channels,
            out_channels,
            per_axis(kernel_size, 1)[0],
            per_axis(stride, 1)[0],
            pad_mode="valid" if pads else padding if named else "pad",
            padding=0 if pads or named else per_axis(padding, 1)[0],
            dilation=per_axis(dilation, 1)[0],
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )
        self.padding = padding if named else per_axis(padding, 1)
        self.pads = pads
        self.padding_mode = padding_mode

    def reset_parameters(self) -> None:
        """Draw new weights."""
        reset_parameters(self)

    def construct(self, input: Tensor) -> Tensor:
        single = input.ndim == 2
        x = input.expand_dims(0) if single else input
        if self.pads:
            x = ops.pad(x, self.pads, mode=self.padding_mode)
        output = super().construct(x)
        return output.squeeze(0) if single else output


class Conv2d(nn.Conv2d):
    """Convolve images of shape (N, C, H, W), with the arguments of PyTorch's layer."""

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
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ) -> None:
        pads = input_padding(padding, kernel_size, dilation, 2) if padding_mode != "zeros" else ()
        named = isinstance(padding, str)
        super().__init__(
            in_channels,
            out_channels,
            per_axis(kernel_size, 2),
            per_axis(stride, 2),
            pad_mode="valid" if pads else padding if named else "pad",
            padding=0 if pads or named else both_sides(per_axis(padding, 2)),
            dilation=per_axis(dilation, 2),
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )
        self.padding = padding if named else per_axis(padding, 2)
        self.pads = pads
        self.padding_mode = padding_mode

    def reset_parameters(self) -> None:
        """Draw new weights."""
        reset_parameters(self)

    def construct(self, input: Tensor) -> Tensor:
        single = input.ndim == 3
        x = input.expand_dims(0) if single else input
        if self.pads:
            x = ops.pad(x, self.pads, mode=self.padding_mode)
        output = super().construct(x)
        return output.squeeze(0) if single else output


class Conv3d(nn.Conv3d):
    """Convolve volumes of shape (N, C, D, H, W), with the arguments of PyTorch's layer."""

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
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f"Volumes are padded with zeros only, not in the mode {padding_mode!r}.")
        named = isinstance(padding, str)
        super().__init__(
            in_channels,
            out_channels,
            per_axis(kernel_size, 3),
            per_axis(stride, 3),
            pad_mode=padding if named else "pad",
            padding=0 if named else both_sides(per_axis(padding, 3)),
            dilation=per_axis(dilation, 3),
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )
        self.padding = padding if named else per_axis(padding, 3)

    def construct(self, input: Tensor) -> Tensor:
        single = input.ndim == 4
        output = super().construct(input.expand_dims(0) if single else input)
        return output.squeeze(0) if single else output

    def reset_parameters(self) -> None:
        """Draw new weights."""
        reset_parameters(self)


def spaced(x: Tensor, axis: int, stride: int) -> Tensor:
    """Put ``stride - 1`` zeros between the items along an axis."""
    if stride == 1:
        return x
    before, length, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    gaps = ops.zeros((*before, length, stride - 1, *after), x.dtype)
    wide = ops.cat([x.expand_dims(axis + 1), gaps], axis + 1).reshape((*before, length * stride, *after))
    return ops.narrow(wide, axis, 0, (length - 1) * stride + 1)


def conv_transpose(
    input: Tensor, weight: Tensor, bias, stride, padding, output_padding, groups: int, dilation
) -> Tensor:
    """Convolve transposed along all axes but the first two: spread the input, and convolve with the mirrored weight."""
    if not input.is_floating_point():  # there are no kernels for whole numbers
        given = (input.astype(float32), weight.astype(float32), None if bias is None else bias.astype(float32))
        return conv_transpose(*given, stride, padding, output_padding, groups, dilation).round().astype(input.dtype)
    axes = weight.ndim - 2
    single = input.ndim == axes + 1
    x = input.expand_dims(0) if single else input
    strides, paddings, extras, dilations = (
        per_axis(size, axes) for size in (stride, padding, output_padding, dilation)
    )
    kernel = weight.shape[2:]
    pads = []
    for axis in range(axes):
        x = spaced(x, axis + 2, strides[axis])
        first = dilations[axis] * (kernel[axis] - 1) - paddings[axis]
        last = first + extras[axis]
        length = x.shape[axis + 2] + min(first, 0) + min(last, 0)
        x = ops.narrow(x, axis + 2, max(-first, 0), length)
        pads = [max(first, 0), max(last, 0), *pads]
    x = ops.pad(x, tuple(pads)) if any(pads) else x
    inputs, outputs = weight.shape[:2]
    mirrored = ops.flip(weight, tuple(range(2, axes + 2))).reshape((groups, inputs // groups, outputs, *kernel))
    mirrored = mirrored.swapaxes(1, 2).reshape((groups * outputs, inputs // groups, *kernel))
    if axes == 1:
        output = ops.conv1d(x, mirrored, bias, 1, "valid", 0, dilations[0], groups)
    elif axes == 2:
        output = ops.conv2d(x, mirrored, bias, 1, "valid", 0, dilations, groups)
    else:
        output = ops.conv3d(x, mirrored, bias, 1, "valid", 0, dilations, groups)
    return output.squeeze(0) if single else output


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=1,
    padding=0,
    output_padding=0,
    groups: int = 1,
    dilation=1,
) -> Tensor:
    """Convolve sequences transposed, with a weight of the shape (inputs, outputs / groups, length)."""
    return conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=1,
    padding=0,
    output_padding=0,
    groups: int = 1,
    dilation=1,
) -> Tensor:
    """Convolve images transposed, with a weight of the shape (inputs, outputs / groups, height, width)."""
    return conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride=1,
    padding=0,
    output_padding=0,
    groups: int = 1,
    dilation=1,
) -> Tensor:
    """Convolve volumes transposed, with a weight of the shape (inputs, outputs / groups, depth, height, width)."""
    return conv_transpose(input, weight, bias, stride, padding, output_padding, groups, dilation)


class ConvTranspose(nn.Cell):
    """Convolve transposed; the classes that derive from it say along how many axes."""

    axes = 1

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups: int = 1,
        bias: bool = True,
        dilation=1,
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        shape = (in_channels, out_channels // groups, *per_axis(kernel_size, self.axes))
        limit = 1 / math.sqrt(math.prod(shape[1:]))
        self.weight = Parameter(initializer(Uniform(limit), shape, dtype or float32))
        self.bias = Parameter(initializer(Uniform(limit), (out_channels,), dtype or float32)) if bias else None
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = shape[2:], per_axis(stride, self.axes)
        self.padding, self.dilation = per_axis(padding, self.axes), per_axis(dilation, self.axes)
        self.output_padding = per_axis(output_padding, self.axes)

    def construct(self, input: Tensor, output_size=None) -> Tensor:
        extra = self.output_padding
        if output_size is not None:
            wanted = tuple(output_size)[-self.axes :]
            extra = tuple(
                size - ((length - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1)
                for size, length, stride, padding, dilation, kernel in zip(
                    wanted, input.shape[-self.axes :], self.stride, self.padding, self.dilation, self.kernel_size
                )
            )
        return conv_transpose(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation
        )


class ConvTranspose1d(ConvTranspose):
    """Convolve sequences transposed, with the arguments of PyTorch's layer."""


class ConvTranspose2d(ConvTranspose):
    """Convolve images transposed, with the arguments of PyTorch's layer."""

    axes = 2


class ConvTranspose3d(ConvTranspose):
    """Convolve volumes transposed, with the arguments of PyTorch's layer."""

    axes = 3
