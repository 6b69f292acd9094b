"""Operators that ONNX Runtime's optimiser writes."""

from mindspore import Tensor, int32, ops


def skip_layer_norm(
    x: Tensor, skip: Tensor, gamma: Tensor, beta, bias, epsilon: float, centered: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Add a shortcut and normalize over the last axis; return the result, what was measured, and the sum.

    Args:
        x: The values.
        skip: The shortcut.
        gamma: The factor of the result.
        beta: What is added to the result; None for nothing.
        bias: What is added to the values; None for nothing.
        epsilon: What is added to the mean square.
        centered: Whether the mean is taken away.
    """
    total = x + skip if bias is None else x + skip + bias
    mean = ops.mean(total, -1, True)
    rest = total - mean if centered else total
    inverse = ops.rsqrt(ops.mean(rest * rest, -1, True) + epsilon)
    result = rest * inverse * gamma
    return (result if beta is None else result + beta), mean, inverse, total


def embed_layer_norm(
    ids: Tensor,
    segments,
    words: Tensor,
    places: Tensor,
    kinds,
    gamma: Tensor,
    beta: Tensor,
    mask,
    position_ids,
    epsilon: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Add the embeddings of words, places and segments, and normalize; return also the mask's lengths and the sum."""
    total = ops.gather(words, ids, 0)
    total = total + (places[: ids.shape[1]] if position_ids is None else ops.gather(places, position_ids, 0))
    if segments is not None and kinds is not None:
        total = total + ops.gather(kinds, segments, 0)
    mean = ops.mean(total, -1, True)
    rest = total - mean
    result = rest * ops.rsqrt(ops.mean(rest * rest, -1, True) + epsilon) * gamma + beta
    lengths = ops.zeros((ids.shape[0],), int32) if mask is None else mask.sum(1).astype(int32)
    return result, lengths, total
