"""Tensors of random numbers, from distributions that MindSpore does not draw from."""

import math

from mindspore import Tensor, ops


def shares(input: Tensor) -> Tensor:
    """Return uniform random numbers between 0 and 1, neither of which occurs, in the shape of a tensor."""
    return ops.clamp(ops.rand(input.shape), 1e-7, 1 - 1e-7)


def draw_exponential(input: Tensor, lambd: float = 1.0) -> Tensor:
    """Draw from an exponential distribution."""
    return (-ops.log(shares(input)) / lambd).astype(input.dtype)


def draw_cauchy(input: Tensor, median: float = 0.0, sigma: float = 1.0) -> Tensor:
    """Draw from a Cauchy distribution."""
    return (median + sigma * ops.tan(math.pi * (shares(input) - 0.5))).astype(input.dtype)


def draw_geometric(input: Tensor, p: float) -> Tensor:
    """Draw how many trials there are until one succeeds."""
    return ops.ceil(ops.log(shares(input)) / math.log1p(-p)).astype(input.dtype)


def draw_log_normal(input: Tensor, mean: float = 1.0, std: float = 2.0) -> Tensor:
    """Draw what has a normal logarithm."""
    return ops.exp(mean + std * ops.randn(input.shape)).astype(input.dtype)


def draw_normal(mean, std=1.0) -> Tensor:
    """Draw from normal distributions whose means or deviations are tensors."""
    place = mean + std * ops.zeros_like(std) if isinstance(std, Tensor) else mean
    return mean + std * ops.randn(place.shape, dtype=place.dtype)
