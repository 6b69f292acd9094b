"""Normalizations that return what they measured."""

from mindspore import Tensor, ops


def normalize_with_statistics(
    x: Tensor, axes: tuple[int, ...], epsilon: float, scale: Tensor, bias: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Normalize over some axes; return the result, the mean, and one over the standard deviation.

    Args:
        x: The values.
        axes: The axes to normalize over.
        epsilon: What is added to the variance.
        scale: The factor of the result.
        bias: What is added to the result; None for nothing.
    """
    mean = ops.mean(x, axes, True)
    inverse = ops.rsqrt(ops.var(x, axes, 0, True) + epsilon)
    result = (x - mean) * inverse * scale
    if bias is not None:
        result = result + bias
    return result, mean, inverse
