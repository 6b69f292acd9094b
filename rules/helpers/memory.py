"""Results that are written into memory that is there, as functions of PyTorch do with ``out``."""

from collections.abc import Sequence


def write_into(out, value):
    """Write a result into a tensor, or several into several; without one, return the result as it is.

    As in PyTorch, the tensor keeps its type and gets the shape of the result. Graph mode and gradients do not see it.
    """
    if out is None:
        return value
    if isinstance(out, Sequence):
        return tuple(write_into(one, other) for one, other in zip(out, value, strict=True))
    if out.shape != value.shape:
        out.assign_value(value.astype(out.dtype))
    elif out.ndim:
        out[:] = value  # [...] would part a view from what it is of
    else:
        out[...] = value
    return out
