"""Layers of detection networks: fixed normalisation, pyramids of features, and the dropping of whole parts."""

import math

import numpy as np
from image_models import Conv2dNormActivation
from mindspore import Parameter, Tensor, float32, nn, ops
from mindspore.common.initializer import HeUniform, initializer


class FrozenBatchNorm2d(nn.Cell):
    """Normalise images with statistics, weights and biases that are never trained."""

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = Parameter(ops.ones(num_features, float32), requires_grad=False)
        self.bias = Parameter(ops.zeros(num_features, float32), requires_grad=False)
        self.running_mean = Parameter(ops.zeros(num_features, float32), requires_grad=False)
        self.running_var = Parameter(ops.ones(num_features, float32), requires_grad=False)

    def construct(self, x: Tensor) -> Tensor:
        scale = self.weight * ops.rsqrt(self.running_var + self.eps)
        shift = self.bias - self.running_mean * scale
        return x * scale.reshape((1, -1, 1, 1)) + shift.reshape((1, -1, 1, 1))


class Conv3dNormActivation(nn.SequentialCell):
    """Convolve videos, normalise and activate; without ``padding`` the size stays but for the stride."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding=None,
        groups=1,
        norm_layer=nn.BatchNorm3d,
        activation_layer=nn.ReLU,
        dilation=1,
        inplace=True,
        bias=None,
    ):
        if padding is None:
            kernels, dilations = np.broadcast_to(kernel_size, 3), np.broadcast_to(dilation, 3)
            padding = (kernels - 1) // 2 * dilations
        cells = [
            nn.Conv3d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                pad_mode="pad",
                padding=tuple(int(size) for size in np.broadcast_to(padding, 3).repeat(2)),
                dilation=dilation,
                group=groups,
                has_bias=norm_layer is None if bias is None else bias,
            )
        ]
        if norm_layer is not None:
            cells.append(norm_layer(out_channels))
        if activation_layer is not None:
            cells.append(activation_layer())
        super().__init__(*cells)
        self.out_channels = out_channels


def drop_block(input: Tensor, p: float, block_size: int, eps: float = 1e-6, training: bool = True) -> Tensor:
    """Set blocks of images or volumes to zero at random, and enlarge what is left."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"p must lie between 0 and 1, not {p}.")
    if not training or p == 0.0:
        return input
    lengths = input.shape[2:]
    side = min(block_size, *lengths)
    if side % 2 == 0:
        raise ValueError(f"The size of a block has to be odd, not {side}.")
    centers = [length - side + 1 for length in lengths]
    share = p * math.prod(lengths) / (side ** len(lengths) * math.prod(centers))
    dropped = (ops.rand((*input.shape[:2], *centers)) < share).astype(float32)
    dropped = ops.pad(dropped, (side // 2,) * (2 * len(lengths)))
    pool = ops.max_pool2d if len(lengths) == 2 else ops.max_pool3d
    kept = 1 - pool(dropped, side, 1, side // 2)
    return input * (kept * (kept.size / (eps + kept.sum()))).astype(input.dtype)


def drop_block2d(
    input: Tensor, p: float, block_size: int, inplace: bool = False, eps: float = 1e-6, training: bool = True
) -> Tensor:
    """Set blocks of images to zero at random, and enlarge what is left."""
    return drop_block(input, p, block_size, eps, training)


def drop_block3d(
    input: Tensor, p: float, block_size: int, inplace: bool = False, eps: float = 1e-6, training: bool = True
) -> Tensor:
    """Set blocks of volumes to zero at random, and enlarge what is left."""
    return drop_block(input, p, block_size, eps, training)


class DropBlock2d(nn.Cell):
    """Set blocks of images to zero at random while training, and enlarge what is left."""

    def __init__(self, p: float, block_size: int, inplace: bool = False, eps: float = 1e-6) -> None:
        super().__init__()
        self.p = p
        self.block_size = block_size
        self.inplace = inplace
        self.eps = eps

    def construct(self, input: Tensor) -> Tensor:
        return drop_block(input, self.p, self.block_size, self.eps, self.training)


class DropBlock3d(DropBlock2d):
    """Set blocks of volumes to zero at random while training, and enlarge what is left."""


class ExtraFPNBlock(nn.Cell):
    """Base of what adds levels to a pyramid: called with its results, its inputs and the names of its levels."""


class LastLevelMaxPool(ExtraFPNBlock):
    """Add a level of half the size, which takes every second pixel of the last one."""

    def construct(self, x, y, names):
        return [*x, x[-1][:, :, ::2, ::2]], [*names, "pool"]


class LastLevelP6P7(ExtraFPNBlock):
    """Add two levels, each of half the size, by convolutions."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.p6 = pyramid_convolution(in_channels, out_channels)
        self.p7 = pyramid_convolution(out_channels, out_channels)
        self.use_P5 = in_channels == out_channels

    def construct(self, p, c, names):
        sixth = self.p6(p[-1] if self.use_P5 else c[-1])
        return [*p, sixth, self.p7(ops.relu(sixth))], [*names, "p6", "p7"]


def pyramid_convolution(in_channels: int, out_channels: int) -> nn.Cell:
    """Return a convolution of stride 2, with the initial weights of a pyramid."""
    layer = nn.Conv2d(in_channels, out_channels, 3, 2, pad_mode="pad", padding=1, has_bias=True)
    draw_pyramid_weights(layer)
    return layer


def draw_pyramid_weights(layer: nn.Cell) -> None:
    """Draw the weights of the convolutions in a layer, and set their biases to zero."""
    for _, cell in layer.cells_and_names():
        if isinstance(cell, nn.Conv2d):
            cell.weight.set_data(initializer(HeUniform(1), cell.weight.shape, cell.weight.dtype).init_data())
            if cell.has_bias:
                cell.bias.set_data(initializer("zeros", cell.bias.shape, cell.bias.dtype).init_data())


class FeaturePyramidNetwork(nn.Cell):
    """Bring maps of features of several sizes to one number of channels, and add the coarse ones to the fine ones."""

    def __init__(self, in_channels_list, out_channels: int, extra_blocks=None, norm_layer=None) -> None:
        super().__init__()
        if extra_blocks is not None and not isinstance(extra_blocks, ExtraFPNBlock):
            raise TypeError(f"extra_blocks has to be an ExtraFPNBlock, not {type(extra_blocks).__name__}.")
        options = {"norm_layer": norm_layer, "activation_layer": None}
        self.inner_blocks = nn.CellList(
            [Conv2dNormActivation(count, out_channels, 1, padding=0, **options) for count in in_channels_list]
        )
        self.layer_blocks = nn.CellList(
            [Conv2dNormActivation(out_channels, out_channels, 3, **options) for _ in in_channels_list]
        )
        draw_pyramid_weights(self)
        self.extra_blocks = extra_blocks

    def construct(self, x: dict) -> dict:
        names, features = list(x.keys()), list(x.values())
        last = self.inner_blocks[-1](features[-1])
        results = [self.layer_blocks[-1](last)]
        for index in range(len(features) - 2, -1, -1):
            side = self.inner_blocks[index](features[index])
            last = side + ops.interpolate(last, size=side.shape[-2:], mode="nearest")
            results.insert(0, self.layer_blocks[index](last))
        if self.extra_blocks is not None:
            results, names = self.extra_blocks(results, features, names)
        return dict(zip(names, results))
