"""Padding layers that MindSpore lacks."""

from mindspore import Tensor, int32, nn, ops


class CircularPad1d(nn.Cell):
    """Continue sequences at each end with their other end."""

    def __init__(self, padding) -> None:
        super().__init__()
        self.padding = (padding,) * 2 if isinstance(padding, int) else tuple(padding)

    def construct(self, x: Tensor) -> Tensor:
        return ops.pad(x, self.padding, mode="circular")


class CircularPad2d(nn.Cell):
    """Continue images at each side with their opposite side."""

    def __init__(self, padding) -> None:
        super().__init__()
        self.padding = (padding,) * 4 if isinstance(padding, int) else tuple(padding)

    def construct(self, x: Tensor) -> Tensor:
        return ops.pad(x, self.padding, mode="circular")


class CircularPad3d(nn.Cell):
    """Continue volumes at each side with their opposite side."""

    def __init__(self, padding) -> None:
        super().__init__()
        self.padding = (padding,) * 6 if isinstance(padding, int) else tuple(padding)

    def construct(self, x: Tensor) -> Tensor:
        return ops.pad(x, self.padding, mode="circular")


def pad(input: Tensor, pad, mode: str = "constant", value: float | None = None) -> Tensor:
    """Widen the last axes, the last one first, or narrow them where a number is negative; of any rank and type."""
    axes = [input.ndim - 1 - index for index in range(len(pad) // 2)]
    for axis, before, after in zip(axes, pad[::2], pad[1::2]):
        if mode in ("constant", "circular"):
            start, end = max(-before, 0), input.shape[axis] + min(after, 0)
            if end - start < input.shape[axis]:
                index = (slice(None),) * axis + (slice(start, end),)
                input = input[index]
            before, after = max(before, 0), max(after, 0)
        length = input.shape[axis]
        places = range(-before, length + after)
        if mode == "constant":
            continue
        if mode == "circular":
            places = [place % length for place in places]
        elif mode == "replicate":
            places = [min(max(place, 0), length - 1) for place in places]
        else:
            places = [length - 1 - abs(length - 1 - abs(place)) for place in places]
        input = ops.gather(input, Tensor(places, int32), axis)
    if mode != "constant":
        return input
    value, pad = 0 if value is None else value, tuple(max(size, 0) for size in pad)
    if input.size:
        return ops.pad(input, pad, value=value)
    ends = zip(axes, pad[::2], pad[1::2])  # nothing is left to pad
    more = {axis: before + after for axis, before, after in ends}
    return ops.full(tuple(size + more.get(axis, 0) for axis, size in enumerate(input.shape)), value, dtype=input.dtype)
