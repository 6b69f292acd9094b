"""Activations with the arguments of PyTorch's layers and functions.

MindSpore has no in-place form, so ``inplace`` changes nothing.
"""

from mindspore import Tensor, nn, ops


class ReLU(nn.ReLU):
    """Set what is below zero to zero; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class ReLU6(nn.ReLU6):
    """Clip to 0 and 6; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class SiLU(nn.SiLU):
    """Multiply with the sigmoid; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class Mish(nn.Mish):
    """Multiply with the hyperbolic tangent of the softplus; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class Hardswish(nn.HSwish):
    """Multiply with a sigmoid made of straight lines; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class Hardsigmoid(nn.HSigmoid):
    """Approximate the sigmoid with straight lines; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()


class LeakyReLU(nn.LeakyReLU):
    """Scale what is below zero; ``inplace`` changes nothing."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(negative_slope)


class GELU(nn.GELU):
    """Multiply with the normal distribution function; 'tanh' approximates it."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__(approximate=approximate == "tanh")


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Continue the identity below zero with alpha * (exp(x) - 1); ``inplace`` changes nothing."""
    return ops.relu(input) + alpha * ops.expm1(-ops.relu(-input))


class ELU(nn.Cell):
    """Continue the identity below zero with alpha * (exp(x) - 1); ``inplace`` changes nothing."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha

    def construct(self, x: Tensor) -> Tensor:
        return elu(x, self.alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Scale ELU so that activations keep mean 0 and variance 1; ``inplace`` changes nothing."""
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * (ops.relu(input) + alpha * ops.expm1(-ops.relu(-input)))


class SELU(nn.Cell):
    """Scale ELU so that activations keep mean 0 and variance 1; ``inplace`` changes nothing."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()

    def construct(self, x: Tensor) -> Tensor:
        return selu(x)


class Softplus(nn.Cell):
    """Smooth the rectifier: log(1 + exp(beta * x)) / beta."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def construct(self, x: Tensor) -> Tensor:
        return ops.softplus(x, self.beta, self.threshold)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Scale what is below zero; ``inplace`` changes nothing."""
    return ops.leaky_relu(input, negative_slope)


class RReLU(nn.Cell):
    """Scale what is below zero by random slopes in training, by their mean otherwise; ``inplace`` changes nothing."""

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower, self.upper = lower, upper

    def construct(self, x: Tensor) -> Tensor:
        if self.training:
            return ops.rrelu(x, self.lower, self.upper)
        return ops.leaky_relu(x, (self.lower + self.upper) / 2)


def rrelu(
    input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """Scale what is below zero by random slopes in training, by their mean otherwise; ``inplace`` changes nothing."""
    return ops.rrelu(input, lower, upper) if training else ops.leaky_relu(input, (lower + upper) / 2)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype=None) -> Tensor:
    """Return the softmax of the negative along an axis; a single number gives 1."""
    input = input if dtype is None else input.astype(dtype)
    return ops.softmax(-input, dim) if input.ndim else ops.ones_like(input)


class Softmin(nn.Cell):
    """Return the softmax of the negative along an axis; a single number gives 1."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def construct(self, input: Tensor) -> Tensor:
        return softmin(input, self.dim)


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Scale what is below zero, by one slope or by one for every channel."""
    slopes = weight.reshape(() if weight.size == 1 else (-1,) + (1,) * (input.ndim - 2))
    return ops.where(input >= 0, input, input * slopes)
