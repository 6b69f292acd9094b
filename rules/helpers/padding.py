"""Padding layers that MindSpore lacks."""

from mindspore import Tensor, nn, ops


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
