"""Sums of products in the notation of Einstein."""

import math

from mindspore import Tensor, ops

# The axes that an ellipsis stands for; the last one of every operand is the last of these.
UNNAMED = "0123456789"


def einsum(equation: str, *operands) -> Tensor:
    """Multiply tensors, and sum over the axes that the result lacks.

    Args:
        equation: A letter for each axis, as in ``...ij,...jk->...ik``; without an arrow, the result has the axes of
            the ellipsis and then the letters that occur once, sorted.
        operands: The tensors, or one list of them.
    """
    if isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    sources, arrow, result = equation.replace(" ", "").partition("->")
    names = []
    widest = 0
    terms = sources.split(",")
    if len(terms) != len(operands):
        raise ValueError(f"The equation {equation!r} is for {len(terms)} tensors, not for {len(operands)}.")
    for term, operand in zip(terms, operands):
        unnamed = operand.ndim - len(term.replace("...", ""))
        widest = max(widest, unnamed)
        names.append(term.replace("...", UNNAMED[len(UNNAMED) - unnamed :]))
    if not arrow:
        once = sorted(c for c in set(sources) if c.isalpha() and sources.count(c) == 1)
        result = "..." + "".join(once)
    result = result.replace("...", UNNAMED[len(UNNAMED) - widest :])
    total, name = diagonal_of(operands[0], names[0])
    for index in range(1, len(operands)):
        other, its_name = diagonal_of(operands[index], names[index])
        total, name = multiply_axes(total, name, other, its_name, result + "".join(names[index + 1 :]))
    total, name = sum_axes(total, name, result)
    return total.transpose(tuple(name.index(c) for c in result)) if result else total


def diagonal_of(x: Tensor, name: str) -> tuple[Tensor, str]:
    """Keep of axes of the same letter what lies on their diagonal, so that each letter occurs once."""
    for letter in sorted(set(name)):
        while name.count(letter) > 1:
            first, last = name.index(letter), name.rindex(letter)
            x = ops.diagonal(x, 0, first, last)
            name = name[:first] + name[first + 1 : last] + name[last + 1 :] + letter
    return x, name


def sum_axes(x: Tensor, name: str, kept: str) -> tuple[Tensor, str]:
    """Sum over the axes whose letters are not kept."""
    axes = tuple(i for i in range(len(name)) if name[i] not in kept)
    if not axes:
        return x, name
    return x.sum(axes).astype(x.dtype), "".join(c for c in name if c in kept)


def multiply_axes(x: Tensor, name: str, y: Tensor, other: str, kept: str) -> tuple[Tensor, str]:
    """Multiply two tensors as matrices, and sum over the shared axes that are not kept."""
    x, name = sum_axes(x, name, kept + other)
    y, other = sum_axes(y, other, kept + name)
    # An ellipsis may be longer in one of them; its axes are not summed over, and have the size 1 in the other.
    for c in UNNAMED:
        if c in name and c not in other:
            y, other = y.expand_dims(0), c + other
        elif c in other and c not in name:
            x, name = x.expand_dims(0), c + name
    batch = "".join(c for c in name if c in other and c in kept)
    inner = "".join(c for c in name if c in other and c not in kept)
    left = "".join(c for c in name if c not in other)
    right = "".join(c for c in other if c not in name)
    x = x.transpose(tuple(name.index(c) for c in batch + left + inner))
    y = y.transpose(tuple(other.index(c) for c in batch + inner + right))
    rows, columns = x.shape[len(batch) : len(batch + left)], y.shape[len(batch + inner) :]
    count = 1
    for size in y.shape[len(batch) : len(batch + inner)]:
        count *= size
    x = x.reshape((*x.shape[: len(batch)], -1, count))
    y = y.reshape((*y.shape[: len(batch)], count, -1))
    product = ops.matmul(x, y)
    return product.reshape((*product.shape[:-2], *rows, *columns)), batch + left + right


def tensordot(a: Tensor, b: Tensor, dims=2) -> Tensor:
    """Multiply tensors and sum over the last axes of one and the first of the other, or over named axes."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        dims = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    first, second = ([axes] if isinstance(axes, int) else list(axes) for axes in dims)
    first, second = [axis % a.ndim for axis in first], [axis % b.ndim for axis in second]
    for one, two in zip(first, second):  # an axis of size 1 broadcasts, so that the other may be summed over at once
        if a.shape[one] < b.shape[two]:
            b = b.sum(two, keepdim=True)
        elif a.shape[one] > b.shape[two]:
            a = a.sum(one, keepdim=True)
    rows = [axis for axis in range(a.ndim) if axis not in first]
    columns = [axis for axis in range(b.ndim) if axis not in second]
    size = math.prod(a.shape[axis] for axis in first)
    shape = [*(a.shape[axis] for axis in rows), *(b.shape[axis] for axis in columns)]
    left = ops.permute(a, (*rows, *first)) if a.ndim > 1 else a
    right = ops.permute(b, (*second, *columns)) if b.ndim > 1 else b
    if not size:
        return ops.zeros(shape, a.dtype)
    return ops.matmul(left.reshape(-1, size), right.reshape(size, -1)).reshape(shape)
