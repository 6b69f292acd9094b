"""Pools over windows with any padding and dilation."""

from mindspore import Tensor, float32, int64, ops


def pool_windows(x: Tensor, kernel, strides, dilations, begins, ends, sizes) -> tuple[Tensor, Tensor, Tensor]:
    """Return the values of each window, which of them lie inside the input, and which inside the padded input.

    Args:
        x: The values, of the shape (batch, channels, ...).
        kernel: The window's size along each axis.
        strides: The strides.
        dilations: The dilations.
        begins: The padding before each axis.
        ends: The padding after each axis.
        sizes: The result's sizes.

    Returns:
        Values of the shape (batch, channels, *sizes, places), and ones and zeros of a shape that broadcasts to it.
    """
    n = len(kernel)
    values = x
    inside = around = ops.ones((1,) * (2 + 2 * n), float32)
    for index in range(n):
        axis, length = 2 + 2 * index, x.shape[2 + index]
        places = [
            start * strides[index] + step * dilations[index] - begins[index]
            for start in range(sizes[index])
            for step in range(kernel[index])
        ]
        pair = (sizes[index], kernel[index])
        values = ops.gather(values, Tensor([min(max(place, 0), length - 1) for place in places], int64), axis)
        values = values.reshape((*values.shape[:axis], *pair, *values.shape[axis + 1 :]))
        shape = (1,) * axis + pair + (1,) * (2 * n - 2 * index - 2)
        inside = inside * Tensor([float(0 <= place < length) for place in places], float32).reshape(shape)
        limit = length + ends[index]
        around = around * Tensor([float(place < limit) for place in places], float32).reshape(shape)
    order = (0, 1, *range(2, 2 + 2 * n, 2), *range(3, 3 + 2 * n, 2))
    outer = (*values.shape[:2], *sizes, -1)
    masks = [mask.transpose(order).reshape((1, 1, *sizes, -1)) for mask in (inside, around)]
    return values.transpose(order).reshape(outer), masks[0], masks[1]


def average_windows(x: Tensor, kernel, strides, dilations, begins, ends, sizes, count_include_pad: bool) -> Tensor:
    """Return the average of each window; padding counts or not, but what lies beyond it never does."""
    values, inside, around = pool_windows(x, kernel, strides, dilations, begins, ends, sizes)
    total = (values * inside.astype(x.dtype)).sum(-1)
    return total / (around if count_include_pad else inside).sum(-1).astype(x.dtype)


def norm_windows(x: Tensor, kernel, strides, dilations, begins, ends, sizes, power: float) -> Tensor:
    """Return the norm of each window."""
    values, inside, _ = pool_windows(x, kernel, strides, dilations, begins, ends, sizes)
    return ((ops.abs(values) * inside) ** power).sum(-1) ** (1 / power)


def largest_in_windows(
    x: Tensor, kernel, strides, dilations, begins, ends, sizes, by_columns: bool
) -> tuple[Tensor, Tensor]:
    """Return the largest value of each window, and its place in the whole input."""
    count = x.size
    if by_columns:
        numbers = ops.arange(count).reshape((*x.shape[:2], *x.shape[:1:-1])).swapaxes(2, x.ndim - 1)
    else:
        numbers = ops.arange(count).reshape(x.shape)
    values, inside, _ = pool_windows(x.astype(float32), kernel, strides, dilations, begins, ends, sizes)
    places, _, _ = pool_windows(numbers, kernel, strides, dilations, begins, ends, sizes)
    hidden = ops.where(inside > 0, values, ops.full_like(values, float("-inf")))
    index = ops.argmax(hidden, -1, True)
    largest = ops.gather_elements(values, -1, index).squeeze(-1).astype(x.dtype)
    return largest, ops.gather_elements(places, -1, index).squeeze(-1)
