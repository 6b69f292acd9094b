"""Normalizations that return what they divided by, too."""

from mindspore import Tensor, ops


def standardize(input: Tensor, axes, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return a tensor with the mean 0 and the deviation 1 over axes, the mean, and the factor."""
    mean = ops.mean(input, axes, True)
    factor = ops.rsqrt(ops.mean(ops.square(input - mean), axes, True) + eps)
    return (input - mean) * factor, mean, factor


def with_weights(input: Tensor, weight: Tensor | None, bias: Tensor | None, shape) -> Tensor:
    """Scale and shift by weights of a shape, where there are any."""
    scaled = input if weight is None else input * weight.reshape(shape)
    return scaled if bias is None else scaled + bias.reshape(shape)


def native_layer_norm(input: Tensor, normalized_shape, weight: Tensor | None, bias: Tensor | None, eps: float):
    """Normalize over the last axes; return also the mean and the factor."""
    axes = tuple(range(input.ndim - len(normalized_shape), input.ndim))
    normal, mean, factor = standardize(input, axes, eps)
    return with_weights(normal, weight, bias, tuple(normalized_shape)), mean, factor


def native_group_norm(
    input: Tensor, weight: Tensor | None, bias: Tensor | None, N: int, C: int, HxW: int, group: int, eps: float
):
    """Normalize groups of channels; return also the means and the factors."""
    normal, mean, factor = standardize(input.reshape(N, group, -1), (2,), eps)
    shape = (1, C, *[1] * (input.ndim - 2))
    return with_weights(normal.reshape(input.shape), weight, bias, shape), mean.squeeze(-1), factor.squeeze(-1)


def native_batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
):
    """Normalize channels, without a change to the running values; return also the means and the factors."""
    shape = (1, input.shape[1], *[1] * (input.ndim - 2))
    if training or running_mean is None:
        axes = tuple(axis for axis in range(input.ndim) if axis != 1)
        normal, mean, factor = standardize(input, axes, eps)
        return with_weights(normal, weight, bias, shape), mean.reshape(-1), factor.reshape(-1)
    normal = (input - running_mean.reshape(shape)) * ops.rsqrt(running_var.reshape(shape) + eps)
    nothing = ops.zeros(0, input.dtype)
    return with_weights(normal, weight, bias, shape), nothing, nothing
