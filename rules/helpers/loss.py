"""Losses that MindSpore lacks, or has in another form."""

import math

from mindspore import Tensor, float32, int32, int64, nn, ops


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
    if reduction == "batchmean":
        return loss.sum() / (input.shape[0] if input.ndim else 1)
    return reduced(loss, reduction)


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


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function=None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return by how much an anchor is not nearer to its positive than to its negative, by a distance of one's own."""
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return reduced(ops.relu(near - far + margin), reduction)


class TripletMarginWithDistanceLoss(nn.Cell):
    """Return by how much an anchor is not nearer to its positive than to its negative, by a distance of one's own."""

    def __init__(
        self, *, distance_function=None, margin: float = 1.0, swap: bool = False, reduction: str = "mean"
    ) -> None:
        super().__init__()
        self.distance_function, self.margin, self.swap, self.reduction = distance_function, margin, swap, reduction

    def construct(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between vectors, along an axis."""
    x1, x2 = ops.broadcast_to(x1, (x1 * x2).shape), ops.broadcast_to(x2, (x1 * x2).shape)
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
    # MindSpore's own mean and sum of a single loss are twice what they should be.
    return reduced(ops.binary_cross_entropy(input, target, weight, "none"), reduction)


class BCELoss(nn.Cell):
    """Compare probabilities with targets; the weight may have any shape that broadcasts to theirs."""

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.weight, self.reduction = weight, reduction

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        return binary_cross_entropy(input, target, self.weight, self.reduction)


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Compare scores, before the sigmoid, with targets."""
    # The gradient of MindSpore's own mean is that of as many values as its first call in the process had.
    loss = ops.binary_cross_entropy_with_logits(input, target, weight, pos_weight, "none")
    return reduced(loss, reduction)


class BCEWithLogitsLoss(nn.BCEWithLogitsLoss):
    """Compare scores, before the sigmoid, with targets."""

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean", pos_weight: Tensor | None = None) -> None:
        super().__init__("none", weight, pos_weight)
        self.of_all = reduction

    def construct(self, logits: Tensor, labels: Tensor) -> Tensor:
        return reduced(super().construct(logits, labels), self.of_all)


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative logarithm of the likelihood of counts, given their rates or the logarithms of these."""
    input, target = (x if x.is_floating_point() else x.astype(float32) for x in (input, target))
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
    input = input.reshape((1,)) if input.ndim == 0 else input
    labels = target.astype(int32).reshape((*input.shape[:-1], 1))
    classes = input.shape[-1]
    loss = ops.clamp(margin - ops.gather_elements(input, input.ndim - 1, labels) + input, min=0) ** p
    if weight is not None:
        loss = loss * ops.gather(weight, labels, 0)
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
    input = input.reshape((1,)) if input.ndim == 0 else input
    labels = target.astype(int32).reshape(input.shape)
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


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths,
    target_lengths,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Return the negative logarithm of the probability that sequences spell their targets.

    The log-probabilities have the shape (T, N, C) or (T, C). The targets are (N, S), or all in one row.
    """
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.expand_dims(1)
    inputs, lengths = (Tensor(x).reshape((-1,)).astype(int32) for x in (input_lengths, target_lengths))
    labels = targets.astype(int32)
    if labels.ndim == 1:
        sizes = [int(size) for size in lengths.tolist()]
        starts = [sum(sizes[:index]) for index in range(len(sizes))]
        rows = [labels[start : start + size] for start, size in zip(starts, sizes)]
        labels = ops.stack([ops.pad(row, (0, max(sizes) - row.shape[0])) for row in rows])
    loss, _ = ops.ctc_loss(log_probs, labels, inputs, lengths, blank, "none", zero_infinity)
    if reduction == "mean":
        return (loss / ops.clamp(lengths, min=1)).mean()
    loss = reduced(loss, reduction)
    return loss.reshape(()) if single else loss


class CTCLoss(nn.Cell):
    """Return the negative logarithm of the probability that sequences spell their targets."""

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        self.blank, self.reduction, self.zero_infinity = blank, reduction, zero_infinity

    def construct(self, log_probs: Tensor, targets: Tensor, input_lengths, target_lengths) -> Tensor:
        return ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """Return one minus the cosine where the target is 1, and by how much it is above the margin where it is -1."""
    first, second = (x if x.is_floating_point() else x.astype(float32) for x in (input1, input2))
    roots = ops.sqrt((ops.square(first).sum(-1) + 1e-12) * (ops.square(second).sum(-1) + 1e-12))
    cosine = (first * second).sum(-1) / roots
    loss = ops.where(target == 1, 1 - cosine, ops.zeros_like(cosine))
    return reduced(loss + ops.where(target == -1, ops.relu(cosine - margin), ops.zeros_like(cosine)), reduction)


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options=None,
) -> Tensor:
    """Compare the scores that a linear map gives with labels, or with probabilities; ``options`` concern speed only."""
    shape = linear_weight.shape[:-1]
    scores = ops.matmul(input, linear_weight.reshape((-1, linear_weight.shape[-1])).swapaxes(0, 1))
    if linear_bias is not None:
        scores = scores + linear_bias.reshape((-1,))
    scores = scores.reshape((*input.shape[:-1], *shape))
    labels = target if target.is_floating_point() else target.astype(int64)
    ignored = -100 if ignore_index is None else ignore_index
    return ops.cross_entropy(scores, labels, weight, ignored, reduction, label_smoothing)


class LinearCrossEntropyLoss(nn.Cell):
    """Compare the scores that a dense layer gives with labels."""

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device=None,
        dtype=None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options=None,
    ) -> None:
        super().__init__()
        self.shape = (num_classes, *out_features)
        self.linear = nn.Dense(in_features, math.prod(self.shape), has_bias=bias, dtype=dtype or float32)
        self.weight, self.reduction, self.ignore_index = weight, reduction, ignore_index
        self.label_smoothing = label_smoothing

    def construct(self, input: Tensor, target: Tensor) -> Tensor:
        bias = self.linear.bias
        return linear_cross_entropy(
            input,
            self.linear.weight.reshape((*self.shape, -1)),
            target,
            linear_bias=None if bias is None else bias.reshape(self.shape),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
        )
