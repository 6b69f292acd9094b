"""Numbers rounded to those that quantization has."""

from mindspore import Tensor, ops


def fake_quantize(input: Tensor, scale, zero_point, quant_min: int, quant_max: int, axis=None) -> Tensor:
    """Round to the values that quantized numbers have; gradients pass where nothing is cut off.

    With an axis, each place along it has a scale and a zero of its own.
    """
    if axis is not None:
        shape = [-1 if place == axis % input.ndim else 1 for place in range(input.ndim)]
        scale, zero_point = scale.reshape(shape), zero_point.reshape(shape)
    whole = ops.round(input / scale) + zero_point
    inside = ops.logical_and(whole >= quant_min, whole <= quant_max).astype(input.dtype)
    rounded = (ops.clamp(whole, quant_min, quant_max) - zero_point) * scale
    kept = input * inside
    return kept + ops.stop_gradient(rounded - kept)
