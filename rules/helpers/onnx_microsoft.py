"""Operators that ONNX Runtime's optimiser writes."""

from mindspore import Tensor, float32, int32, ops, uint8


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


def unpack_nibbles(packed: Tensor) -> Tensor:
    """Return the two numbers of four bits in each byte, the low one first, along the last axis."""
    whole = packed.astype(int32)
    high = ops.floor_divide(whole, 16)
    return ops.stack((whole - 16 * high, high), -1).reshape(*packed.shape[:-1], -1)


def matmul_packed(
    x: Tensor, packed: Tensor, scales: Tensor, zero_points, bias, columns: int, rows: int, bits: int, block_size: int
) -> Tensor:
    """Multiply by a matrix whose numbers are packed in bytes, with a scale and a zero point for each block.

    Args:
        x: The values, with ``rows`` of them on the last axis.
        packed: The matrix, of shape (columns, blocks, bytes of a block).
        scales: The scale of each block of each column.
        zero_points: Their zero points, packed likewise; None for the middle.
        bias: What is added; None for nothing.
        columns: The number of columns.
        rows: The number of rows.
        bits: How many bits a number has: 4 or 8.
        block_size: How many numbers share a scale.
    """
    blocks = (rows + block_size - 1) // block_size
    numbers = unpack_nibbles(packed) if bits == 4 else packed.astype(int32)
    numbers = numbers.reshape(columns, blocks, block_size).astype(x.dtype)
    middle = float(2 ** (bits - 1))
    if zero_points is not None and zero_points.dtype == uint8:
        zeros = zero_points.reshape(columns, -1)
        zeros = unpack_nibbles(zeros)[:, :blocks] if bits == 4 else zeros
        numbers = numbers - zeros.astype(x.dtype).expand_dims(-1)
    elif zero_points is not None:
        numbers = numbers - zero_points.reshape(columns, blocks, 1)
    else:
        numbers = numbers - middle
    matrix = (numbers * scales.reshape(columns, blocks, 1)).reshape(columns, -1)[:, :rows]
    result = ops.matmul(x, matrix.swapaxes(0, 1))
    return result if bias is None else result + bias


def as_heads(x: Tensor, heads: int) -> Tensor:
    """Turn (batch, length, heads * size) into (batch, heads, length, size)."""
    return x.reshape(x.shape[0], x.shape[1], heads, -1).swapaxes(1, 2) if x.ndim == 3 else x


def multi_head_attention(
    query: Tensor, key: Tensor, value: Tensor, bias, attention_bias, heads: int, scale: float, causal: int
) -> Tensor:
    """Weigh values by how well their keys fit the queries, all of shape (batch, length, heads * size)."""
    if bias is not None:
        first, second = query.shape[-1], query.shape[-1] + key.shape[-1]
        query, key, value = query + bias[:first], key + bias[first:second], value + bias[second:]
    q, k, v = as_heads(query, heads), as_heads(key, heads), as_heads(value, heads)
    scores = ops.matmul(q, k.swapaxes(-1, -2)) * (scale if scale else q.shape[-1] ** -0.5)
    if attention_bias is not None:
        scores = scores + attention_bias
    if causal:
        later = ops.triu(ops.ones(scores.shape[-2:], float32), 1 + scores.shape[-1] - scores.shape[-2])
        scores = scores - (later * 1e9).astype(scores.dtype)
    mixed = ops.matmul(ops.softmax(scores, -1), v).swapaxes(1, 2)
    return mixed.reshape(mixed.shape[0], mixed.shape[1], -1)
