"""Sums of products in the notation of Einstein."""

import math
import string

from mindspore import Tensor, ops


def split_equation(equation: str, ranks: list[int]) -> tuple[list[str], str]:
    """Return the labels of the operands and of the result, with letters in the place of the dots."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    unused = [letter for letter in string.ascii_letters if letter not in equation]
    places = [(labels, rank) for labels, rank in zip(inputs, ranks) if "..." in labels]
    dots = "".join(unused[: max((rank - len(labels) + 3 for labels, rank in places), default=0)])
    inputs = [
        labels.replace("...", dots[len(dots) - (rank - len(labels) + 3) :] if "..." in labels else "")
        for labels, rank in zip(inputs, ranks)
    ]
    if not arrow:
        letters = "".join(inputs)
        output = "..." + "".join(sorted(x for x in set(letters) if letters.count(x) == 1 and x not in dots))
    return inputs, output.replace("...", dots)


def contract(left: Tensor, left_labels: str, right: Tensor, right_labels: str, output: str) -> Tensor:
    """Multiply two tensors and sum over the labels that the result does not have."""
    shared = [x for x in left_labels if x in right_labels]
    batch = [x for x in shared if x in output]
    summed = [x for x in shared if x not in output]
    rows = [x for x in left_labels if x not in shared]
    columns = [x for x in right_labels if x not in shared]
    sizes = dict(zip(right_labels, right.shape)) | dict(zip(left_labels, left.shape))
    b, r, s, c = (math.prod(sizes[x] for x in labels) for labels in (batch, rows, summed, columns))
    left = left.permute(*[left_labels.index(x) for x in batch + rows + summed]).reshape(b, r, s)
    right = right.permute(*[right_labels.index(x) for x in batch + summed + columns]).reshape(b, s, c)
    labels = batch + rows + columns
    product = ops.matmul(left, right) if summed else left * right
    product = product.reshape([sizes[x] for x in labels])
    return product.permute(*[labels.index(x) for x in output]) if len(labels) > 1 else product


def einsum(equation: str, *operands) -> Tensor:
    """Multiply tensors and sum over the labels that the result does not have."""
    tensors = list(operands[0]) if isinstance(operands[0], (list, tuple)) else list(operands)
    inputs, output = split_equation(equation, [tensor.ndim for tensor in tensors])
    if any(len(set(labels)) < len(labels) for labels in inputs):
        raise ValueError(f"A label stands twice in an operand of {equation!r}; take the diagonal before.")
    while tensors:
        tensor, labels = tensors.pop(0), inputs.pop(0)
        needed = output + "".join(inputs)
        alone = tuple(index for index, label in enumerate(labels) if label not in needed)
        if alone:
            tensor, labels = tensor.sum(alone), "".join(x for x in labels if x in needed)
        if not tensors:
            return tensor.permute(*[labels.index(x) for x in output]) if len(labels) > 1 else tensor
        other, other_labels = tensors.pop(0), inputs.pop(0)
        needed = output + "".join(inputs)
        result = "".join(x for x in dict.fromkeys(labels + other_labels) if x in needed)
        extra = tuple(i for i, x in enumerate(other_labels) if x not in needed and x not in labels)
        if extra:
            other, other_labels = other.sum(extra), "".join(x for x in other_labels if x in needed or x in labels)
        tensors.insert(0, contract(tensor, labels, other, other_labels, result))
        inputs.insert(0, result)
    raise ValueError("There is nothing to multiply.")


def tensordot(a: Tensor, b: Tensor, dims=2) -> Tensor:
    """Multiply tensors and sum over the last axes of one and the first of the other, or over named axes."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        dims = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    first, second = ([axes] if isinstance(axes, int) else list(axes) for axes in dims)
    first, second = [axis % a.ndim for axis in first], [axis % b.ndim for axis in second]
    rows = [axis for axis in range(a.ndim) if axis not in first]
    columns = [axis for axis in range(b.ndim) if axis not in second]
    size = math.prod(a.shape[axis] for axis in first)
    shape = [*(a.shape[axis] for axis in rows), *(b.shape[axis] for axis in columns)]
    left = ops.permute(a, (*rows, *first)) if a.ndim > 1 else a
    right = ops.permute(b, (*second, *columns)) if b.ndim > 1 else b
    if not size:
        return ops.zeros(shape, a.dtype)
    return ops.matmul(left.reshape(-1, size), right.reshape(size, -1)).reshape(shape)
