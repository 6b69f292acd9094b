"""Fourier transforms of real numbers that MindSpore gets wrong."""

import mindspore
from mindspore import Tensor, ops

# The inverse transform is the conjugate of the forward one, with the scale of the other direction.
OTHER_SCALE = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def without_bools(input: Tensor) -> Tensor:
    """Return bools as integers, and numbers as they are."""
    return input.int() if input.dtype == mindspore.bool_ else input


def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """Return the half of the inverse transform of real numbers that tells the other half.

    MindSpore's own function is right at every other call only.
    """
    return ops.conj(ops.rfft(without_bools(input), n, dim, OTHER_SCALE[norm]))


def ihfftn(input: Tensor, s=None, dim=None, norm: str | None = None) -> Tensor:
    """Return the half of the inverse transform over several axes of real numbers that tells the other half."""
    sizes, axes = ((value,) if isinstance(value, int) else value for value in (s, dim))
    return ops.conj(ops.rfftn(without_bools(input), sizes, axes, OTHER_SCALE[norm]))


def ihfft2(input: Tensor, s=None, dim=(-2, -1), norm: str | None = None) -> Tensor:
    """Return the half of the inverse transform over two axes of real numbers that tells the other half."""
    return ihfftn(input, s, dim, norm)
