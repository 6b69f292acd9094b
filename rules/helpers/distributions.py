"""Distributions with the methods of PyTorch's, over tensors or numbers."""

import math

import mindspore
import numpy as np
from mindspore import Tensor, ops


def as_tensors(*values):
    """Return tensors or numbers as tensors of floats and of one shape."""
    tensors = [value if isinstance(value, Tensor) else Tensor(value, mindspore.float32) for value in values]
    shape = np.broadcast_shapes(*(tensor.shape for tensor in tensors))
    return [ops.broadcast_to(tensor, shape) if tensor.shape != shape else tensor for tensor in tensors]


def log_gamma(x):
    """Return the logarithm of the gamma function of positive numbers."""
    return ops.lgamma(x)


class Distribution:
    """Base of distributions: what follows from log_prob, mean, variance and rsample."""

    batch_shape = ()
    event_shape = ()

    @property
    def stddev(self):
        return ops.sqrt(self.variance)

    def rsample(self, sample_shape=()):
        raise NotImplementedError(f"Samples of {type(self).__name__} have no gradient.")

    def sample(self, sample_shape=()):
        return ops.stop_gradient(self.rsample(sample_shape))

    def sample_n(self, n):
        return self.sample((n,))


class Normal(Distribution):
    """The normal distribution of a mean and a standard deviation."""

    def __init__(self, loc, scale, validate_args=None) -> None:
        self.loc, self.scale = as_tensors(loc, scale)
        self.batch_shape = self.loc.shape

    @property
    def mean(self):
        return self.loc

    @property
    def variance(self):
        return self.scale**2

    def rsample(self, sample_shape=()):
        return self.loc + self.scale * ops.randn(1, *sample_shape, *self.batch_shape)[0]

    def log_prob(self, value):
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - ops.log(self.scale) - math.log(2 * math.pi) / 2

    def cdf(self, value):
        return (1 + ops.erf((value - self.loc) / (self.scale * math.sqrt(2)))) / 2

    def entropy(self):
        return (1 + math.log(2 * math.pi)) / 2 + ops.log(self.scale)

    def kl(self, other):
        ratio = (self.scale / other.scale) ** 2
        return (ratio + ((self.loc - other.loc) / other.scale) ** 2 - 1 - ops.log(ratio)) / 2


class Laplace(Distribution):
    """The Laplace distribution of a mean and a scale."""

    def __init__(self, loc, scale, validate_args=None) -> None:
        self.loc, self.scale = as_tensors(loc, scale)
        self.batch_shape = self.loc.shape

    @property
    def mean(self):
        return self.loc

    @property
    def variance(self):
        return 2 * self.scale**2

    def rsample(self, sample_shape=()):
        sides = ops.rand(1, *sample_shape, *self.batch_shape)[0] - 0.5
        return self.loc - self.scale * ops.sign(sides) * ops.log1p(-2 * ops.abs(sides) * (1 - 1e-7))

    def log_prob(self, value):
        return -ops.log(2 * self.scale) - ops.abs(value - self.loc) / self.scale

    def entropy(self):
        return 1 + ops.log(2 * self.scale)


class Uniform(Distribution):
    """The uniform distribution between two ends."""

    def __init__(self, low, high, validate_args=None) -> None:
        self.low, self.high = as_tensors(low, high)
        self.batch_shape = self.low.shape

    @property
    def mean(self):
        return (self.low + self.high) / 2

    @property
    def variance(self):
        return (self.high - self.low) ** 2 / 12

    def rsample(self, sample_shape=()):
        return self.low + (self.high - self.low) * ops.rand(1, *sample_shape, *self.batch_shape)[0]

    def log_prob(self, value):
        inside = ops.logical_and(self.low <= value, value < self.high).astype(self.low.dtype)
        return ops.log(inside) - ops.log(self.high - self.low)

    def cdf(self, value):
        return ops.clamp((value - self.low) / (self.high - self.low), 0, 1)

    def entropy(self):
        return ops.log(self.high - self.low)


class Exponential(Distribution):
    """The exponential distribution of a rate."""

    def __init__(self, rate, validate_args=None) -> None:
        (self.rate,) = as_tensors(rate)
        self.batch_shape = self.rate.shape

    @property
    def mean(self):
        return 1 / self.rate

    @property
    def variance(self):
        return 1 / self.rate**2

    def rsample(self, sample_shape=()):
        return -ops.log1p(-ops.rand(1, *sample_shape, *self.batch_shape)[0] * (1 - 1e-7)) / self.rate

    def log_prob(self, value):
        return ops.log(self.rate) - self.rate * value

    def cdf(self, value):
        return 1 - ops.exp(-self.rate * value)

    def entropy(self):
        return 1 - ops.log(self.rate)

    def kl(self, other):
        return ops.log(self.rate / other.rate) + other.rate / self.rate - 1


class Gamma(Distribution):
    """The gamma distribution of a concentration and a rate."""

    def __init__(self, concentration, rate, validate_args=None) -> None:
        self.concentration, self.rate = as_tensors(concentration, rate)
        self.batch_shape = self.rate.shape

    @property
    def mean(self):
        return self.concentration / self.rate

    @property
    def variance(self):
        return self.concentration / self.rate**2

    def sample(self, sample_shape=()):
        shape = (*sample_shape, *self.batch_shape)
        return Tensor(np.random.gamma(self.concentration.asnumpy(), size=shape), self.rate.dtype) / self.rate

    def log_prob(self, value):
        shape = self.concentration
        return shape * ops.log(self.rate) + (shape - 1) * ops.log(value) - self.rate * value - log_gamma(shape)

    def entropy(self):
        shape = self.concentration
        return shape - ops.log(self.rate) + log_gamma(shape) + (1 - shape) * ops.digamma(shape)


class Beta(Distribution):
    """The beta distribution of two concentrations."""

    def __init__(self, concentration1, concentration0, validate_args=None) -> None:
        self.concentration1, self.concentration0 = as_tensors(concentration1, concentration0)
        self.batch_shape = self.concentration1.shape

    @property
    def mean(self):
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def variance(self):
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total**2 * (total + 1))

    def sample(self, sample_shape=()):
        shape = (*sample_shape, *self.batch_shape)
        values = np.random.beta(self.concentration1.asnumpy(), self.concentration0.asnumpy(), size=shape)
        return Tensor(values, self.concentration1.dtype)

    def log_normalizer(self):
        a, b = self.concentration1, self.concentration0
        return log_gamma(a) + log_gamma(b) - log_gamma(a + b)

    def log_prob(self, value):
        a, b = self.concentration1, self.concentration0
        return (a - 1) * ops.log(value) + (b - 1) * ops.log1p(-value) - self.log_normalizer()

    def entropy(self):
        a, b = self.concentration1, self.concentration0
        inner = (a + b - 2) * ops.digamma(a + b) - (a - 1) * ops.digamma(a) - (b - 1) * ops.digamma(b)
        return self.log_normalizer() + inner


class Bernoulli(Distribution):
    """Zero or one, with a probability, or its log odds, of one."""

    def __init__(self, probs=None, logits=None, validate_args=None) -> None:
        if logits is None:
            (self.probs,) = as_tensors(probs)
            inside = ops.clamp(self.probs, 1.1920929e-07, 1 - 1.1920929e-07)
            self.logits = ops.log(inside) - ops.log1p(-inside)
        else:
            (self.logits,) = as_tensors(logits)
            self.probs = ops.sigmoid(self.logits)
        self.batch_shape = self.logits.shape

    @property
    def mean(self):
        return self.probs

    @property
    def variance(self):
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        return (ops.rand(1, *sample_shape, *self.batch_shape)[0] < self.probs).astype(self.probs.dtype)

    def log_prob(self, value):
        softplus = ops.relu(self.logits) + ops.log1p(ops.exp(-ops.abs(self.logits)))
        return value * self.logits - softplus

    def entropy(self):
        return -self.probs * self.log_prob(1) - (1 - self.probs) * self.log_prob(0)

    def kl(self, other):
        return self.probs * (self.log_prob(1) - other.log_prob(1)) + (1 - self.probs) * (
            self.log_prob(0) - other.log_prob(0)
        )


class Categorical(Distribution):
    """One of some numbers from zero, by their probabilities or the logarithms of these along the last axis."""

    def __init__(self, probs=None, logits=None, validate_args=None) -> None:
        if logits is None:
            (probs,) = as_tensors(probs)
            self.probs = probs / probs.sum(-1, keepdims=True)
            self.logits = ops.log(ops.clamp(self.probs, 1.1920929e-07, 1 - 1.1920929e-07))
        else:
            (logits,) = as_tensors(logits)
            self.logits = logits - ops.logsumexp(logits, -1, True)
            self.probs = ops.softmax(self.logits, -1)
        self.batch_shape = self.logits.shape[:-1]

    def sample(self, sample_shape=()):
        noise = ops.rand(*sample_shape, *self.logits.shape)
        return ops.argmax(self.logits - ops.log(-ops.log(ops.clamp(noise, 1e-20, 1 - 1e-7))), -1)

    def log_prob(self, value):
        value = value.astype(mindspore.int64)
        shape = np.broadcast_shapes(value.shape, self.batch_shape)
        logits = ops.broadcast_to(self.logits, (*shape, self.logits.shape[-1]))
        index = ops.broadcast_to(value, shape).expand_dims(-1)
        return ops.gather_elements(logits, logits.ndim - 1, index).squeeze(-1)

    def entropy(self):
        return -(self.probs * self.logits).sum(-1)

    def kl(self, other):
        return (self.probs * (self.logits - other.logits)).sum(-1)


class Independent(Distribution):
    """Take the last axes of a distribution as those of one event."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None) -> None:
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        shape = base_distribution.batch_shape
        cut = len(shape) - reinterpreted_batch_ndims
        self.batch_shape, self.event_shape = shape[:cut], (*shape[cut:], *base_distribution.event_shape)

    @property
    def mean(self):
        return self.base_dist.mean

    @property
    def variance(self):
        return self.base_dist.variance

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def reduce(self, value):
        count = self.reinterpreted_batch_ndims
        return value.sum(tuple(range(-count, 0))) if count else value

    def log_prob(self, value):
        return self.reduce(self.base_dist.log_prob(value))

    def entropy(self):
        return self.reduce(self.base_dist.entropy())

    def kl(self, other):
        return self.reduce(self.base_dist.kl(other.base_dist))


def kl_divergence(p, q):
    """Return how far a distribution is from another one of its kind."""
    if type(p) is not type(q) or not hasattr(p, "kl"):
        raise NotImplementedError(f"The divergence of {type(p).__name__} and {type(q).__name__} is not there.")
    return p.kl(q)
