"""Joining, splitting and reshaping of tensors where the target's functions are narrower."""

import numpy as np
from mindspore import Tensor, ops


def atleast_1d(*tensors):
    """Return tensors with one axis at least; one alone for one argument."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    results = tuple(x.reshape(1) if x.ndim == 0 else x for x in given)
    return results if given is tensors[0] or len(tensors) > 1 else results[0]


def atleast_2d(*tensors):
    """Return tensors with two axes at least; one alone for one argument."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    results = tuple(x.reshape((1, -1)) if x.ndim < 2 else x for x in given)
    return results if given is tensors[0] or len(tensors) > 1 else results[0]


def atleast_3d(*tensors):
    """Return tensors with three axes at least; one alone for one argument."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    results = tuple(
        x.reshape((1, -1, 1)) if x.ndim < 2 else ops.expand_dims(x, -1) if x.ndim == 2 else x for x in given
    )
    return results if given is tensors[0] or len(tensors) > 1 else results[0]


def broadcast_shapes(*shapes) -> tuple[int, ...]:
    """Return the shape that shapes have in common."""
    return tuple(np.broadcast_shapes(*shapes))


def broadcast_tensors(*tensors) -> tuple[Tensor, ...]:
    """Return tensors with the shape that theirs have in common."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    shape = np.broadcast_shapes(*[x.shape for x in given])
    return tuple(ops.broadcast_to(x, shape) for x in given)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Return all combinations of the elements of vectors, one a row."""
    return tensors[0] if len(tensors) == 1 else ops.cartesian_prod(*tensors)


def hsplit(input: Tensor, indices_or_sections) -> tuple[Tensor, ...]:
    """Split along the second axis; a vector along its only one."""
    return tensor_split(input, indices_or_sections, 0 if input.ndim == 1 else 1)


def tensor_split(input: Tensor, indices_or_sections, dim: int = 0) -> tuple[Tensor, ...]:
    """Split at places, or into a number of parts that differ by one element at most."""
    places = indices_or_sections
    if isinstance(places, Tensor):
        places = places.tolist()
    size = input.shape[dim]
    if isinstance(places, int):
        small, rest = divmod(size, places)
        ends = [(index + 1) * small + min(index + 1, rest) for index in range(places - 1)]
    else:
        ends = list(places)
    key = [slice(None)] * input.ndim
    parts = []
    for start, end in zip([0, *ends], [*ends, size]):
        key[dim] = slice(start, end)
        parts.append(input[tuple(key)])
    return tuple(parts)


def slice_of(input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """Return part of an axis."""
    key = [slice(None)] * input.ndim
    key[dim] = slice(start, end, step)
    return input[tuple(key)]


def sum_to_size(input: Tensor, *size) -> Tensor:
    """Sum over what broadcasting from a smaller shape would repeat."""
    shape = tuple(size[0]) if len(size) == 1 and isinstance(size[0], (list, tuple)) else size
    more = input.ndim - len(shape)
    axes = [*range(more), *(more + index for index, n in enumerate(shape) if n == 1)]
    return (input.sum(tuple(axes), keepdim=True) if axes else input).reshape(shape)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Return the powers of numbers, one number a row, the highest first unless ``increasing``."""
    powers = np.arange(x.shape[-1] if N is None else N)
    exponents = Tensor(powers if increasing else powers[::-1].copy()).astype(x.dtype)
    return ops.pow(ops.expand_dims(x, -1), exponents)
