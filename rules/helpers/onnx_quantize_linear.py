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
