"""Models of PyTorch that no installed package has: segmentation, and detectors with their heads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional


class DoubleConv(nn.Sequential):
    """Convolve twice."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class UNet(nn.Module):
    """Segment images at several scales, with connections between those of one size.

    Args:
        widths: The channels of each scale, the finest first.
        classes: The channels of the result.
    """

    def __init__(self, widths: Sequence[int] = (8, 16, 32), classes: int = 2) -> None:
        super().__init__()
        self.inc = DoubleConv(3, widths[0])
        pairs = list(itertools.pairwise(widths))
        self.down = nn.ModuleList(DoubleConv(narrow, wide) for narrow, wide in pairs)
        self.up = nn.ModuleList(nn.ConvTranspose2d(wide, narrow, 2, stride=2) for narrow, wide in reversed(pairs))
        self.merge = nn.ModuleList(DoubleConv(2 * narrow, narrow) for narrow, _ in reversed(pairs))
        self.out = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skipped = [self.inc(x)]
        for block in self.down:
            skipped.append(block(functional.max_pool2d(skipped[-1], 2)))
        x = skipped.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(torch.cat([skipped.pop(), up(x)], dim=1))
        return self.out(x)


class ConvNorm(nn.Module):
    """Convolve, normalise and activate, as YOLO does.

    Args:
        inputs: The channels that come in.
        outputs: The channels that go out.
        size: The side of the kernel.
        stride: The step of the kernel.
    """

    def __init__(self, inputs: int, outputs: int, size: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.silu(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    """Convolve twice, and add what came in if that is wanted."""

    def __init__(self, width: int, shortcut: bool) -> None:
        super().__init__()
        self.cv1 = ConvNorm(width, width)
        self.cv2 = ConvNorm(width, width, 3)
        self.shortcut = shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.cv2(self.cv1(x)) if self.shortcut else self.cv2(self.cv1(x))


class C3(nn.Module):
    """Join a chain of bottlenecks with what goes past it."""

    def __init__(self, inputs: int, outputs: int, count: int = 1, shortcut: bool = True) -> None:
        super().__init__()
        hidden = outputs // 2
        self.cv1 = ConvNorm(inputs, hidden)
        self.cv2 = ConvNorm(inputs, hidden)
        self.cv3 = ConvNorm(2 * hidden, outputs)
        self.m = nn.Sequential(*(Bottleneck(hidden, shortcut) for _ in range(count)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class SPPF(nn.Module):
    """Pool three times, and join all stages."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.cv1 = ConvNorm(inputs, inputs // 2)
        self.cv2 = ConvNorm(2 * inputs, outputs)
        self.m = nn.MaxPool2d(5, 1, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        stages = [self.cv1(x)]
        for _ in range(3):
            stages.append(self.m(stages[-1]))
        return self.cv2(torch.cat(stages, 1))


class Detect(nn.Module):
    """Turn maps of three scales into boxes in pixels, with the scores of their classes."""

    def __init__(self, widths: Sequence[int], classes: int) -> None:
        super().__init__()
        self.outputs = classes + 5
        self.strides = (8, 16, 32)
        anchors = torch.arange(10.0, 190.0, 10.0).view(3, 1, 3, 1, 1, 2)
        self.register_buffer("anchors", anchors)
        self.m = nn.ModuleList(nn.Conv2d(width, 3 * self.outputs, 1) for width in widths)

    def forward(self, maps: Sequence[torch.Tensor]) -> torch.Tensor:
        found = []
        for index, (head, x) in enumerate(zip(self.m, maps, strict=True)):
            batch, _, rows, columns = x.shape
            y = head(x).view(batch, 3, self.outputs, rows, columns).permute(0, 1, 3, 4, 2).sigmoid()
            places = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
            grid = torch.stack(places[::-1], 2).view(1, 1, rows, columns, 2).to(x.dtype)
            centres = (y[..., 0:2] * 2 - 0.5 + grid) * self.strides[index]
            sizes = (y[..., 2:4] * 2) ** 2 * self.anchors[index]
            found.append(torch.cat((centres, sizes, y[..., 4:]), -1).view(batch, -1, self.outputs))
        return torch.cat(found, 1)


class YOLOv5(nn.Module):
    """Detect objects as YOLOv5 does, with any width.

    Args:
        width: The channels of the first stage.
        classes: How many kinds of objects there are.
    """

    def __init__(self, width: int = 8, classes: int = 4) -> None:
        super().__init__()
        w = [width * 2**index for index in range(5)]
        self.stem = nn.Sequential(ConvNorm(3, w[0], 3, 2), ConvNorm(w[0], w[1], 3, 2), C3(w[1], w[1]))
        self.p3 = nn.Sequential(ConvNorm(w[1], w[2], 3, 2), C3(w[2], w[2], 2))
        self.p4 = nn.Sequential(ConvNorm(w[2], w[3], 3, 2), C3(w[3], w[3], 3))
        self.p5 = nn.Sequential(ConvNorm(w[3], w[4], 3, 2), C3(w[4], w[4]), SPPF(w[4], w[4]))
        self.lateral5, self.lateral4 = ConvNorm(w[4], w[3]), ConvNorm(w[3], w[2])
        self.merge4, self.merge3 = C3(2 * w[3], w[3], 1, False), C3(2 * w[2], w[2], 1, False)
        self.down3, self.down4 = ConvNorm(w[2], w[2], 3, 2), ConvNorm(w[3], w[3], 3, 2)
        self.out4, self.out5 = C3(2 * w[2], w[3], 1, False), C3(2 * w[3], w[4], 1, False)
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.detect = Detect((w[2], w[3], w[4]), classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        p3 = self.p3(self.stem(x))
        p4 = self.p4(p3)
        top = self.lateral5(self.p5(p4))
        middle = self.lateral4(self.merge4(torch.cat((self.upsample(top), p4), 1)))
        fine = self.merge3(torch.cat((self.upsample(middle), p3), 1))
        medium = self.out4(torch.cat((self.down3(fine), middle), 1))
        coarse = self.out5(torch.cat((self.down4(medium), top), 1))
        return self.detect((fine, medium, coarse))


class FaceHead(nn.Module):
    """Give so many numbers for each of two anchors at each place."""

    def __init__(self, width: int, numbers: int) -> None:
        super().__init__()
        self.numbers = numbers
        self.conv1x1 = nn.Conv2d(width, 2 * numbers, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found = self.conv1x1(x).permute(0, 2, 3, 1).contiguous()
        return found.view(found.shape[0], -1, self.numbers)


class RetinaFace(nn.Module):
    """Find faces as RetinaFace does: boxes, scores and landmarks out of a pyramid of three maps.

    Args:
        width: The channels of the pyramid.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        channels = (3, 8, 16, 32, 64)
        self.body = nn.ModuleList(
            nn.Sequential(nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.1))
            for a, b in itertools.pairwise(channels)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(inputs, width, 1) for inputs in channels[2:])
        self.ssh = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in channels[2:])
        self.boxes = nn.ModuleList(FaceHead(width, 4) for _ in channels[2:])
        self.classes = nn.ModuleList(FaceHead(width, 2) for _ in channels[2:])
        self.landmarks = nn.ModuleList(FaceHead(width, 10) for _ in channels[2:])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        maps = []
        for stage in self.body:
            x = stage(x)
            maps.append(x)
        pyramid = [lateral(own) for lateral, own in zip(self.lateral, maps[1:], strict=True)]
        for index in (1, 0):
            above = functional.interpolate(pyramid[index + 1], size=pyramid[index].shape[2:], mode="nearest")
            pyramid[index] = pyramid[index] + above
        features = [functional.relu(ssh(own)) for ssh, own in zip(self.ssh, pyramid, strict=True)]
        boxes, classes, landmarks = (
            torch.cat([head(own) for head, own in zip(heads, features, strict=True)], 1)
            for heads in (self.boxes, self.classes, self.landmarks)
        )
        return boxes, functional.softmax(classes, -1), landmarks
