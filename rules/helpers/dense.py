"""Dense layers with the arguments of PyTorch's layers, for where a layer's class is passed around."""

from mindspore import float32, nn


class Linear(nn.Dense):
    """Apply an affine map to the last axis, with the arguments of PyTorch's layer."""

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__(in_features, out_features, has_bias=bias, dtype=dtype or float32)
