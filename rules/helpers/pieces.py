"""Joining, splitting and reshaping of tensors where the target's functions are narrower."""

import itertools

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


def sum_to_size(input: Tensor, size) -> Tensor:
    """Sum over what broadcasting from a smaller shape would repeat."""
    if not size:
        return input.sum()
    more = input.ndim - len(size)
    axes = [*range(more), *(more + index for index, n in enumerate(size) if n == 1)]
    return (input.sum(tuple(axes), keepdim=True) if axes else input).reshape(size)


def narrow(input: Tensor, dim: int, start, length: int) -> Tensor:
    """Return part of an axis, which may be empty, from a place that may be a tensor."""
    first = int(start) % max(input.shape[dim], 1) if int(start) < 0 else int(start)
    key = [slice(None)] * input.ndim
    key[dim] = slice(first, first + length)
    return input[tuple(key)]


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """Return all choices of elements of a vector, one a row."""
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(input.shape[0]), r)), np.int64).reshape(-1, r)
    return ops.gather(input, Tensor(places), 0) if places.size else ops.zeros(places.shape, input.dtype)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Return the powers of numbers, one number a row, the highest first unless ``increasing``."""
    powers = np.arange(x.shape[-1] if N is None else N)
    exponents = Tensor(powers if increasing else powers[::-1].copy()).astype(x.dtype)
    return ops.pow(ops.expand_dims(x, -1), exponents)


def crop_and_pad(input: Tensor, pad, value=0) -> Tensor:
    """Pad the last axes with one number, the last of them first; a negative size cuts off."""
    key = [slice(None)] * input.ndim
    shape = list(input.shape)
    for axis, before, after in zip(range(input.ndim - 1, -1, -1), pad[::2], pad[1::2]):
        key[axis] = slice(max(-before, 0), input.shape[axis] - max(-after, 0))
        shape[axis] += before + after
    if 0 in shape:
        return ops.zeros(shape, input.dtype)
    return ops.pad(input[tuple(key)], [max(size, 0) for size in pad], value=value)


def transpose_copy(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return a tensor with two axes swapped, which are the same one where there is none."""
    return ops.swapaxes(input, dim0, dim1) if input.ndim else input.copy()
