"""New tensors, with the arguments of PyTorch's functions."""

import numpy as np
from mindspore import Tensor, float32, ops


def shape_of(size: tuple, out) -> tuple:
    """Return the shape that numbers, or one sequence of them, mean."""
    if out is not None:
        raise ValueError("There is no tensor to write into here; leave out away and use the result.")
    return size if len(size) != 1 or isinstance(size[0], int) else tuple(size[0])


def filled(shape: tuple, value: int, dtype) -> Tensor:
    """Make a tensor of one value; the operators of zeros and ones do not know the shape ()."""
    return ops.full(shape, value, dtype=dtype or float32) if shape else Tensor(value, dtype or float32)


def zeros(
    *size, out=None, dtype=None, layout=None, device=None, pin_memory: bool = False, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of zeros."""
    return filled(shape_of(size, out), 0, dtype)


def ones(
    *size, out=None, dtype=None, layout=None, device=None, pin_memory: bool = False, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of ones."""
    return filled(shape_of(size, out), 1, dtype)


def empty(
    *size,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    memory_format=None,
) -> Tensor:
    """Make a tensor whose values do not matter."""
    return filled(shape_of(size, out), 0, dtype)


def linspace(start, end, steps: int, *, dtype=None) -> Tensor:
    """Return numbers at equal distances, between ends that may be tensors of any type."""
    shares = ops.arange(steps).astype(float32) / max(steps - 1, 1)
    return (start + (end - start) * shares).astype(float32 if dtype is None else dtype)


def logspace(start, end, steps: int, base: float = 10.0, *, dtype=None) -> Tensor:
    """Return powers of a base at equal distances of the exponents."""
    return ops.pow(base, linspace(start, end, steps)).astype(float32 if dtype is None else dtype)


def new_tensor(*args, device=None, **named) -> Tensor:
    """Make zeros of sizes that are numbers, or a tensor of float32 of anything else, as PyTorch's class does."""
    args = args or tuple(named.values())
    if len(args) != 1 or isinstance(args[0], (int, np.integer)):
        return ops.zeros(tuple(map(int, args)) or (0,), float32)
    return args[0].astype(float32) if isinstance(args[0], Tensor) else Tensor(args[0], float32)
