"""Dense layers with the arguments of PyTorch's layers."""

from mindspore import float32, nn


class Linear(nn.Dense):
    """Apply an affine map to the last axis, with the arguments of PyTorch's layer."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(in_features, out_features, has_bias=bias, dtype=dtype or float32)
