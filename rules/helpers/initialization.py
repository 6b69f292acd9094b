"""Initial values for parameters."""

import math

import numpy as np
from mindspore import Parameter, Tensor
from mindspore.common.initializer import (
    HeNormal,
    HeUniform,
    Normal,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    XavierNormal,
    XavierUniform,
    initializer,
)


def initialize(tensor, values, shift=0):
    """Overwrite a parameter or tensor with the shifted values of an initializer, and return it."""
    data = values if isinstance(values, Tensor) else initializer(values, tensor.shape, tensor.dtype).init_data()
    if shift:
        data = data + shift
    if isinstance(tensor, Parameter):
        tensor.set_data(data)
    elif tensor.ndim:
        tensor[:] = data  # this writes through a view, too
    else:
        tensor.assign_value(data)
    return tensor


def reset_parameters_of(layer) -> None:
    """Give a layer new parameters, from the distributions that PyTorch's layers start with."""
    values = {name.rpartition(".")[2]: value for name, value in layer.parameters_and_names()}
    if hasattr(layer, "padding_idx"):  # an embedding
        for table in values.values():
            normal_(table)
            if layer.padding_idx is not None:
                table[layer.padding_idx] = 0
    elif hasattr(layer, "hidden_size") or hasattr(layer, "in1_channels"):  # a recurrent or bilinear layer
        limit = 1 / math.sqrt(layer.hidden_size if hasattr(layer, "hidden_size") else layer.in1_channels)
        for value in values.values():
            uniform_(value, -limit, limit)
    elif "gamma" in values or hasattr(layer, "eps"):  # a normalisation
        for name, value in values.items():
            constant_(value, 1 if name in ("gamma", "weight", "moving_variance", "running_var") else 0)
    elif "weight" in values:
        weight = values["weight"]
        kaiming_uniform_(weight, math.sqrt(5))
        if "bias" in values:
            limit = 1 / math.sqrt(math.prod(weight.shape[1:]))
            uniform_(values["bias"], -limit, limit)


def reset_running_stats(layer) -> None:
    """Let a normalisation forget the statistics of the batches that it has seen."""
    starts = {"moving_mean": 0, "running_mean": 0, "num_batches_tracked": 0, "moving_variance": 1, "running_var": 1}
    for name, value in layer.parameters_and_names():
        if name.rpartition(".")[2] in starts:
            constant_(value, starts[name.rpartition(".")[2]])


def calculate_fan_in_and_fan_out(tensor) -> tuple[int, int]:
    """Return how many values go into an output of a weight, and how many outputs an input goes to."""
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


def zeros_(tensor):
    """Fill a tensor with zeros."""
    return initialize(tensor, "zeros")


def ones_(tensor):
    """Fill a tensor with ones."""
    return initialize(tensor, "ones")


def constant_(tensor, val):
    """Fill a tensor with a value."""
    return initialize(tensor, val)


def normal_(tensor, mean=0.0, std=1.0):
    """Fill a tensor from a normal distribution."""
    return initialize(tensor, Normal(sigma=std, mean=mean))


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    """Fill a tensor from a normal distribution that is cut off at a and b."""
    return initialize(tensor, TruncatedNormal(sigma=std, mean=mean, a=a, b=b))


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Fill a tensor from the uniform distribution between a and b."""
    if generator is not None:
        raise ValueError("There are no generators here; call mindspore.set_seed and leave generator out.")
    return initialize(tensor, Uniform((b - a) / 2), shift=(a + b) / 2)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Fill a tensor from a normal distribution that keeps the variance through rectifiers."""
    return initialize(tensor, HeNormal(a, mode, nonlinearity))


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Fill a tensor from a uniform distribution that keeps the variance through rectifiers."""
    return initialize(tensor, HeUniform(a, mode, nonlinearity))


def xavier_normal_(tensor, gain=1.0):
    """Fill a tensor from a normal distribution that keeps the variance in both directions."""
    return initialize(tensor, XavierNormal(gain))


def xavier_uniform_(tensor, gain=1.0):
    """Fill a tensor from a uniform distribution that keeps the variance in both directions."""
    return initialize(tensor, XavierUniform(gain))


def orthogonal_(tensor, gain=1.0):
    """Fill a tensor with rows or columns that are orthogonal to each other."""
    return initialize(tensor, Orthogonal(gain))


def calculate_gain(nonlinearity, param=None):
    """Return the factor by which an activation shrinks the standard deviation."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    return {"tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}.get(nonlinearity, 1.0)


def eye_(tensor):
    """Fill a matrix with the identity."""
    return initialize(tensor, Tensor(np.eye(*tensor.shape), tensor.dtype))


def dirac_(tensor, groups=1):
    """Fill the kernels of a convolution so that as many channels as possible pass through unchanged."""
    values = np.zeros(tensor.shape, np.float32)
    size = tensor.shape[0] // groups
    centre = tuple(length // 2 for length in tensor.shape[2:])
    for group in range(groups):
        for channel in range(min(size, tensor.shape[1])):
            values[(group * size + channel, channel, *centre)] = 1
    return initialize(tensor, Tensor(values, tensor.dtype))
