"""Activation layers with the arguments of PyTorch's layers, for where a layer's class is passed around."""

from mindspore import nn


class ReLU(nn.ReLU):
    """Rectify; MindSpore has no in-place form, so ``inplace`` changes nothing."""

    def __init__(self, inplace=False):
        super().__init__()


class ReLU6(nn.ReLU6):
    """Rectify and clip at 6; MindSpore has no in-place form, so ``inplace`` changes nothing."""

    def __init__(self, inplace=False):
        super().__init__()


class SiLU(nn.SiLU):
    """Multiply with the sigmoid; MindSpore has no in-place form, so ``inplace`` changes nothing."""

    def __init__(self, inplace=False):
        super().__init__()


class Hardswish(nn.HSwish):
    """Approximate SiLU by pieces; MindSpore has no in-place form, so ``inplace`` changes nothing."""

    def __init__(self, inplace=False):
        super().__init__()


class Hardsigmoid(nn.HSigmoid):
    """Approximate the sigmoid by pieces; MindSpore has no in-place form, so ``inplace`` changes nothing."""

    def __init__(self, inplace=False):
        super().__init__()


class LeakyReLU(nn.LeakyReLU):
    """Rectify with a slope below zero, with the arguments of PyTorch's layer."""

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__(negative_slope)


class GELU(nn.GELU):
    """Multiply with the Gaussian distribution function, exact unless ``approximate`` is 'tanh'."""

    def __init__(self, approximate="none"):
        super().__init__(approximate=approximate == "tanh")
