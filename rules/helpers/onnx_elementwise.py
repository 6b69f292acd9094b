"""Operators of any number of tensors, which broadcast."""

from mindspore import Tensor, ops


def largest_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the largest value at each place of at least one tensor; the shapes are broadcast."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = ops.maximum(result, tensor)
    return result


def smallest_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the smallest value at each place of at least one tensor; the shapes are broadcast."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = ops.minimum(result, tensor)
    return result


def sum_of(tensors: tuple[Tensor, ...]) -> Tensor:
    """Return the sum of at least one tensor; the shapes are broadcast."""
    result = tensors[0]
    for tensor in tensors[1:]:
        result = result + tensor
    return result
