"""Differences, areas and spectra of sampled signals."""

from mindspore import Tensor, ops


def cumulative_trapezoid(y: Tensor, x: Tensor | None = None, *, dx=1, dim: int = -1) -> Tensor:
    """Return the areas below a curve up to every point, by trapezoids along an axis."""
    rows = ops.movedim(y, dim, -1)
    if x is not None:
        points = x if x.ndim == 1 else ops.movedim(x, dim, -1)
        dx = points[..., 1:] - points[..., :-1]
    return ops.movedim(ops.cumsum((rows[..., 1:] + rows[..., :-1]) / 2 * dx, -1), -1, dim)


def gradient(input: Tensor, *, spacing=1, dim=None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """Return the derivatives along axes, by differences of the second order.

    Args:
        input: The values of a function at points.
        spacing: The distance of the points, 1 for None, one for each axis, or their coordinates along each axis as
            tensors.
        dim: The axes; all by default.
        edge_order: The order of the differences at both ends, 1 or 2.
    """
    axes = range(input.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    spacing = 1 if spacing is None else spacing
    steps = spacing if isinstance(spacing, (list, tuple)) else [spacing] * len(axes)
    rows = input if input.is_floating_point() else input.float()
    return tuple(derivative(rows, axis, step, edge_order) for axis, step in zip(axes, steps))


def derivative(input: Tensor, dim: int, spacing, edge_order: int) -> Tensor:
    """Return the derivative along one axis."""
    f = ops.movedim(input, dim, -1)
    points = spacing if isinstance(spacing, Tensor) else ops.arange(f.shape[-1]) * spacing
    widths = (points[1:] - points[:-1]).astype(f.dtype)
    slopes = (f[..., 1:] - f[..., :-1]) / widths
    before, after = widths[:-1], widths[1:]
    inner = (slopes[..., :-1] * after + slopes[..., 1:] * before) / (before + after)
    first, last = slopes[..., :1], slopes[..., -1:]
    if edge_order == 2:
        first = first + (first - slopes[..., 1:2]) * widths[0] / (widths[0] + widths[1])
        last = last + (last - slopes[..., -2:-1]) * widths[-1] / (widths[-1] + widths[-2])
    return ops.movedim(ops.cat([first, inner, last], -1), -1, dim)


def frame_window(window: Tensor | None, n_fft: int, win_length: int | None, like: Tensor) -> Tensor:
    """Return a window in the middle of a frame."""
    length = n_fft if win_length is None else win_length
    window = ops.ones(length, like.dtype) if window is None else window
    before = (n_fft - length) // 2
    return ops.pad(window, (before, n_fft - length - before)) if n_fft > length else window


def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
) -> Tensor:
    """Return the spectra of the windows of signals, frequencies before windows.

    Args:
        input: Signals along the last axis, of one batch axis at most.
        n_fft: How long a frame is.
        hop_length: How far apart frames are; a quarter of a frame by default.
        win_length: How long the window is; as long as a frame by default.
        window: The factors of the elements of a frame.
        center: Whether the middles of frames are at the multiples of the distance.
        pad_mode: What the ends are filled up with for that.
        normalized: Whether spectra are divided by the root of the length.
        onesided: Whether negative frequencies are left out; they are by default, if the signal is real.
        return_complex: Whether numbers are complex, else a last axis has their parts.
    """
    rows = input.reshape(-1, input.shape[-1])
    real = not rows.is_complex() and not (window is not None and window.is_complex())
    if center:
        rows = ops.pad(rows, (n_fft // 2, n_fft // 2), pad_mode)
    hop = n_fft // 4 if hop_length is None else hop_length
    starts = ops.arange(0, rows.shape[-1] - n_fft + 1, hop)
    frames = rows[:, starts.reshape(-1, 1) + ops.arange(n_fft)] * frame_window(window, n_fft, win_length, rows)
    spectra = ops.rfft(frames) if real and onesided is not False else ops.fft(frames)
    spectra = spectra.swapaxes(-1, -2)
    if normalized:
        spectra = spectra / n_fft**0.5
    spectra = spectra.reshape((*input.shape[:-1], *spectra.shape[1:]))
    return spectra if return_complex else ops.view_as_real(spectra)


def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """Return the signals whose windows have given spectra; the arguments are those of ``stft``.

    Args:
        input: The spectra, complex, frequencies before windows.
        n_fft: How long a frame is.
        hop_length: How far apart frames are; a quarter of a frame by default.
        win_length: How long the window is; as long as a frame by default.
        window: The factors of the elements of a frame.
        center: Whether the middles of frames are at the multiples of the distance.
        normalized: Whether spectra were divided by the root of the length.
        onesided: Whether negative frequencies were left out.
        length: How long the signals are.
        return_complex: Whether the signals are complex.
    """
    spectra = input.reshape(-1, *input.shape[-2:]).swapaxes(-1, -2)
    if normalized:
        spectra = spectra * n_fft**0.5
    frames = ops.ifft(spectra) if return_complex else ops.irfft(spectra[..., : n_fft // 2 + 1], n_fft)
    if return_complex:
        factors = frame_window(window, n_fft, win_length, frames.real())
        parts = [overlap(part, factors, hop_length, center, length) for part in (frames.real(), frames.imag())]
        signals = ops.Complex()(*parts)
    else:
        signals = overlap(frames, frame_window(window, n_fft, win_length, frames), hop_length, center, length)
    return signals.reshape((*input.shape[:-2], signals.shape[-1]))


def overlap(frames: Tensor, factors: Tensor, hop_length: int | None, center: bool, length: int | None) -> Tensor:
    """Add up frames that overlap, and divide by what their windows add up to."""
    batch, count, n_fft = frames.shape
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft + hop * (count - 1)
    places = (ops.arange(count).reshape(-1, 1) * hop + ops.arange(n_fft)).reshape(-1, 1)
    total = ops.zeros((size, batch), frames.dtype)
    total = ops.tensor_scatter_add(total, places, (frames * factors).reshape(batch, -1).swapaxes(0, 1))
    weight = ops.zeros(size, factors.dtype)
    weight = ops.tensor_scatter_add(weight, places, ops.tile(factors * factors, (count,)))
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else size - start
    signals = (total[start:end] / weight[start:end].reshape(-1, 1)).swapaxes(0, 1)
    if length is not None and signals.shape[-1] < length:
        signals = ops.pad(signals, (0, length - signals.shape[-1]))
    return signals
