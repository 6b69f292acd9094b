"""Normalization over groups and gates, as ONNX Runtime fuses them."""

from mindspore import Tensor, ops


def split_gelu(x: Tensor) -> Tensor:
    """Multiply the first half of the last axis by GELU of the second."""
    half = x.shape[-1] // 2
    return x[..., :half] * ops.gelu(x[..., half:])


def normalized_groups(
    x: Tensor, gamma: Tensor, beta: Tensor, groups: int, epsilon: float, channels_last: bool, swish: bool
) -> Tensor:
    """Normalize groups of channels of images.

    Args:
        x: The images, of shape (batch, channels, height, width), or with the channels last.
        gamma: The factor of each channel.
        beta: What is added to each channel.
        groups: The number of groups.
        epsilon: What is added to the variance.
        channels_last: Whether the channels are the last axis.
        swish: Whether the result goes through x * sigmoid(x).
    """
    images = x.transpose(0, 3, 1, 2) if channels_last else x
    result = ops.group_norm(images, groups, gamma, beta, epsilon)
    result = result * ops.sigmoid(result) if swish else result
    return result.transpose(0, 2, 3, 1) if channels_last else result


def skip_normalized_groups(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    skip: Tensor,
    bias: Tensor | None,
    groups: int,
    epsilon: float,
    channels_last: bool,
    swish: bool,
) -> tuple[Tensor, Tensor]:
    """Add a shortcut and a bias of the channels, and normalize groups of channels; return also the sum."""
    if channels_last and skip.ndim == 2:
        skip = skip.reshape(skip.shape[0], 1, 1, skip.shape[1])
    total = x + skip
    if bias is not None:
        total = total + (bias if channels_last else bias.reshape(-1, 1, 1))
    return normalized_groups(total, gamma, beta, groups, epsilon, channels_last, swish), total
