"""New tensors, with the arguments of PyTorch's functions."""

from mindspore import Tensor, float32, ops


def shape_of(size: tuple, out) -> tuple:
    """Return the shape that numbers, or one sequence of them, mean."""
    if out is not None:
        raise ValueError("There is no tensor to write into here; leave out away and use the result.")
    return size if len(size) != 1 or isinstance(size[0], int) else tuple(size[0])


def zeros(
    *size, out=None, dtype=None, layout=None, device=None, pin_memory: bool = False, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of zeros."""
    return ops.zeros(shape_of(size, out), dtype or float32)


def ones(
    *size, out=None, dtype=None, layout=None, device=None, pin_memory: bool = False, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of ones."""
    return ops.ones(shape_of(size, out), dtype or float32)


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
    return ops.zeros(shape_of(size, out), dtype or float32)
