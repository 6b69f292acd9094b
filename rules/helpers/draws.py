"""Tensors of random numbers, from distributions that MindSpore does not draw from."""

import math

import mindspore
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


def draw_bernoulli(input: Tensor, p=0.5) -> Tensor:
    """Draw ones with a probability, or with one for each element, and zeros."""
    return (ops.rand(input.shape) < p).astype(input.dtype)


def draw_integers(input: Tensor, low: int = 0, high: int | None = None) -> Tensor:
    """Draw integers from the first one up to, without, the second one, or up to what the type holds exactly."""
    digits = {"BFloat16": 8, "Float16": 11, "Float32": 24, "Bool": 1, "UInt8": 8, "Int8": 7, "Int16": 15, "Int32": 31}
    end = high if high is not None else 2 ** digits.get(str(input.dtype), 53)
    drawn = ops.floor(ops.rand(input.shape, dtype=mindspore.float64) * (end - low)) + low
    return ops.clamp(drawn, max=end - 1).astype(mindspore.int64).astype(input.dtype)
