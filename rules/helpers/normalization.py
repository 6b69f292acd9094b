"""Normalisation layers with the arguments of PyTorch's layers."""

from mindspore import float32, nn


class BatchNorm1d(nn.BatchNorm1d):
    """Normalise over a batch of vectors or sequences, with the arguments of PyTorch's layer."""

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None
    ):
        super().__init__(
            num_features,
            eps,
            momentum=1 - momentum,
            affine=affine,
            use_batch_statistics=None if track_running_stats else True,
            dtype=dtype or float32,
        )


class BatchNorm2d(nn.BatchNorm2d):
    """Normalise over a batch of images, with the arguments of PyTorch's layer."""

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None
    ):
        super().__init__(
            num_features,
            eps,
            momentum=1 - momentum,
            affine=affine,
            use_batch_statistics=None if track_running_stats else True,
            dtype=dtype or float32,
        )


class BatchNorm3d(nn.BatchNorm3d):
    """Normalise over a batch of volumes, with the arguments of PyTorch's layer."""

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None
    ):
        super().__init__(
            num_features,
            eps,
            momentum=1 - momentum,
            affine=affine,
            use_batch_statistics=None if track_running_stats else True,
            dtype=dtype or float32,
        )
