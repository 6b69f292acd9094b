"""What models of images share: channel counts, convolution blocks and the preparation of their inputs."""

import numpy as np
from mindspore import Tensor, nn, ops
from mindspore.dataset import vision
from mindspore.dataset.vision import Inter


def make_divisible(v, divisor, min_value=None):
    """Round a number of channels to a multiple of the divisor, downwards by a tenth at most."""
    rounded = max(divisor if min_value is None else min_value, int(v + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * v else rounded + divisor


class Conv2dNormActivation(nn.SequentialCell):
    """Convolve, normalise and activate; without ``padding`` the size stays but for the stride."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding=None,
        groups=1,
        norm_layer=nn.BatchNorm2d,
        activation_layer=nn.ReLU,
        dilation=1,
        inplace=True,
        bias=None,
    ):
        if padding is None:
            kernels, dilations = np.broadcast_to(kernel_size, 2), np.broadcast_to(dilation, 2)
            padding = (kernels - 1) // 2 * dilations
        cells = [
            nn.Conv2d(
                in_channels,
                out_channels,
                kernel_size,
                stride,
                pad_mode="pad",
                padding=tuple(int(size) for size in np.broadcast_to(padding, 2).repeat(2)),
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


class SqueezeExcitation(nn.Cell):
    """Scale every channel by a gate that is computed from the channel means."""

    def __init__(self, input_channels, squeeze_channels, activation=nn.ReLU, scale_activation=nn.Sigmoid):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1, pad_mode="valid", has_bias=True)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1, pad_mode="valid", has_bias=True)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def construct(self, x):
        scale = self.fc2(self.activation(self.fc1(self.avgpool(x))))
        return self.scale_activation(scale) * x


class Permute(nn.Cell):
    """Put the axes of the input into another order."""

    def __init__(self, dims):
        super().__init__()
        self.dims = tuple(dims)

    def construct(self, x):
        return ops.permute(x, self.dims)


class MLP(nn.SequentialCell):
    """Apply dense layers, each but the last with a normalisation, an activation and dropout."""

    def __init__(
        self,
        in_channels,
        hidden_channels,
        norm_layer=None,
        activation_layer=nn.ReLU,
        inplace=None,
        bias=True,
        dropout=0.0,
    ):
        cells = []
        for channels in hidden_channels[:-1]:
            cells.append(nn.Dense(in_channels, channels, has_bias=bias))
            if norm_layer is not None:
                cells.append(norm_layer(channels))
            cells += [activation_layer(), nn.Dropout(p=dropout)]
            in_channels = channels
        cells += [nn.Dense(in_channels, hidden_channels[-1], has_bias=bias), nn.Dropout(p=dropout)]
        super().__init__(*cells)


class StochasticDepth(nn.Cell):
    """Drop the whole input at random while training, for all samples of a batch or for each by itself."""

    def __init__(self, p, mode):
        super().__init__()
        self.p = p
        self.mode = mode

    def construct(self, input):
        return stochastic_depth(input, self.p, self.mode, self.training)


def stochastic_depth(input, p, mode, training=True):
    """Drop the whole input at random, for all samples of a batch or for each by itself (``batch`` or ``row``)."""
    if not 0.0 <= p <= 1.0 or mode not in ("batch", "row"):
        raise ValueError(f"p must lie between 0 and 1 and mode be 'batch' or 'row', not {p} and {mode!r}.")
    if not training or p == 0.0:
        return input
    shape = (input.shape[0] if mode == "row" else 1,) + (1,) * (input.ndim - 1)
    kept = (ops.rand(shape) >= p).astype(input.dtype)
    return input * kept / (1.0 - p) if p < 1.0 else input * kept


class ImageClassification:
    """Prepare an image for a classifier: resize, crop the centre, scale to [0, 1] and normalise."""

    def __init__(
        self,
        *,
        crop_size,
        resize_size=256,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        interpolation=Inter.BILINEAR,
    ):
        self.steps = [
            vision.Resize(resize_size, interpolation),
            vision.CenterCrop(crop_size),
            vision.ToTensor(),
            vision.Normalize(mean, std, is_hwc=False),
        ]

    def __call__(self, image):
        for step in self.steps:
            image = step(image)
        return Tensor(image)
