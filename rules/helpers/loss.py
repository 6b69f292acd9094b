"""Losses that MindSpore lacks, or has in another form."""

from mindspore import Tensor, int32, nn, ops


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """Return the mean or sum of a loss, or the loss as it is for 'none'."""
    if reduction == "mean":
        return loss.mean()
    return loss.sum() if reduction == "sum" else loss


class CrossEntropyLoss(nn.CrossEntropyLoss):
    """Compare scores with labels, also of 64 bits, or with probabilities."""

    def construct(self, logits: Tensor, labels: Tensor) -> Tensor:
        if labels.ndim < logits.ndim:
            labels = labels.astype(int32)
        return super().construct(logits, labels)


def kl_div(input: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    """Return the divergence of log-probabilities from target probabilities, or from their logarithms."""
    if log_target:
        loss = ops.exp(target) * (target - input)
    else:
        # Where a probability is zero its term is zero, not zero times the logarithm of zero.
        positive = target > 0
        logarithm = ops.log(ops.where(positive, target, ops.ones_like(target)))
        loss = ops.where(positive, target * (logarithm - input), ops.zeros_like(target))
    return loss.sum() / input.shape[0] if reduction == "batchmean" else reduced(loss, reduction)


class KLDivLoss(nn.Cell):
    """Return the divergence of log-probabilities from target probabilities, or from their logarithms."""

    def __init__(self, reduction: str = "mean", log_target: bool = False) -> None:
        super().__init__()
        self.reduction = reduction
        self.log_target = log_target

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return kl_div(input, target, self.reduction, self.log_target)


def soft_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Return log(1 + exp(-target * input)) for targets of 1 and -1."""
    return reduced(ops.softplus(-target * input), reduction)


class SoftMarginLoss(nn.Cell):
    """Return log(1 + exp(-target * input)) for targets of 1 and -1."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return soft_margin_loss(input, target, self.reduction)


def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """Return the distance of vectors, along the last axis."""
    return ops.norm(x1 - x2 + eps, p, -1, keepdim)


class PairwiseDistance(nn.Cell):
    """Return the distance of vectors, along the last axis."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.p, self.eps, self.keepdim = p, eps, keepdim

    def construct(self, x1: Tensor, x2: Tensor) -> Tensor:
        return pairwise_distance(x1, x2, self.p, self.eps, self.keepdim)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much an anchor is not nearer to its positive than to its negative, by a margin."""
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = ops.minimum(far, pairwise_distance(positive, negative, p, eps))
    return reduced(ops.relu(near - far + margin), reduction)


class TripletMarginLoss(nn.Cell):
    """Return by how much an anchor is not nearer to its positive than to its negative, by a margin."""

    def __init__(
        self, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.margin, self.p, self.eps, self.swap, self.reduction = margin, p, eps, swap, reduction

    def construct(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return triplet_margin_loss(anchor, positive, negative, self.margin, self.p, self.eps, self.swap, self.reduction)


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between vectors, along an axis."""
    norms = [ops.clamp(ops.norm(x, 2, dim), min=eps) for x in (x1, x2)]
    return (x1 * x2).sum(dim) / (norms[0] * norms[1])


class CosineSimilarity(nn.Cell):
    """Return the cosine of the angle between vectors, along an axis."""

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def construct(self, x1: Tensor, x2: Tensor) -> Tensor:
        return cosine_similarity(x1, x2, self.dim, self.eps)
