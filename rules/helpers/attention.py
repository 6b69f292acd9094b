"""Attention."""

import math

from mindspore import Tensor, bool_, float32, nn, ops


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Weigh values by how well their keys fit the queries.

    A mask of booleans tells which keys take part; one of numbers is added to the scores.
    """
    if enable_gqa:
        repeats = query.shape[-3] // key.shape[-3]
        key, value = key.repeat_interleave(repeats, -3), value.repeat_interleave(repeats, -3)
    scores = ops.matmul(query, key.swapaxes(-2, -1)) * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if is_causal:
        attn_mask = ops.ones((query.shape[-2], key.shape[-2]), bool_).tril()
    if attn_mask is not None:
        scores = scores + score_mask(ops.logical_not(attn_mask) if attn_mask.dtype == bool_ else attn_mask)
    weights = ops.softmax(scores, -1) if attn_mask is None else masked_softmax(scores, 0.0)
    if dropout_p > 0:
        weights = ops.dropout(weights, dropout_p)
    return ops.matmul(weights, value)


def score_mask(mask: Tensor) -> Tensor:
    """Return what a mask adds to scores; one of booleans tells which keys are left out."""
    if mask.dtype != bool_:
        return mask
    return ops.zeros(mask.shape, float32).masked_fill(mask, float("-inf"))


def masked_softmax(scores: Tensor, empty: float) -> Tensor:
    """Return the softmax over the last axis; a row that is minus infinity throughout becomes ``empty``.

    Such a row would spoil the rows after it in MindSpore's own softmax on CPU.
    """
    some = scores.max(axis=-1, keepdims=True) > float("-inf")
    weights = ops.softmax(ops.where(some, scores, ops.zeros_like(scores)), -1)
    return ops.where(some, weights, ops.full_like(weights, empty))


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Project, attend with several heads, and project the result.

    Queries, keys and values have the shape (L, N, E) or (L, E). ``key_padding_mask`` tells which keys of a sample are
    left out, or what is added to their scores, and ``attn_mask`` the same for pairs of query and key; ``is_causal``
    says no more than it does.

    Returns:
        The output, and the weights, averaged over the heads or not; None where they are not wanted.
    """
    batched = query.ndim == 3
    if not batched:
        query, key, value = query.expand_dims(1), key.expand_dims(1), value.expand_dims(1)
    length, batch, width = query.shape
    size = width // num_heads
    if not use_separate_proj_weight:
        q_proj_weight, k_proj_weight, v_proj_weight = ops.chunk(in_proj_weight, 3)
    q_bias, k_bias, v_bias = (None, None, None) if in_proj_bias is None else ops.chunk(in_proj_bias, 3)
    queries = ops.dense(query, q_proj_weight, q_bias)
    keys = ops.dense(key, k_proj_weight, k_bias)
    values = ops.dense(value, v_proj_weight, v_bias)
    if bias_k is not None:
        keys = ops.cat([keys, bias_k.tile((1, batch, 1))])
        values = ops.cat([values, bias_v.tile((1, batch, 1))])
    queries, keys, values = (
        x.reshape((-1, batch, num_heads, size)).transpose(1, 2, 0, 3) for x in (queries, keys, values)
    )
    if static_k is not None:
        keys = static_k.reshape((batch, num_heads, -1, size))
    if static_v is not None:
        values = static_v.reshape((batch, num_heads, -1, size))
    if add_zero_attn:
        zeros = ops.zeros((batch, num_heads, 1, size), keys.dtype)
        keys, values = ops.cat([keys, zeros], 2), ops.cat([values, zeros], 2)
    scores = ops.matmul(queries * (1 / math.sqrt(size)), keys.swapaxes(-2, -1))
    if attn_mask is not None:
        mask = score_mask(attn_mask)
        mask = ops.pad(mask, (0, keys.shape[2] - mask.shape[-1]))
        scores = scores + (mask if mask.ndim == 2 else mask.reshape((batch, num_heads, length, -1)))
    if key_padding_mask is not None:
        mask = score_mask(key_padding_mask)
        mask = ops.pad(mask, (0, keys.shape[2] - mask.shape[-1]))
        scores = scores + mask.reshape((batch, 1, 1, -1))
    if attn_mask is None and key_padding_mask is None:
        weights = ops.softmax(scores, -1)
    else:
        weights = masked_softmax(scores, float("nan") if need_weights else 0.0)
    if training and dropout_p > 0:
        weights = ops.dropout(weights, dropout_p)
    output = ops.matmul(weights, values).transpose(2, 0, 1, 3).reshape((length, batch, width))
    output = ops.dense(output, out_proj_weight, out_proj_bias)
    if average_attn_weights:
        weights = weights.mean(1)
    if not batched:
        output, weights = output.squeeze(1), weights.squeeze(0)
    return output, weights if need_weights else None


class MultiheadAttention(nn.MultiheadAttention):
    """Attend with several heads, called as PyTorch's layer is; without weights, None stands in their place."""

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(
            embed_dim, num_heads, dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first, dtype or float32
        )
        if bias:
            self.out_proj.bias.set_data(ops.zeros_like(self.out_proj.bias))

    def __call__(self, *args, **kwargs) -> tuple[Tensor, Tensor | None]:
        return nn.Cell.__call__(self, *args, **kwargs)

    def construct(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return the output, and the weights or None."""
        swapped = self.batch_first and query.ndim == 3
        if swapped:
            query, key, value = query.swapaxes(0, 1), key.swapaxes(0, 1), value.swapaxes(0, 1)
        output, weights = multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            not self._qkv_same_embed_dim,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            average_attn_weights=average_attn_weights,
        )
        return output.swapaxes(0, 1) if swapped else output, weights
