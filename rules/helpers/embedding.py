"""Embeddings with the arguments of PyTorch's layers."""

from mindspore import Parameter, Tensor, float32, int64, nn, ops
from mindspore.common.initializer import Normal


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
            embedding_table=Normal(1.0) if _weight is None else _weight,
            dtype=dtype or float32,
            padding_idx=padding_idx,
        )
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


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Return a vector of zeros with a single one for every class number."""
    depth = int(tensor.max()) + 1 if num_classes < 0 else num_classes
    return ops.one_hot(tensor, depth, Tensor(1, int64), Tensor(0, int64))
