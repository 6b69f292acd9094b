"""Quantization that reads its scale from the values."""

from mindspore import Tensor, float32, ops, uint8


def quantize_to_bytes(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Quantize to uint8 over the range of the values and zero; return the result, the scale and the zero point."""
    low = ops.minimum(ops.amin(x), Tensor(0.0, float32))
    high = ops.maximum(ops.amax(x), Tensor(0.0, float32))
    scale = (high - low) / 255.0
    zero_point = ops.round(ops.clamp(-low / scale, 0.0, 255.0))
    quantized = ops.clamp(ops.round(x / scale) + zero_point, 0.0, 255.0)
    return quantized.astype(uint8), scale, zero_point.astype(uint8)
