"""Fourier transforms and windows as ONNX has them."""

import math

from mindspore import Tensor, ops


def fourier_transform(
    x: Tensor, dft_length: Tensor | None = None, axis=-2, inverse: int = 0, onesided: int = 0
) -> Tensor:
    """Return the discrete Fourier transform along an axis; the last axis holds the real and imaginary parts."""
    place = (-2 if axis is None else int(axis)) % x.ndim
    imaginary = x[..., 1] if x.shape[-1] == 2 else ops.zeros_like(x[..., 0])
    signal = ops.Complex()(x[..., 0], imaginary)
    length = None if dft_length is None else int(dft_length)
    if inverse and onesided:
        return ops.irfft(signal, length or 2 * (x.shape[place] - 1), place).expand_dims(-1)
    size = length or x.shape[place]
    result = ops.ifft(signal, size, place) if inverse else ops.fft(signal, size, place)
    pairs = ops.stack((ops.real(result), ops.imag(result)), -1)
    return pairs[(slice(None),) * place + (slice(0, size // 2 + 1),)] if onesided else pairs


def short_time_fourier_transform(
    signal: Tensor,
    frame_step: Tensor,
    window: Tensor | None = None,
    frame_length: Tensor | None = None,
    onesided: int = 1,
) -> Tensor:
    """Return the Fourier transform of each frame of (batch, length, 1 or 2)."""
    step = int(frame_step)
    size = int(frame_length) if frame_length is not None else window.shape[0]
    count = 1 + (signal.shape[1] - size) // step
    frames = ops.stack([signal[:, start * step : start * step + size] for start in range(count)], 1)
    if window is not None:
        frames = frames * window.reshape((1, 1, -1, 1))
    return fourier_transform(frames, None, 2, 0, onesided)


def cosine_window(size: Tensor, terms: tuple[float, ...], periodic: bool, dtype) -> Tensor:
    """Return a window that is a sum of cosines, with alternating signs."""
    count = int(size)
    period = count if periodic else count - 1
    values = [
        sum((-1) ** k * term * math.cos(2 * math.pi * k * place / period) for k, term in enumerate(terms))
        for place in range(count)
    ]
    return Tensor(values, dtype)


def mel_weights(
    num_mel_bins: Tensor, dft_length: Tensor, sample_rate: Tensor, lower: Tensor, upper: Tensor, dtype
) -> Tensor:
    """Return the matrix that turns a spectrum into one of mel bands."""
    bands, length, rate = int(num_mel_bins), int(dft_length), int(sample_rate)
    bottom, top = (2595 * math.log10(1 + float(edge) / 700) for edge in (lower, upper))
    step = (top - bottom) / (bands + 2)
    hertz = [700 * (10 ** ((bottom + band * step) / 2595) - 1) for band in range(bands + 2)]
    bins = [int((length + 1) * frequency // rate) for frequency in hertz]
    rows = [[0.0] * bands for _ in range(length // 2 + 1)]
    for band in range(bands):
        left, center, right = bins[band : band + 3]
        rows[center][band] = 1.0
        for place in range(left, center):
            rows[place][band] = (place - left) / (center - left)
        for place in range(center, right):
            rows[place][band] = (right - place) / (right - center)
    return Tensor(rows, dtype)
