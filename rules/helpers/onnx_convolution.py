"""Convolutions whose kernel is computed at run time."""

from mindspore import Tensor, float32, int32, ops


def convolve(x: Tensor, w: Tensor, b: Tensor | None, strides, dilations, groups: int) -> Tensor:
    """Convolve over 1 to 3 axes without padding."""
    function = (ops.conv1d, ops.conv2d, ops.conv3d)[x.ndim - 3]
    if x.ndim == 3:
        strides, dilations = strides[0], dilations[0]
    return function(x, w, b, strides, dilation=dilations, groups=groups)


def padded(x: Tensor, begins, ends) -> Tensor:
    """Return ``x`` with zeros around its last axes; negative sizes cut off."""
    first = x.ndim - len(begins)
    parts = [slice(max(-begin, 0), size + min(end, 0)) for size, begin, end in zip(x.shape[first:], begins, ends)]
    x = x[(slice(None),) * first + tuple(parts)]
    sides = ()
    for begin, end in zip(begins, ends):
        sides = (max(begin, 0), max(end, 0), *sides)
    return ops.pad(x, sides) if max(sides) > 0 else x


def spread(x: Tensor, strides) -> Tensor:
    """Return ``x`` with zeros between its values along the last axes."""
    first = x.ndim - len(strides)
    for place, stride in enumerate(strides):
        axis = first + place
        if stride > 1:
            shape = (*x.shape[: axis + 1], stride - 1, *x.shape[axis + 1 :])
            wide = ops.cat((x.expand_dims(axis + 1), ops.zeros(shape, x.dtype)), axis + 1)
            length = x.shape[axis] * stride
            x = wide.reshape((*x.shape[:axis], length, *x.shape[axis + 1 :]))
            x = x[(slice(None),) * axis + (slice(0, length - stride + 1),)]
    return x


def transposed_convolution(
    x: Tensor, w: Tensor, b: Tensor | None, strides, dilations, begins, ends, groups: int = 1
) -> Tensor:
    """Convolve transposed over 1 to 3 axes.

    Args:
        x: The values, of the shape (batch, channels, ...).
        w: The kernel, of the shape (channels, results / groups, ...).
        b: The bias, or None.
        strides: The strides.
        dilations: The dilations of the kernel.
        begins: How much is cut off at the start of each axis.
        ends: How much is cut off at the end of each axis; less than nothing adds.
        groups: The number of groups.
    """
    axes = tuple(range(2, w.ndim))
    channels, results = w.shape[0] // groups, w.shape[1]
    kernel = ops.flip(w, axes).reshape((groups, channels, results, *w.shape[2:])).swapaxes(1, 2)
    kernel = kernel.reshape((groups * results, channels, *w.shape[2:]))
    reach = [dilation * (size - 1) for dilation, size in zip(dilations, w.shape[2:])]
    before = [size - begin for size, begin in zip(reach, begins)]
    after = [size - end for size, end in zip(reach, ends)]
    return convolve(padded(spread(x, strides), before, after), kernel, b, (1,) * len(axes), dilations, groups)


def integer_convolution(
    x: Tensor,
    w: Tensor,
    x_zero_point: Tensor | None,
    w_zero_point: Tensor | None,
    strides,
    dilations,
    begins,
    ends,
    groups: int = 1,
) -> Tensor:
    """Convolve quantized values; the result is int32."""
    values, kernel = x.astype(float32), w.astype(float32)
    if x_zero_point is not None:
        values = values - x_zero_point.astype(float32)
    if w_zero_point is not None:
        kernel = kernel - w_zero_point.astype(float32).reshape((-1,) + (1,) * (w.ndim - 1))
    return ops.round(convolve(padded(values, begins, ends), kernel, None, strides, dilations, groups)).astype(int32)
