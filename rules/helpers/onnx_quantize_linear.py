"""Products of quantized tensors as simulated quantization."""

from mindspore import Tensor, float32, int8, ops


def quantized_product(
    a: Tensor,
    a_scale: Tensor,
    a_zero_point: Tensor,
    b: Tensor,
    b_scale: Tensor,
    b_zero_point: Tensor,
    y_scale: Tensor,
    y_zero_point: Tensor,
) -> Tensor:
    """Multiply quantized matrices; the result is quantized."""
    left = a.astype(float32) - a_zero_point.astype(float32)
    right = b.astype(float32) - b_zero_point.astype(float32)
    factor = a_scale.astype(float32) * b_scale.astype(float32) / y_scale.astype(float32)
    return rounded_into(ops.matmul(left, right) * factor, y_zero_point)


def rounded_into(values: Tensor, zero_point: Tensor) -> Tensor:
    """Round values, and shift them into the type and range of a zero point of eight bits."""
    low, high = (-128, 127) if zero_point.dtype == int8 else (0, 255)
    shifted = ops.round(values) + zero_point.astype(float32)
    return ops.clamp(shifted, low, high).int().astype(zero_point.dtype)


def quantized_convolution(
    x: Tensor,
    x_scale: Tensor,
    x_zero_point: Tensor,
    w: Tensor,
    w_scale: Tensor,
    w_zero_point: Tensor,
    y_scale: Tensor,
    y_zero_point: Tensor,
    b: Tensor | None,
    strides,
    dilations,
    pads,
    groups: int = 1,
) -> Tensor:
    """Convolve quantized images; the result is quantized, the bias counts in products of the two scales."""
    per_channel = (-1,) + (1,) * (w.ndim - 1)
    values = x.astype(float32) - x_zero_point.astype(float32)
    kernel = w.astype(float32) - w_zero_point.astype(float32).reshape(per_channel)
    n = w.ndim - 2
    if any(pads):
        sides = []
        for axis in range(n - 1, -1, -1):
            sides += [pads[axis], pads[n + axis]]
        values = ops.pad(values, tuple(sides))
    bias = None if b is None else b.astype(float32)
    function = (ops.conv1d, ops.conv2d, ops.conv3d)[n - 1]
    if n == 1:
        strides, dilations = strides[0], dilations[0]
    total = function(values, kernel, bias, strides, dilation=dilations, groups=groups)
    factor = x_scale * w_scale.reshape(per_channel[:-1]) / y_scale
    return rounded_into(total * factor, y_zero_point)


def spread_blocks(scale: Tensor, block_size: int, axis: int, length: int) -> Tensor:
    """Return the scale of each value of an axis of that length, given one for each block of it."""
    axis = axis % scale.ndim
    return ops.repeat_interleave(scale, block_size, axis)[(slice(None),) * axis + (slice(0, length),)]
