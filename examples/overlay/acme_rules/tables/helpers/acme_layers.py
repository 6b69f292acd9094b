"""Layers of acme_layers that MindSpore lacks."""

from mindspore import Tensor, nn, ops


class GatedLinear(nn.Cell):
    """Multiply one dense layer by the sigmoid of another."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features = in_features
        self.value = nn.Dense(in_features, out_features, has_bias=bias)
        self.gate = nn.Dense(in_features, out_features, has_bias=bias)

    def construct(self, x: Tensor) -> Tensor:
        return self.value(x) * ops.sigmoid(self.gate(x))
