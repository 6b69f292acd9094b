"""Layers that learn the number of their channels from the first input."""

from convolution import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from dense import Linear
from mindspore import Parameter, Tensor, nn, ops
from normalization import BatchNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d


class Lazy(nn.Cell):
    """Wait for the first input, which tells the number of channels, and become the layer that a base class makes.

    The first call has to come outside of graph mode. The layer keeps its class, and gets its parameters then.
    """

    layer = nn.Cell
    axis = -2

    def __init__(self, *args, device=None, dtype=None, **kwargs) -> None:
        nn.Cell.__init__(self)
        self.late = (args, {**kwargs, "dtype": dtype})
        self.weight = Parameter(ops.zeros((1,)))  # it holds the place, and learns the layer's full name

    def __call__(self, input: Tensor, *args, **kwargs):
        if self.late is not None:
            prefix, training = self.weight.name.removesuffix("weight"), self.training
            given, options = self.late
            self.layer.__init__(self, input.shape[self.axis], *given, **options)
            self.late = None
            self.set_train(training)
            self.update_parameters_name(prefix)
        return super().__call__(input, *args, **kwargs)


class LazyConv1d(Lazy, Conv1d):
    """Convolve sequences; the first one tells the number of channels."""

    layer = Conv1d


class LazyConv2d(Lazy, Conv2d):
    """Convolve images; the first one tells the number of channels."""

    layer = Conv2d
    axis = -3


class LazyConv3d(Lazy, Conv3d):
    """Convolve volumes; the first one tells the number of channels."""

    layer = Conv3d
    axis = -4


class LazyConvTranspose1d(Lazy, ConvTranspose1d):
    """Convolve sequences transposed; the first one tells the number of channels."""

    layer = ConvTranspose1d


class LazyConvTranspose2d(Lazy, ConvTranspose2d):
    """Convolve images transposed; the first one tells the number of channels."""

    layer = ConvTranspose2d
    axis = -3


class LazyConvTranspose3d(Lazy, ConvTranspose3d):
    """Convolve volumes transposed; the first one tells the number of channels."""

    layer = ConvTranspose3d
    axis = -4


class LazyLinear(Lazy, Linear):
    """Apply an affine map to the last axis; the first input tells its size."""

    layer = Linear
    axis = -1


class LazyBatchNorm(Lazy, BatchNorm):
    """Normalise over a batch; the first one tells the number of channels."""

    layer = BatchNorm
    axis = 1


class LazyInstanceNorm(Lazy):
    """Give the layers that derive from it the defaults of PyTorch's lazy ones, which those with a size do not have."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        **options,
    ) -> None:
        super().__init__(eps, momentum, affine, track_running_stats, dtype=dtype, **options)


class LazyInstanceNorm1d(LazyInstanceNorm, InstanceNorm1d):
    """Normalise every channel of every sequence; the first one tells the number of channels."""

    layer = InstanceNorm1d


class LazyInstanceNorm2d(LazyInstanceNorm, InstanceNorm2d):
    """Normalise every channel of every image; the first one tells the number of channels."""

    layer = InstanceNorm2d
    axis = -3


class LazyInstanceNorm3d(LazyInstanceNorm, InstanceNorm3d):
    """Normalise every channel of every volume; the first one tells the number of channels."""

    layer = InstanceNorm3d
    axis = -4
