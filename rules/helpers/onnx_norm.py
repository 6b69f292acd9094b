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


def normalize_layer(x: Tensor, axes: tuple[int, ...], epsilon: float) -> Tensor:
    """Normalize over some axes, without weights."""
    return (x - ops.mean(x, axes, True)) * ops.rsqrt(ops.var(x, axes, 0, True) + epsilon)


def normalize_batch(
    x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: float, momentum: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Normalize each channel by its own statistics; return the result, and the running statistics after it.

    Args:
        x: The values, of the shape (batch, channels, ...).
        scale: The factor of each channel.
        bias: What is added to each channel.
        mean: The running means.
        variance: The running variances.
        epsilon: What is added to the variance.
        momentum: The share of the running statistics that is kept.
    """
    axes = (0, *range(2, x.ndim))
    shape = (-1,) + (1,) * (x.ndim - 2)
    own_mean, own_variance = ops.mean(x, axes), ops.var(x, axes, 0)
    normal = (x - own_mean.reshape(shape)) * ops.rsqrt(own_variance.reshape(shape) + epsilon)
    result = normal * scale.reshape(shape) + bias.reshape(shape)
    new_mean = momentum * mean + (1 - momentum) * own_mean
    return result, new_mean, momentum * variance + (1 - momentum) * own_variance
