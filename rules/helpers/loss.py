"""Losses that MindSpore lacks, or has in another form."""

import math

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
        logarithm = ops.log(ops.where(target == 0, ops.ones_like(target), target))
        loss = target * logarithm - target * input
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


def binary_cross_entropy(
    input: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Compare probabilities with targets; the weight may have any shape that broadcasts to theirs."""
    if weight is not None:
        weight = ops.broadcast_to(weight.astype(input.dtype), input.shape)
    return ops.binary_cross_entropy(input, target, weight, reduction)


class BCELoss(nn.Cell):
    """Compare probabilities with targets; the weight may have any shape that broadcasts to theirs."""

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.weight, self.reduction = weight, reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy(input, target, self.weight, self.reduction)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative logarithm of the likelihood of counts, given their rates or the logarithms of these."""
    loss = ops.exp(input) - target * input if log_input else input - target * ops.log(input + eps)
    if full:
        stirling = target * ops.log(target) - target + 0.5 * ops.log(2 * math.pi * target)
        loss = loss + ops.masked_fill(stirling, target <= 1, 0.0)
    return reduced(loss, reduction)


class PoissonNLLLoss(nn.Cell):
    """Return the negative logarithm of the likelihood of counts, given their rates or the logarithms of these."""

    def __init__(self, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean") -> None:
        super().__init__()
        self.log_input, self.full, self.eps, self.reduction = log_input, full, eps, reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return poisson_nll_loss(input, target, self.log_input, self.full, self.eps, self.reduction)


def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """Return distances where the target is 1, and by how much they fall short of the margin where it is -1."""
    short = ops.where(target != 1, ops.clamp(margin - input, min=0), ops.zeros_like(input))
    return reduced(short + ops.where(target != -1, input, ops.zeros_like(input)), reduction)


class HingeEmbeddingLoss(nn.Cell):
    """Return distances where the target is 1, and by how much they fall short of the margin where it is -1."""

    def __init__(self, margin: float = 1.0, reduction: str = "mean") -> None:
        super().__init__()
        self.margin, self.reduction = margin, reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return hinge_embedding_loss(input, target, self.margin, self.reduction)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """Return by how much inputs are not in the order of the target (1 or -1, of any type), by a margin."""
    return reduced(ops.clamp(-target * (input1 - input2) + margin, min=0), reduction)


class MarginRankingLoss(nn.Cell):
    """Return by how much inputs are not in the order of the target (1 or -1, of any type), by a margin."""

    def __init__(self, margin: float = 0.0, reduction: str = "mean") -> None:
        super().__init__()
        self.margin, self.reduction = margin, reduction

    def construct(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return margin_ranking_loss(input1, input2, target, self.margin, self.reduction)


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much the score of a class is not above those of the others, by a margin."""
    labels = target.astype(int32).expand_dims(-1)
    classes = input.shape[-1]
    loss = ops.clamp(margin - ops.gather_elements(input, input.ndim - 1, labels) + input, min=0) ** p
    if weight is not None:
        loss = loss * weight[labels]
    loss = ops.where(ops.arange(classes) == labels, ops.zeros_like(loss), loss)
    return reduced(loss.sum(-1) / classes, reduction)


class MultiMarginLoss(nn.Cell):
    """Return by how much the score of a class is not above those of the others, by a margin."""

    def __init__(self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.p, self.margin, self.weight, self.reduction = p, margin, weight, reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, self.reduction)


def multilabel_margin_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Return by how much the scores of the target's classes are not above the others' by 1.

    The classes of a row of the target end at its first negative number.
    """
    labels = target.astype(int32)
    classes = input.shape[-1]
    counts = ops.cumsum((labels < 0).astype(int32), labels.ndim - 1) == 0
    labels = ops.where(counts, labels, ops.zeros_like(labels))
    members = ops.logical_and(labels.expand_dims(-1) == ops.arange(classes), counts.expand_dims(-1))
    others = members.astype(int32).sum(-2) == 0
    chosen = ops.gather_elements(input, input.ndim - 1, labels)
    loss = ops.clamp(1 - chosen.expand_dims(-1) + input.expand_dims(-2), min=0)
    counted = ops.logical_and(counts.expand_dims(-1), others.expand_dims(-2))
    loss = ops.where(counted, loss, ops.zeros_like(loss))
    return reduced(loss.sum(-1).sum(-1) / classes, reduction)


class MultiLabelMarginLoss(nn.Cell):
    """Return by how much the scores of the target's classes are not above the others' by 1."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return multilabel_margin_loss(input, target, self.reduction)
