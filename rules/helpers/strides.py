"""What PyTorch does with the memory of a tensor, done by the places of elements in a contiguous one."""

import math

import numpy as np
from mindspore import Tensor, ops


def strided_places(size, stride, storage_offset: int) -> Tensor:
    """Return where in memory the elements of a shape are."""
    places = np.full(tuple(size), storage_offset, np.int64)
    for axis, step in enumerate(stride):
        shape = [-1 if other == axis else 1 for other in range(len(stride))]
        places = places + step * np.arange(size[axis]).reshape(shape)
    return Tensor(places)


def as_strided(input: Tensor, size, stride, storage_offset: int | None = None) -> Tensor:
    """Return the elements of a contiguous tensor at regular distances."""
    return ops.gather(input.reshape(-1), strided_places(size, stride, storage_offset or 0), 0)


def as_strided_scatter(input: Tensor, src: Tensor, size, stride, storage_offset: int | None = None) -> Tensor:
    """Return a copy with elements written at regular distances."""
    flat = input.reshape(-1).copy()
    flat[strided_places(size, stride, storage_offset or 0).reshape(-1)] = src.reshape(-1)
    return flat.reshape(input.shape)


def resize(input: Tensor, size) -> Tensor:
    """Return the first elements in another shape, filled up with zeros."""
    flat, count = input.reshape(-1), math.prod(size)
    if count > flat.shape[0]:
        flat = ops.cat([flat, ops.zeros(count - flat.shape[0], flat.dtype)])
    return flat[:count].reshape(tuple(size))
