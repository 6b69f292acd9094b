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

    def construct(self, x: Tensor) -> Tensor:
        if self.pads:
            x = ops.pad(x, self.pads, mode=self.padding_mode)
        return super().construct(x)


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

    def construct(self, x: Tensor) -> Tensor:
        if self.pads:
            x = ops.pad(x, self.pads, mode=self.padding_mode)
        return super().construct(x)


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

    def reset_parameters(self) -> None:
        """Draw new weights."""
        reset_parameters(self)


class ConvTranspose2d(nn.Conv2dTranspose):
    """Convolve images transposed, with the arguments of PyTorch's layer.

    The rows and columns that ``output_padding`` adds are those that less padding at the end leaves.
    """

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
        begins = per_axis(padding, 2)
        ends = [begin - extra for begin, extra in zip(begins, per_axis(output_padding, 2))]
        if min(ends) < 0:
            raise ValueError(f"The output padding {output_padding} must not be larger than the padding {padding}.")
        super().__init__(
            in_channels,
            out_channels,
            per_axis(kernel_size, 2),
            per_axis(stride, 2),
            pad_mode="pad",
            padding=(begins[0], ends[0], begins[1], ends[1]),
            dilation=per_axis(dilation, 2),
            group=groups,
            has_bias=bias,
            dtype=dtype or float32,
        )


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
    stride, begins, dilation = (per_axis(size, 2) for size in (stride, padding, dilation))
    ends = [begin - extra for begin, extra in zip(begins, per_axis(output_padding, 2))]
    if min(ends) < 0:
        raise ValueError(f"The output padding {output_padding} must not be larger than the padding {padding}.")
    kernel = weight.shape[2:]
    size = [
        (input.shape[2 + axis] - 1) * stride[axis] - begins[axis] - ends[axis] + dilation[axis] * (kernel[axis] - 1) + 1
        for axis in range(2)
    ]
    convolution = ops.Conv2DTranspose(
        out_channel=input.shape[1],
        kernel_size=kernel,
        pad_mode="pad",
        pad=(begins[0], ends[0], begins[1], ends[1]),
        stride=stride,
        dilation=dilation,
        group=groups,
    )
    output = convolution(input, weight, (input.shape[0], weight.shape[1] * groups, *size))
    return output if bias is None else output + bias.reshape((1, -1, 1, 1))
