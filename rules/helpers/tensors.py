"""Casting, inverting and reshaping of tensors."""

import math

import mindspore
from mindspore import Tensor, ops


def to_type(input: Tensor, *args, **kwargs) -> Tensor:
    """Cast to a type or to that of another tensor; MindSpore chooses the device itself."""
    for target in (*args, *kwargs.values()):
        target = getattr(target, "dtype", target)
        if isinstance(target, mindspore.Type):
            return input.astype(target)
        if callable(target):  # what makes tensors of one type
            return target(input)
    return input


def element_count(shape: tuple[int, ...]) -> int:
    """Return how many elements a tensor of a shape has."""
    return math.prod(shape)


def bitwise_not(input: Tensor) -> Tensor:
    """Invert every bit of whole numbers, or booleans."""
    return ops.logical_not(input) if input.dtype == mindspore.bool_ else -input - 1


def unflatten(input: Tensor, dim: int, sizes) -> Tensor:
    """Split an axis into several."""
    axis = dim % input.ndim
    return input.reshape((*input.shape[:axis], *sizes, *input.shape[axis + 1 :]))
