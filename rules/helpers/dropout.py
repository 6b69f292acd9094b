"""Dropout layers with the arguments of PyTorch's layers."""

from mindspore import Tensor, nn, ops


class Dropout(nn.Dropout):
    """Set elements to zero with the probability ``p`` in training; ``inplace`` changes nothing."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__(p=p)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set elements to zero with the probability ``p`` in training; ``inplace`` changes nothing."""
    if p == 1 and training:
        return ops.zeros_like(input)
    return ops.dropout(input, p, training)


def kept(shape: tuple, p: float, dtype) -> Tensor:
    """Return a tensor of ones, in which each is zero with the probability ``p``."""
    if p in (0, 1):
        return ops.full(shape, 1 - p, dtype=dtype)
    return (ops.dropout(ops.ones(shape, dtype), p) > 0).astype(dtype)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels to zero with the probability ``p`` in training; ``inplace`` changes nothing."""
    if not training or p == 0:
        return input
    mask = kept((*input.shape[:2], *(1,) * (input.ndim - 2)), p, input.dtype)
    return input * mask / (1 - p if p < 1 else 1)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set whole channels to zero with the probability ``p`` in training; ``inplace`` changes nothing."""
    if input.ndim == 4:
        return dropout2d(input.expand_dims(0), p, training).squeeze(0)
    return dropout2d(input, p, training)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Set elements to SELU's limit at random in training, and keep mean and variance; ``inplace`` changes nothing."""
    return to_negative_limit(input, kept(input.shape, p, input.dtype), p) if training and p > 0 else input


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Set whole channels to SELU's limit at random in training, and keep mean and variance."""
    if not training or p == 0:
        return input
    return to_negative_limit(input, kept((*input.shape[:2], *(1,) * (input.ndim - 2)), p, input.dtype), p)


def to_negative_limit(input: Tensor, mask: Tensor, p: float) -> Tensor:
    """Put SELU's negative limit where a mask is zero, then restore mean and variance."""
    if p == 1:
        return ops.zeros_like(input)
    limit = -1.7580993408473766
    scale = ((1 - p) * (1 + p * limit**2)) ** -0.5
    return (input * mask + limit * (1 - mask)) * scale - scale * limit * p


class AlphaDropout(nn.Cell):
    """Set elements to SELU's limit at random in training, and keep mean and variance; ``inplace`` changes nothing."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        self.p = p

    def construct(self, input: Tensor) -> Tensor:
        return alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(nn.Cell):
    """Set whole channels to SELU's limit at random in training, and keep mean and variance."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        self.p = p

    def construct(self, input: Tensor) -> Tensor:
        return feature_alpha_dropout(input, self.p, self.training)
