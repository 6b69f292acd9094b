"""Attention as ONNX Runtime has it."""

from mindspore import Tensor, bool_, int64, ops

LOWEST = -3.4028234663852886e38
"""What a score that nobody may see has: finite, so that a row without any other gives numbers."""


def heads_apart(x: Tensor, heads: int) -> Tensor:
    """Turn (batch, length, heads * size) into (batch, heads, length, size)."""
    return x.reshape(x.shape[0], x.shape[1], heads, -1).swapaxes(1, 2)


def heads_together(x: Tensor) -> Tensor:
    """Turn (batch, heads, length, size) into (batch, length, heads * size)."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], -1)


def weights_of_scores(scores: Tensor) -> Tensor:
    """Return softmax over the last axis; MindSpore's own on CPU spoils the rows after one of infinities."""
    return ops.exp(ops.log_softmax(scores, -1))


def hidden_keys(mask: Tensor, batch: int, keys: int) -> Tensor:
    """Return which keys a mask hides, of a shape that broadcasts to (batch, heads, queries, keys).

    Args:
        mask: Of the shape (batch, keys) or (batch, queries, keys), zero for what is hidden; or of rank 1 the ends of
            the sequences, and after those perhaps their starts.
        batch: The size of the batch.
        keys: The number of keys.
    """
    if mask.ndim == 1:
        places = ops.arange(keys).reshape(1, -1)
        hidden = places >= mask[:batch].reshape(-1, 1)
        if mask.shape[0] == 2 * batch:
            hidden = ops.logical_or(hidden, places < mask[batch:].reshape(-1, 1))
        return hidden.reshape(-1, 1, 1, keys)
    return (mask <= 0).expand_dims(1) if mask.ndim == 3 else (mask <= 0).reshape(-1, 1, 1, mask.shape[-1])


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    bias: Tensor | None,
    past: int | None,
    scale: float,
    filling: float,
) -> tuple[Tensor, Tensor]:
    """Weigh values by how well their keys fit the queries; return also the scores.

    Args:
        query: Queries of the shape (batch, heads, length, size).
        key: Keys likewise.
        value: Values likewise.
        mask: See ``hidden_keys``.
        bias: What is added to the scores.
        past: How many keys come before the first query, where a query sees no later ones; None where it sees all.
        scale: The factor of the scores; one over the root of the size for 0.
        filling: What is added to the scores of hidden keys.
    """
    scores = ops.matmul(query, key.swapaxes(-1, -2)) * (scale if scale else query.shape[-1] ** -0.5)
    if bias is not None:
        scores = scores + bias
    if mask is not None:
        hidden = hidden_keys(mask, query.shape[0], key.shape[2])
        scores = scores + hidden.astype(scores.dtype) * filling
    if past is not None:
        later = ops.arange(key.shape[2]) > ops.arange(query.shape[2]).reshape(-1, 1) + past
        scores = ops.where(later, ops.full_like(scores, LOWEST), scores)
    return ops.matmul(weights_of_scores(scores), value), scores


def fused_attention(
    x: Tensor,
    weights: Tensor,
    bias: Tensor | None,
    mask: Tensor | None,
    past: Tensor | None,
    attention_bias: Tensor | None,
    heads: int,
    sizes: tuple[int, ...] | None,
    scale: float,
    filling: float,
    causal: bool,
) -> tuple[Tensor, Tensor]:
    """Attend within one sequence; return also all keys and values, stacked.

    Args:
        x: The sequence, of the shape (batch, length, features).
        weights: The matrix that makes queries, keys and values, side by side.
        bias: What is added to those.
        mask: See ``hidden_keys``.
        past: Keys and values of earlier steps, of the shape (2, batch, heads, length, size).
        attention_bias: What is added to the scores.
        heads: The number of heads.
        sizes: How many features queries, keys and values have; a third each without it.
        scale: See ``attend``.
        filling: See ``attend``.
        causal: Whether a query sees no later keys.
    """
    mixed = ops.matmul(x, weights)
    if bias is not None:
        mixed = mixed + bias
    first = sizes[0] if sizes else mixed.shape[-1] // 3
    second = first + (sizes[1] if sizes else mixed.shape[-1] // 3)
    query, key = heads_apart(mixed[..., :first], heads), heads_apart(mixed[..., first:second], heads)
    value = heads_apart(mixed[..., second:], heads)
    before = 0
    if past is not None:
        before = past.shape[3]
        key, value = ops.cat((past[0], key), 2), ops.cat((past[1], value), 2)
    result, _ = attend(query, key, value, mask, attention_bias, before if causal else None, scale, filling)
    present = ops.stack((key, value), 0) if key.shape == value.shape else key
    return heads_together(result), present


def multi_head_attention(
    query: Tensor,
    key: Tensor | None,
    value: Tensor | None,
    bias: Tensor | None,
    mask: Tensor | None,
    attention_bias: Tensor | None,
    past_key: Tensor | None,
    past_value: Tensor | None,
    heads: int,
    scale: float,
    filling: float,
    causal: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weigh values by how well their keys fit the queries; return also all keys, all values and the scores.

    Args:
        query: Queries of the shape (batch, length, heads * size), or all three, (batch, length, heads, 3, size).
        key: Keys of the shape (batch, length, heads * size) or (batch, heads, length, size), or keys and values,
            (batch, length, heads, 2, size).
        value: Values of a shape like that of keys.
        bias: What is added to queries, keys and values, one after the other.
        mask: See ``hidden_keys``.
        attention_bias: What is added to the scores.
        past_key: Keys of earlier steps, of the shape (batch, heads, length, size).
        past_value: Their values.
        heads: The number of heads.
        scale: See ``attend``.
        filling: See ``attend``.
        causal: Whether a query sees no later keys.
    """
    if query.ndim == 5:
        key, value = query[:, :, :, 1].swapaxes(1, 2), query[:, :, :, 2].swapaxes(1, 2)
        query = query[:, :, :, 0].swapaxes(1, 2)
    else:
        query = heads_apart(query, heads)
        if key.ndim == 5:
            key, value = key[:, :, :, 0].swapaxes(1, 2), key[:, :, :, 1].swapaxes(1, 2)
        elif key.ndim == 3:
            key, value = heads_apart(key, heads), heads_apart(value, heads)
    if bias is not None:
        size = heads * query.shape[-1]
        query = query + bias[:size].reshape(heads, 1, -1)
        key, value = key + bias[size : 2 * size].reshape(heads, 1, -1), value + bias[2 * size :].reshape(heads, 1, -1)
    before = 0
    if past_key is not None:
        before = past_key.shape[2]
        key, value = ops.cat((past_key, key), 2), ops.cat((past_value, value), 2)
    result, scores = attend(query, key, value, mask, attention_bias, before if causal else None, scale, filling)
    return heads_together(result), key, value, scores


def turned_pairs(x: Tensor, cosine: Tensor, sine: Tensor, interleaved: bool) -> Tensor:
    """Turn pairs of features by angles, the first ones of each head if there are fewer angles.

    Args:
        x: Features of the shape (batch, heads, length, size).
        cosine: The cosine of each pair's angle, of the shape (batch, length, pairs).
        sine: The sine likewise.
        interleaved: Whether a pair lies side by side, and not in the two halves.
    """
    pairs = cosine.shape[-1]
    cosine, sine, rest = cosine.expand_dims(1), sine.expand_dims(1), x[..., 2 * pairs :]
    first = x[..., 0 : 2 * pairs : 2] if interleaved else x[..., :pairs]
    second = x[..., 1 : 2 * pairs : 2] if interleaved else x[..., pairs : 2 * pairs]
    both = (first * cosine - second * sine, first * sine + second * cosine)
    turned = ops.stack(both, -1).reshape(*x.shape[:-1], 2 * pairs) if interleaved else ops.cat(both, -1)
    return ops.cat((turned, rest), -1) if rest.shape[-1] else turned


def keys_in_place(past: Tensor | None, new: Tensor, before: Tensor, length: int) -> Tensor:
    """Return the first keys of earlier steps and then the new ones, of the shape (batch, heads, length, size).

    Args:
        past: The keys of earlier steps, in a buffer that may be longer than those that count; None for none.
        new: The new keys.
        before: How many keys of earlier steps each item of the batch has.
        length: The length of the result; what lies behind the new keys is zero.
    """
    joined = new if past is None else ops.cat((past, new), 2)
    start = 0 if past is None else past.shape[2]
    places = ops.arange(length).reshape(1, -1)
    index = ops.where(places < before, places, places - before + start)
    index = ops.clamp(index, 0, joined.shape[2] - 1).reshape(-1, 1, length, 1)
    shape = (joined.shape[0], joined.shape[1], length, joined.shape[3])
    found = ops.gather_elements(joined, 2, ops.broadcast_to(index, shape))
    filled = (places < before + new.shape[2]).reshape(-1, 1, length, 1)
    return ops.where(filled, found, ops.zeros_like(found))


def group_query_attention(
    query: Tensor,
    key: Tensor | None,
    value: Tensor | None,
    past_key: Tensor | None,
    past_value: Tensor | None,
    last_keys: Tensor,
    total_length: Tensor | int,
    cos_cache: Tensor | None,
    sin_cache: Tensor | None,
    positions: Tensor | None,
    attention_bias: Tensor | None,
    head_sink: Tensor | None,
    heads: int,
    key_heads: int,
    scale: float,
    softcap: float,
    window: int,
    rotary: bool,
    interleaved: bool,
    smooth: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Attend to the keys up to each query's own place, where several heads of queries share one of keys.

    Args:
        query: Queries of the shape (batch, length, heads * size), or with keys and values behind them.
        key: New keys of the shape (batch, length, key_heads * size).
        value: Their values.
        past_key: A buffer of keys of earlier steps, of the shape (batch, key_heads, length, size).
        past_value: Their values.
        last_keys: The place of the last key that counts of each item of the batch.
        total_length: How many keys there are, earlier ones among them.
        cos_cache: Cosines of the rotary angles, a row for each position.
        sin_cache: Sines likewise.
        positions: The positions of the new keys; without it, they follow those of earlier steps.
        attention_bias: What is added to the scores.
        head_sink: A further score of each head, whose weight is lost.
        heads: The number of heads of queries.
        key_heads: The number of heads of keys.
        scale: The factor of the scores; one over the root of the size for 0.
        softcap: The bound of the scores; none for 0.
        window: How many keys a query sees; all up to its own place for -1.
        rotary: Whether queries and keys are turned by their positions.
        interleaved: Whether turned pairs lie side by side.
        smooth: Whether there is a further score of zero, whose weight is lost.

    Returns:
        The weighted values, all keys and all values.
    """
    if key is None:
        size = query.shape[2] // (heads + 2 * key_heads)
        query, key, value = ops.split(query, (heads * size, key_heads * size, key_heads * size), 2)
    query, key, value = heads_apart(query, heads), heads_apart(key, key_heads), heads_apart(value, key_heads)
    count, total = query.shape[2], int(total_length)
    ends = last_keys.reshape(-1, 1).astype(int64) + 1
    before = ops.zeros_like(ends) if count == total else ops.clamp(ends - count, 0, total)
    if rotary:
        if positions is None:
            positions = before + ops.arange(count)
        cosine, sine = ops.gather(cos_cache, positions, 0), ops.gather(sin_cache, positions, 0)
        query = turned_pairs(query, cosine, sine, interleaved)
        key = turned_pairs(key, cosine, sine, interleaved)
    length = total if past_key is None else max(total, past_key.shape[2])
    key, value = keys_in_place(past_key, key, before, length), keys_in_place(past_value, value, before, length)
    present_key, present_value = key, value
    if heads > key_heads:
        key = ops.repeat_interleave(key, heads // key_heads, 1)
        value = ops.repeat_interleave(value, heads // key_heads, 1)
    scores = ops.matmul(query, key.swapaxes(-1, -2)) * (scale if scale else query.shape[-1] ** -0.5)
    if softcap:
        scores = softcap * (2 * ops.sigmoid(scores * (2 / softcap)) - 1)
    if attention_bias is not None:
        missing = length - attention_bias.shape[3]
        scores = scores + (ops.pad(attention_bias, (0, missing)) if missing > 0 else attention_bias)
    behind = (before + ops.arange(count)).reshape(-1, 1, count, 1) - ops.arange(length)
    seen = behind >= 0
    if window > 0:
        seen = ops.logical_and(seen, behind < window)
    scores = ops.where(ops.broadcast_to(seen, scores.shape).astype(bool_), scores, ops.full_like(scores, LOWEST))
    if smooth or head_sink is not None:
        further = ops.zeros_like(scores[..., :1])
        further = further if head_sink is None else further + head_sink.reshape(-1, 1, 1)
        weights = weights_of_scores(ops.cat((scores, further), -1))[..., :-1]
    else:
        weights = weights_of_scores(scores)
    return heads_together(ops.matmul(weights, value)), present_key, present_value
