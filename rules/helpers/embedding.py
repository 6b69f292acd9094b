"""Embeddings with the arguments of PyTorch's layers."""

from mindspore import Parameter, Tensor, float32, int32, int64, nn, ops
from mindspore.common.initializer import Normal, initializer


class Embedding(nn.Embedding):
    """Look vectors up, with the arguments of PyTorch's layer; the vector of ``padding_idx`` is zero and stays so."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        if max_norm is not None or scale_grad_by_freq:
            raise ValueError("The vectors can neither be limited in norm nor scaled by frequency here.")
        if padding_idx is not None and padding_idx < 0:
            padding_idx += num_embeddings
        super().__init__(
            num_embeddings,
            embedding_dim,
            embedding_table=Normal(1.0) if _weight is None else "zeros",
            dtype=dtype or float32,
            padding_idx=padding_idx,
        )
        if _weight is not None:
            self.embedding_table.set_data(_weight)  # the initialiser would overwrite the vector of padding_idx
        self.embedding_table.requires_grad = not _freeze

    @property
    def weight(self) -> Parameter:
        return self.embedding_table

    def construct(self, ids: Tensor) -> Tensor:
        vectors = super().construct(ids)
        if self.padding_idx is None:
            return vectors
        padding = (ids == self.padding_idx).unsqueeze(-1)
        return ops.where(padding, ops.stop_gradient(vectors), vectors)


def pretrained_embedding(embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None) -> Embedding:
    """Return a layer that looks vectors up in a table, which is trained if ``freeze`` is false."""
    return Embedding(*embeddings.shape, padding_idx, _weight=embeddings, _freeze=freeze)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Return a vector of zeros with a single one for every class number."""
    depth = int(tensor.max()) + 1 if num_classes < 0 else num_classes
    return ops.one_hot(tensor, depth, Tensor(1, int64), Tensor(0, int64))


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Look vectors up in a table; those longer than ``max_norm`` are shortened, in the table too."""
    if max_norm is not None:
        limit_norms(weight, input, max_norm, norm_type)
    vectors = ops.gather(weight, input, 0)
    if scale_grad_by_freq:
        flat = input.reshape((-1, 1))
        counts = (flat == flat.reshape((1, -1))).astype(vectors.dtype).sum(1).reshape((*input.shape, 1))
        vectors = vectors / counts + ops.stop_gradient(vectors - vectors / counts)
    if padding_idx is None:
        return vectors
    padding = (input == padding_idx % weight.shape[0]).expand_dims(-1)
    return ops.where(padding, ops.stop_gradient(vectors), vectors)


def limit_norms(weight: Tensor, ids: Tensor, max_norm: float, norm_type: float) -> None:
    """Shorten those vectors of a table that are looked up and longer than a limit, in place."""
    norms = ops.norm(weight, norm_type, 1, True)
    short = ops.where(norms > max_norm, weight * (max_norm / (norms + 1e-7)), weight)
    used = (ops.arange(weight.shape[0]).reshape((-1, 1)) == ids.reshape((1, -1))).astype(int32).sum(1) > 0
    value = ops.stop_gradient(ops.where(used.reshape((-1, 1)), short, weight))
    if isinstance(weight, Parameter):
        ops.assign(weight, value)
    else:
        weight[:] = value


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """Return the sums, means or maxima of bags of vectors: the rows of ``input``, or what lies between offsets.

    As in PyTorch, the table may come first.
    """
    if input.is_floating_point():
        input, weight = weight, input
    if offsets is None:
        rows, size = input.shape
        starts = ops.arange(rows) * size
    else:
        starts = offsets[:-1] if include_last_offset else offsets
    ids = input.reshape((-1,))
    vectors = embedding(ids, weight, None, max_norm, norm_type, scale_grad_by_freq)
    places = ops.arange(ids.shape[0]).reshape((1, -1))
    begun = (places >= starts.reshape((-1, 1))).astype(int32)
    bags = begun.sum(0) - 1
    member = ops.arange(starts.shape[0]).reshape((-1, 1)) == bags.reshape((1, -1))
    if padding_idx is not None:
        member = ops.logical_and(member, (ids != padding_idx % weight.shape[0]).reshape((1, -1)))
    share = member.astype(vectors.dtype)
    if mode == "max":
        some = share.sum(1, keepdims=True) > 0
        most = ops.where(
            member.expand_dims(-1), vectors.expand_dims(0), ops.full((), float("-inf"), dtype=vectors.dtype)
        )
        most = most.max(axis=1)
        return ops.where(some, most, ops.zeros_like(most))
    if per_sample_weights is not None:
        share = share * per_sample_weights.reshape((1, -1))
    total = ops.matmul(share, vectors)
    return total / ops.clamp(share.sum(1, keepdims=True), min=1) if mode == "mean" else total


class EmbeddingBag(nn.Cell):
    """Return the sums, means or maxima of bags of vectors, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        shape = (num_embeddings, embedding_dim)
        self.weight = Parameter(initializer(Normal(1.0), shape, dtype or float32) if _weight is None else _weight)
        self.limits = max_norm, norm_type, scale_grad_by_freq
        self.mode, self.include_last_offset, self.padding_idx = mode, include_last_offset, padding_idx

    def construct(
        self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None
    ) -> Tensor:
        return embedding_bag(
            input,
            self.weight,
            offsets,
            *self.limits,
            self.mode,
            per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset,
            padding_idx=self.padding_idx,
        )


def pretrained_embedding_bag(
    embeddings: Tensor,
    freeze: bool = True,
    mode: str = "mean",
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> EmbeddingBag:
    """Return a layer for bags of vectors of a table, which is trained if ``freeze`` is false."""
    options = (max_norm, norm_type, scale_grad_by_freq, mode, False)
    layer = EmbeddingBag(*embeddings.shape, *options, embeddings, include_last_offset, padding_idx)
    layer.weight.requires_grad = not freeze
    return layer
