"""Normalisation layers with the arguments of PyTorch's layers."""

import numpy as np
from mindspore import Parameter, Tensor, float32, nn, ops


class BatchNorm1d(nn.BatchNorm1d):
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

    @property
    def weight(self) -> Parameter:
        return self.gamma

    @property
    def bias(self) -> Parameter:
        return self.beta

    @property
    def running_mean(self) -> Parameter:
        return self.moving_mean

    @property
    def running_var(self) -> Parameter:
        return self.moving_variance


class BatchNorm2d(nn.BatchNorm2d):
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

    @property
    def weight(self) -> Parameter:
        return self.gamma

    @property
    def bias(self) -> Parameter:
        return self.beta

    @property
    def running_mean(self) -> Parameter:
        return self.moving_mean

    @property
    def running_var(self) -> Parameter:
        return self.moving_variance


class BatchNorm3d(nn.BatchNorm3d):
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

    @property
    def weight(self) -> Parameter:
        return self.gamma

    @property
    def bias(self) -> Parameter:
        return self.beta

    @property
    def running_mean(self) -> Parameter:
        return self.moving_mean

    @property
    def running_var(self) -> Parameter:
        return self.moving_variance


class InstanceNorm(nn.GroupNorm):
    """Normalise every channel of every sample, with the arguments of PyTorch's InstanceNorm layers."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ) -> None:
        if not bias:
            raise ValueError("The layer always has a bias; leave bias out.")
        if track_running_stats:
            raise ValueError("There are no running statistics here; leave track_running_stats out.")
        super().__init__(num_features, num_features, eps, affine, dtype=dtype or float32)


class LayerNorm(nn.LayerNorm):
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

    @property
    def weight(self) -> Parameter:
        return self.gamma

    @property
    def bias(self) -> Parameter:
        return self.beta


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
    """Normalise every channel of every sample by its own statistics."""
    if not use_input_stats:
        raise ValueError("There are no running statistics here; only use_input_stats=True is possible.")
    return ops.group_norm(input, input.shape[1], weight, bias, eps)


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
    """Normalise every channel by the statistics of the batch, which move the running ones, or by those."""
    shape = (1, -1) + (1,) * (input.ndim - 2)
    mean, variance = running_mean, running_var
    if training or running_mean is None or running_var is None:
        axes = (0, *range(2, input.ndim))
        mean = input.mean(axes)
        variance = ops.square(input - mean.reshape(shape)).mean(axes)
        if running_mean is not None and running_var is not None:
            count = input.size // input.shape[1]
            unbiased = variance * (count / max(count - 1, 1))
            running_mean[:] = (1 - momentum) * running_mean + momentum * mean
            running_var[:] = (1 - momentum) * running_var + momentum * unbiased
    output = (input - mean.reshape(shape)) * ops.rsqrt(variance.reshape(shape) + eps)
    output = output if weight is None else output * weight.reshape(shape)
    return output if bias is None else output + bias.reshape(shape)


class GroupNorm(nn.GroupNorm):
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
        if not bias:
            raise ValueError("The layer always has a bias; leave bias out.")
        super().__init__(num_groups, num_channels, eps, affine, dtype=dtype or float32)

    @property
    def weight(self) -> Parameter:
        return self.gamma

    @property
    def bias(self) -> Parameter:
        return self.beta
