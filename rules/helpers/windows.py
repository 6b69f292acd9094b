"""Windows of signals."""

import math

import mindspore
import numpy as np
from mindspore import Tensor


def window_of(values: np.ndarray, dtype=None) -> Tensor:
    """Return the values of a window as a tensor; a single one is 1."""
    return Tensor(np.ones(1) if len(values) == 1 else values, dtype or mindspore.float32)


def intervals(M: int, sym: bool) -> int:
    """Return how many steps a window is long: a periodic one ends before its first value comes again."""
    return max(M - 1 if sym else M, 1)


def general_cosine(M: int, *, a, sym: bool = True, dtype=None) -> Tensor:
    """Return a sum of cosines with the given weights, of alternating sign."""
    angle = np.arange(M) * (2 * math.pi / intervals(M, sym))
    return window_of(sum((-1) ** order * weight * np.cos(order * angle) for order, weight in enumerate(a)), dtype)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, dtype=None) -> Tensor:
    """Return a cosine on a pedestal."""
    return general_cosine(M, a=[alpha, 1.0 - alpha], sym=sym, dtype=dtype)


def hamming(M: int, *, sym: bool = True, dtype=None) -> Tensor:
    """Return the window of Hamming."""
    return general_hamming(M, sym=sym, dtype=dtype)


def hann(M: int, *, sym: bool = True, dtype=None) -> Tensor:
    """Return the window of Hann."""
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype)


def blackman(M: int, *, sym: bool = True, dtype=None) -> Tensor:
    """Return the window of Blackman."""
    return general_cosine(M, a=[0.42, 0.5, 0.08], sym=sym, dtype=dtype)


def nuttall(M: int, *, sym: bool = True, dtype=None) -> Tensor:
    """Return the window of Nuttall with the least side lobes."""
    return general_cosine(M, a=[0.3635819, 0.4891775, 0.1365995, 0.0106411], sym=sym, dtype=dtype)


def bartlett(M: int, *, sym: bool = True, dtype=None) -> Tensor:
    """Return a triangle that ends in zeros."""
    return window_of(1 - np.abs(np.arange(M) * (2 / intervals(M, sym)) - 1), dtype)


def cosine(M: int, *, sym: bool = True, dtype=None) -> Tensor:
    """Return half a wave of a sine."""
    return window_of(np.sin((np.arange(M) + 0.5) * (math.pi / (intervals(M, sym) + 1))), dtype)


def exponential(M: int, *, center=None, tau: float = 1.0, sym: bool = True, dtype=None) -> Tensor:
    """Return what decays from a center to both sides."""
    middle = intervals(M, sym) / 2 if center is None else center
    return window_of(np.exp(-np.abs(np.arange(M) - middle) / tau), dtype)


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, dtype=None) -> Tensor:
    """Return a bell."""
    return window_of(np.exp(-(((np.arange(M) - intervals(M, sym) / 2) / std) ** 2) / 2), dtype)


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, dtype=None) -> Tensor:
    """Return the window of Kaiser."""
    place = np.arange(M) * (2 / intervals(M, sym)) - 1
    return window_of(np.i0(beta * np.sqrt(np.maximum(1 - place**2, 0))) / np.i0(beta), dtype)
