"""Attention as ONNX has it."""

import math

from mindspore import Tensor, bool_, float16, float32, float64, int64, nn, ops

SOFTMAX_TYPES = {1: float32, 10: float16, 11: float64, 16: float32}


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    past_key: Tensor | None = None,
    past_value: Tensor | None = None,
    nonpad_kv_seqlen: Tensor | None = None,
    is_causal: int = 0,
    kv_num_heads: int = 0,
    q_num_heads: int = 0,
    qk_matmul_output_mode: int = 0,
    scale: float = 0.0,
    softcap: float = 0.0,
    softmax_precision: int = 0,
    left_window_size: int = -1,
    right_window_size: int = -1,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weigh values by how well their keys fit the queries.

    Args:
        query: Queries of the shape (batch, heads, length, size), or (batch, length, heads * size).
        key: Keys of a shape of the same kind.
        value: Values of a shape of the same kind.
        attn_mask: Booleans that tell which keys take part, or numbers that are added to the scores.
        past_key: Keys of the shape (batch, heads, length, size) that come before.
        past_value: Their values.
        nonpad_kv_seqlen: How many keys of each item of the batch count.
        is_causal: Whether a query sees only the keys up to its own place.
        kv_num_heads: The number of heads of keys and values of rank 3.
        q_num_heads: The number of heads of queries of rank 3.
        qk_matmul_output_mode: What the last result is: the scores (0, 1), with the mask (2), or after softmax (3).
        scale: The factor of the scores; one over the root of the size for 0.
        softcap: The bound of the scores; none for 0.
        softmax_precision: The element type of softmax, as ONNX numbers it; the queries' own for 0.
        left_window_size: How many keys before its own place a query sees; all of them for -1.
        right_window_size: How many keys after its own place a query sees; all of them for -1.

    Returns:
        The weighted values, all keys, all values, and the scores.
    """
    flat = query.ndim == 3
    if flat:
        query = split_heads(query, q_num_heads)
        key, value = split_heads(key, kv_num_heads), split_heads(value, kv_num_heads)
    offset = 0
    if past_key is not None:
        offset = past_key.shape[2]
        key, value = ops.cat((past_key, key), 2), ops.cat((past_value, value), 2)
    elif nonpad_kv_seqlen is not None:
        offset = nonpad_kv_seqlen.reshape((-1, 1, 1, 1)) - query.shape[2]
    groups = query.shape[1] // key.shape[1]
    keys = key.repeat_interleave(groups, 1) if groups > 1 else key
    values = value.repeat_interleave(groups, 1) if groups > 1 else value
    factor = math.sqrt(scale or 1 / math.sqrt(query.shape[-1]))
    scores = ops.matmul(query * factor, (keys * factor).swapaxes(2, 3))
    if softcap:
        # MindSpore's tanh is off by up to 1e-4 on CPU.
        scores = (2.0 * ops.sigmoid(2.0 / softcap * scores) - 1.0) * softcap
    seen = _seen_keys(scores, offset, bool(is_causal), left_window_size, right_window_size)
    if nonpad_kv_seqlen is not None:
        counted = ops.arange(scores.shape[3]).reshape((1, 1, 1, -1)) < nonpad_kv_seqlen.reshape((-1, 1, 1, 1))
        seen = ops.logical_and(seen, counted)
    biased, seen = _masked_scores(scores, attn_mask, seen)
    some = seen.int().sum(-1, keepdims=True) > 0
    # In MindSpore's softmax on CPU, a row of infinities spoils the rows after it.
    safe = ops.where(some, biased, ops.zeros_like(biased))
    weights = ops.softmax(safe.astype(SOFTMAX_TYPES[softmax_precision]) if softmax_precision else safe, -1)
    weights = ops.where(some, weights, ops.zeros_like(weights)).astype(query.dtype)
    result = ops.matmul(weights, values)
    if flat:
        result = result.swapaxes(1, 2).reshape((result.shape[0], result.shape[2], -1))
    shown = weights if qk_matmul_output_mode == 3 else biased if qk_matmul_output_mode == 2 else scores
    return result, key, value, shown


def flex_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    softmax_precision: int | None = None,
    score_mod: nn.Cell | None = None,
    score_captured: tuple = (),
    prob_mod: nn.Cell | None = None,
    prob_captured: tuple = (),
) -> Tensor:
    """Weigh values by how well their keys fit the queries, with changes to the scores and to the weights.

    Args:
        query: Queries of the shape (batch, heads, length, size).
        key: Keys, of as many heads or of fewer, which several heads of the queries share.
        value: Their values.
        scale: The factor of the scores; one over the root of the size without it.
        softmax_precision: The element type of softmax, as ONNX numbers it; at least single precision without it.
        score_mod: Takes the scores and the captured values; gives other scores.
        score_captured: The values around it that it reads.
        prob_mod: The same for the weights.
        prob_captured: The values around it that it reads.
    """
    groups = query.shape[1] // key.shape[1]
    keys = key.repeat_interleave(groups, 1) if groups > 1 else key
    values = value.repeat_interleave(groups, 1) if groups > 1 else value
    factor = math.sqrt(1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    scores = ops.matmul(query * factor, (keys * factor).swapaxes(2, 3))
    usual = float64 if query.dtype == float64 else float32
    scores = scores.astype(SOFTMAX_TYPES[softmax_precision] if softmax_precision else usual)
    if score_mod is not None:
        scores = score_mod(scores, *score_captured)
    # In MindSpore's softmax on CPU, a row of infinities spoils the rows after it.
    weights = ops.exp(ops.log_softmax(scores, -1))
    if prob_mod is not None:
        weights = prob_mod(weights, *prob_captured)
    return ops.matmul(weights, values.astype(weights.dtype)).astype(value.dtype)


def weigh_seen_values(
    query: Tensor, key: Tensor, value: Tensor, bias: Tensor, scale: float, blind: float = float("nan")
) -> Tensor:
    """Weigh values by how well their keys fit the queries, and by a bias; all by ``blind`` where it hides all keys."""
    scores = ops.matmul(query, key.swapaxes(-2, -1)) * scale + bias
    return ops.matmul(softmax_of_seen(scores, blind), value)


def weigh_values_where(mask: Tensor, query: Tensor, key: Tensor, value: Tensor, scale: float, hidden: float) -> Tensor:
    """Weigh values by how well their keys fit the queries, which is ``hidden`` where the mask is false."""
    scores = ops.matmul(query, key.swapaxes(-2, -1)) * scale
    scores = ops.where(mask, scores, ops.full_like(scores, hidden))
    return ops.matmul(softmax_of_seen(scores, float("nan")), value)


def softmax_of_seen(scores: Tensor, blind: float) -> Tensor:
    """Return the softmax over the last axis; rows of infinities would spoil those after them in MindSpore's on CPU."""
    hidden = ops.equal(ops.amax(scores, -1, True), float("-inf"))
    return ops.softmax(scores.masked_fill(hidden, 0.0), -1).masked_fill(hidden, blind)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Return (batch, length, heads * size) as (batch, heads, length, size)."""
    return x.reshape((x.shape[0], x.shape[1], heads, -1)).swapaxes(1, 2)


def _seen_keys(scores: Tensor, offset, is_causal: bool, left: int, right: int) -> Tensor:
    """Return which keys each query sees, of a shape that broadcasts to that of the scores."""
    behind = ops.arange(scores.shape[2]).reshape((1, 1, -1, 1)) + offset - ops.arange(scores.shape[3])
    seen = behind >= 0 if is_causal else ops.equal(behind, behind)
    if left >= 0:
        seen = ops.logical_and(seen, behind <= left)
    if right >= 0:
        seen = ops.logical_and(seen, behind >= -right)
    return seen


def _masked_scores(scores: Tensor, mask: Tensor | None, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Return the scores with a mask, which may be shorter than the keys, and which keys are seen then."""
    if mask is not None:
        missing = scores.shape[3] - mask.shape[-1]
        if mask.dtype == bool_:
            if missing > 0:
                mask = ops.cat((mask, ops.zeros((*mask.shape[:-1], missing), bool_)), -1)
            seen = ops.logical_and(seen, mask)
        else:
            if missing > 0:
                hidden = ops.full((*mask.shape[:-1], missing), float("-inf"), dtype=mask.dtype)
                mask = ops.cat((mask, hidden), -1)
            scores = scores + mask
            seen = ops.logical_and(seen, ops.logical_not(ops.logical_and(ops.isinf(mask), mask < 0)))
    return ops.where(seen, scores, ops.full_like(scores, float("-inf"))), seen


def rotary_embedding(
    x: Tensor,
    cos_cache: Tensor,
    sin_cache: Tensor,
    position_ids: Tensor | None = None,
    interleaved: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
) -> Tensor:
    """Turn pairs of features by angles that depend on the position.

    Args:
        x: Features of the shape (batch, heads, length, size), or (batch, length, heads * size).
        cos_cache: Cosines, a row for each position; or for each item of the batch and place without position_ids.
        sin_cache: Sines, likewise.
        position_ids: The position of each place.
        interleaved: Whether a pair lies side by side, and not in the two halves.
        num_heads: The number of heads for ``x`` of rank 3.
        rotary_embedding_dim: How many features are turned; all of them for 0.
    """
    heads = split_heads(x, num_heads) if x.ndim == 3 else x
    width = rotary_embedding_dim or heads.shape[3]
    turned, rest = heads[..., :width], heads[..., width:]
    if position_ids is not None:
        cos_cache, sin_cache = ops.gather(cos_cache, position_ids, 0), ops.gather(sin_cache, position_ids, 0)
    cosine, sine = cos_cache.expand_dims(1), sin_cache.expand_dims(1)
    if interleaved:
        first, second = turned[..., 0::2], turned[..., 1::2]
    else:
        first, second = turned[..., : width // 2], turned[..., width // 2 :]
    real, imaginary = cosine * first - sine * second, sine * first + cosine * second
    pairs = ops.stack((real, imaginary), -1 if interleaved else -2)
    result = pairs.reshape(turned.shape)
    if width < heads.shape[3]:
        result = ops.cat((result, rest), -1)
    return result.swapaxes(1, 2).reshape(x.shape) if x.ndim == 3 else result


def linear_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    past_state: Tensor | None = None,
    decay: Tensor | None = None,
    beta: Tensor | None = None,
    chunk_size: int = 64,
    kv_num_heads: int = 1,
    q_num_heads: int = 1,
    scale: float = 0.0,
    update_rule: str = "gated_delta",
) -> tuple[Tensor, Tensor]:
    """Read a state that grows by an outer product of key and value at each place.

    Args:
        query: Queries of the shape (batch, length, heads * size).
        key: Keys of the shape (batch, length, heads * size).
        value: Values of the shape (batch, length, heads * size).
        past_state: The state before the first place; zeros without it.
        decay: The logarithm of the share of the state that each place keeps.
        beta: The share of what the state lacks of the value that each place writes.
        chunk_size: How many places other implementations compute together; it does not change the result.
        kv_num_heads: The number of heads of keys and values.
        q_num_heads: The number of heads of queries.
        scale: The factor of what is read; one over the root of the size for 0.
        update_rule: linear, gated, delta or gated_delta; decay and beta say the same.

    Returns:
        What is read, and the state after the last place.
    """
    queries = split_heads(query, q_num_heads).astype(float32)
    keys = split_heads(key, kv_num_heads).astype(float32)
    values = split_heads(value, kv_num_heads).astype(float32)
    batch, _, length, size = queries.shape
    factor = scale or 1 / math.sqrt(size)
    kind = query.dtype if past_state is None else past_state.dtype
    empty = (batch, kv_num_heads, size, values.shape[3])
    state = ops.zeros(empty, float32) if past_state is None else past_state.astype(float32)
    kept = None if decay is None else ops.exp(split_heads(decay, kv_num_heads).astype(float32))
    shares = None if beta is None else split_heads(beta, beta.shape[2]).astype(float32)
    read = []
    for place in range(length):
        own, written = keys[:, :, place].expand_dims(3), values[:, :, place].expand_dims(2)
        if kept is not None:
            state = state * kept[:, :, place].expand_dims(3)
        if shares is not None:
            written = shares[:, :, place].expand_dims(3) * (written - ops.matmul(own.swapaxes(2, 3), state))
        state = state + own * written
        shared = state.repeat_interleave(q_num_heads // kv_num_heads, 1) if q_num_heads > kv_num_heads else state
        read.append(ops.matmul(queries[:, :, place].expand_dims(2), shared) * factor)
    result = ops.cat(read, 2).swapaxes(1, 2).reshape((batch, length, -1))
    return result.astype(query.dtype), state.astype(kind)


def causal_convolution(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, past_state: Tensor | None = None, activation: str = "none"
) -> tuple[Tensor, Tensor]:
    """Convolve each channel of (batch, channels, length) with what comes before; return also what comes last."""
    before = weight.shape[2] - 1
    if past_state is None:
        past_state = ops.zeros((x.shape[0], x.shape[1], before), x.dtype)
    whole = ops.cat((past_state, x), 2) if before else x
    result = ops.conv1d(whole, weight, bias, groups=x.shape[1])
    return (result if activation == "none" else result * ops.sigmoid(result)), whole[:, :, whole.shape[2] - before :]


def write_into_cache(
    past_cache: Tensor, update: Tensor, write_indices: Tensor | None = None, axis: int = -2, mode: str = "linear"
) -> Tensor:
    """Return a cache with new values along an axis, from an own start for each item of the batch.

    In the mode ``circular``, what would go beyond the end goes to the start.
    """
    axis = axis % past_cache.ndim
    cache, new = past_cache.swapaxes(1, axis), update.swapaxes(1, axis)
    batch, count = new.shape[:2]
    starts = ops.zeros((batch,), int64) if write_indices is None else write_indices.astype(int64)
    places = starts.reshape((-1, 1)) + ops.arange(count)
    if mode == "circular":
        places = ops.floor_mod(places, Tensor(cache.shape[1], int64))
    items = ops.broadcast_to(ops.arange(batch).reshape((-1, 1)), places.shape)
    return ops.tensor_scatter_update(cache, ops.stack((items, places), -1), new).swapaxes(1, axis)
