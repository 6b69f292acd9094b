"""Sequences as Python lists, and optionals as None."""

from mindspore import Tensor, int64, ops


def list_of(tensors) -> list:
    """Return tensors as a list."""
    return list(tensors)


def with_inserted(sequence: list, tensor: Tensor, position: Tensor | None = None) -> list:
    """Return a list with one more tensor, at the end or at a position."""
    place = len(sequence) if position is None else int(position)
    if place < 0:
        place += len(sequence)
    return [*sequence[:place], tensor, *sequence[place:]]


def with_erased(sequence: list, position: Tensor | None = None) -> list:
    """Return a list without its last tensor, or the one at a position."""
    place = (-1 if position is None else int(position)) % len(sequence)
    return [*sequence[:place], *sequence[place + 1 :]]


def concatenated(sequence: list, axis: int, new_axis: int = 0) -> Tensor:
    """Return the tensors of a list joined along an axis, which may be a new one."""
    return ops.stack(sequence, axis) if new_axis else ops.cat(sequence, axis)


def split_to_list(x: Tensor, split: Tensor | None = None, axis: int = 0, keepdims: int = 1) -> list:
    """Return the parts of a tensor along an axis.

    Args:
        x: The values.
        split: The size of all parts but the last, or the size of each; without it, each part has the size one.
        axis: The axis.
        keepdims: Whether parts of the size one keep the axis, where no split is given.
    """
    axis = axis % x.ndim
    length = x.shape[axis]
    if split is None:
        parts = [x[(slice(None),) * axis + (slice(place, place + 1),)] for place in range(length)]
        return parts if keepdims else [part.squeeze(axis) for part in parts]
    if split.ndim:
        sizes = split.tolist()
    else:
        size = int(split)
        sizes = [min(size, length - begin) for begin in range(0, length, size)]
    parts, begin = [], 0
    for size in sizes:
        parts.append(x[(slice(None),) * axis + (slice(begin, begin + size),)])
        begin += size
    return parts


def length_of(sequence: list) -> Tensor:
    """Return the number of tensors of a list as a tensor."""
    return Tensor(len(sequence), int64)
