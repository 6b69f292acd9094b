"""Normalisation layers with the arguments of PyTorch's layers."""

import numpy as np
from container import add_module
from mindspore import Parameter, Tensor, float32, int64, nn, ops


class PyTorchWeightNames:
    """Give the weights of a layer the names that PyTorch's layers have, beside those that they have here."""

    @property
    def weight(self) -> Parameter:
        return self.gamma

    @property
    def bias(self) -> Parameter:
        return self.beta


class PyTorchStatisticNames(PyTorchWeightNames):
    """Give the running statistics of a layer, too, the names that PyTorch's layers have."""

    @property
    def running_mean(self) -> Parameter:
        return self.moving_mean

    @property
    def running_var(self) -> Parameter:
        return self.moving_variance


class BatchNorm1d(PyTorchStatisticNames, nn.BatchNorm1d):
    """Normalise over a batch of vectors or sequences, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        if not bias:
            raise ValueError("The layer always has a bias; leave bias out.")
        super().__init__(
            num_features,
            eps,
            momentum=1 - momentum,
            affine=affine,
            use_batch_statistics=None if track_running_stats else True,
            dtype=dtype or float32,
        )


class BatchNorm2d(PyTorchStatisticNames, nn.BatchNorm2d):
    """Normalise over a batch of images, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        if not bias:
            raise ValueError("The layer always has a bias; leave bias out.")
        super().__init__(
            num_features,
            eps,
            momentum=1 - momentum,
            affine=affine,
            use_batch_statistics=None if track_running_stats else True,
            dtype=dtype or float32,
        )


class BatchNorm3d(PyTorchStatisticNames, nn.BatchNorm3d):
    """Normalise over a batch of volumes, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        if not bias:
            raise ValueError("The layer always has a bias; leave bias out.")
        super().__init__(
            num_features,
            eps,
            momentum=1 - momentum,
            affine=affine,
            use_batch_statistics=None if track_running_stats else True,
            dtype=dtype or float32,
        )


def convert_sync_batchnorm(module: nn.Cell) -> nn.Cell:
    """Let the normalisations of a network use the batches of all devices; they keep their parameters."""
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        layer = nn.SyncBatchNorm(
            module.num_features,
            module.eps,
            1 - module.momentum,
            use_batch_statistics=module.use_batch_statistics,
        )
        for name, parameter in module.parameters_and_names(expand=False):
            setattr(layer, name, parameter)
        return layer.set_train(module.training)
    for name, cell in module.name_cells().items():
        add_module(module, name, convert_sync_batchnorm(cell))
    return module


class Normalization(nn.Cell):
    """Hold what normalisation layers of PyTorch hold, under PyTorch's names."""

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        dtype,
        bias: bool,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        dtype = dtype or float32
        self.weight = Parameter(ops.ones(num_features, dtype)) if affine else None
        self.bias = Parameter(ops.zeros(num_features, dtype)) if affine and bias else None
        self.running_mean = self.running_var = self.num_batches_tracked = None
        if track_running_stats:
            self.running_mean = Parameter(ops.zeros(num_features, dtype), requires_grad=False)
            self.running_var = Parameter(ops.ones(num_features, dtype), requires_grad=False)
            self.num_batches_tracked = Parameter(Tensor(0, int64), requires_grad=False)


class BatchNorm(Normalization):
    """Normalise over a batch: also without a bias, and with ``momentum=None`` for the average over all batches."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype, bias)

    def construct(self, x: Tensor) -> Tensor:
        training = self.training or not self.track_running_stats
        share = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.set_data(self.num_batches_tracked + 1)
        if share is None:
            share = 1 / max(int(self.num_batches_tracked), 1) if self.track_running_stats else 0.0
        return batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, training, share, self.eps)


class InstanceNorm(Normalization):
    """Normalise every channel of every sample; the classes that derive from it say how many axes a sample has."""

    axes = 1

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype, bias)

    def construct(self, x: Tensor) -> Tensor:
        single = x.ndim == self.axes + 1
        own = self.training or not self.track_running_stats
        output = instance_norm(
            x.expand_dims(0) if single else x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            own,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return output.squeeze(0) if single else output


class InstanceNorm1d(InstanceNorm):
    """Normalise every channel of every sequence, with the arguments of PyTorch's layer."""


class InstanceNorm2d(InstanceNorm):
    """Normalise every channel of every image, with the arguments of PyTorch's layer."""

    axes = 2


class InstanceNorm3d(InstanceNorm):
    """Normalise every channel of every volume, with the arguments of PyTorch's layer."""

    axes = 3


class LayerNorm(PyTorchWeightNames, nn.LayerNorm):
    """Normalise over the last axes, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        normalized_shape,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        super().__init__(shape, epsilon=eps, dtype=dtype or float32)
        self.gamma.requires_grad = elementwise_affine
        self.beta.requires_grad = elementwise_affine and bias

    def construct(self, x: Tensor) -> Tensor:
        axis = x.ndim - len(self.normalized_shape)
        return ops.LayerNorm(axis, axis, self.epsilon)(x, self.gamma, self.beta)[0]


class ChannelNorm(nn.Cell):
    """Normalise every place over its channels, which come second."""

    def __init__(self, channels: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.gamma = Parameter(ops.ones(channels, float32))
        self.beta = Parameter(ops.zeros(channels, float32))

    def construct(self, x: Tensor) -> Tensor:
        shape = (-1,) + (1,) * (x.ndim - 2)
        centred = x - x.mean(1, True)
        variance = ops.square(centred).mean(1, True)
        factor = ops.rsqrt(variance + self.epsilon) * self.gamma.reshape(shape)
        return centred * factor + self.beta.reshape(shape)


class RMSNorm(nn.Cell):
    """Divide by the root of the mean square over the last axes, with the arguments of PyTorch's layer."""

    def __init__(
        self, normalized_shape, eps: float | None = None, elementwise_affine: bool = True, device=None, dtype=None
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape = shape
        self.eps = eps
        self.weight = Parameter(ops.ones(shape, dtype or float32)) if elementwise_affine else None

    def construct(self, x: Tensor) -> Tensor:
        return rms_norm(x, self.normalized_shape, self.weight, self.eps)


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Divide every channel by a power of the mean square over the channels around it."""
    before, after = size // 2, (size - 1) // 2
    squares = ops.pad(ops.square(input), (0, 0) * (input.ndim - 2) + (before, after))
    channels = input.shape[1]
    total = sum(squares[:, start : start + channels] for start in range(size))
    return input / ops.pow(k + alpha / size * total, beta)


class LocalResponseNorm(nn.Cell):
    """Divide every channel by a power of the mean square over the channels around it."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def construct(self, x: Tensor) -> Tensor:
        return local_response_norm(x, self.size, self.alpha, self.beta, self.k)


def layer_norm(
    input: Tensor, normalized_shape, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Normalise over the last axes."""
    weight = ops.ones(tuple(normalized_shape), input.dtype) if weight is None else weight
    bias = ops.zeros(tuple(normalized_shape), input.dtype) if bias is None else bias
    axis = input.ndim - len(normalized_shape)
    return ops.LayerNorm(axis, axis, eps)(input, weight, bias)[0]


def rms_norm(input: Tensor, normalized_shape, weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """Divide by the root of the mean square over the last axes."""
    eps = float(np.finfo(np.float32).eps) if eps is None else eps
    output = input * ops.rsqrt(ops.mean(ops.square(input), tuple(range(-len(normalized_shape), 0)), True) + eps)
    return output if weight is None else output * weight


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise every channel of every sample by its own statistics, or by running ones, which change."""
    if not use_input_stats:
        return scaled(input, running_mean, running_var, weight, bias, eps)
    axes = tuple(range(2, input.ndim))
    mean = input.mean(axes, True)
    var = ops.square(input - mean).mean(axes, True)
    count = input.size // (input.shape[0] * input.shape[1])
    if running_mean is not None:
        blend(running_mean, mean.reshape(mean.shape[:2]).mean(0), momentum)
    if running_var is not None:
        blend(running_var, var.reshape(var.shape[:2]).mean(0) * (count / (count - 1)), momentum)
    return scaled(input, mean, var, weight, bias, eps)


def blend(running: Tensor, new: Tensor, momentum: float) -> None:
    """Move a running statistic towards a new one, in place."""
    value = ops.stop_gradient((running * (1 - momentum) + new * momentum).astype(running.dtype))
    if isinstance(running, Parameter):
        ops.assign(running, value)
    else:
        running[:] = value


def scaled(input: Tensor, mean: Tensor, var: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float) -> Tensor:
    """Subtract a mean, divide by the root of a variance, and apply a weight and bias by channel."""
    shape = (1, -1) + (1,) * (input.ndim - 2)
    if mean.ndim == 1:
        mean, var = mean.reshape(shape), var.reshape(shape)
    output = (input - mean) * ops.rsqrt(var + eps)
    if weight is not None:
        output = output * weight.reshape(shape)
    return output if bias is None else output + bias.reshape(shape)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Divide by the norm along an axis, which counts as ``eps`` at least."""
    return input / ops.clamp(ops.norm(input, p, dim, True), min=eps)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalise every channel by the statistics of the batch, which move the running ones, or by the running ones."""
    if not training and running_mean is not None and running_var is not None:
        return scaled(input, running_mean, running_var, weight, bias, eps)
    axes = (0, *range(2, input.ndim))
    mean = input.mean(axes)
    shape = (1, -1) + (1,) * (input.ndim - 2)
    var = ops.square(input - mean.reshape(shape)).mean(axes)
    count = input.size // input.shape[1]
    if running_mean is not None:
        blend(running_mean, mean, momentum)
    if running_var is not None:
        blend(running_var, var * (count / (count - 1)), momentum)
    return scaled(input, mean, var, weight, bias, eps)


class GroupNorm(PyTorchWeightNames, nn.GroupNorm):
    """Normalise over groups of channels, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_groups, num_channels, eps, affine, dtype=dtype or float32)
        self.beta.requires_grad = affine and bias
