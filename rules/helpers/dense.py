"""Dense layers with the arguments of PyTorch's layers."""

from mindspore import Tensor, float32, nn, ops


class Linear(nn.Dense):
    """Apply an affine map to the last axis, with the arguments of PyTorch's layer."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(in_features, out_features, has_bias=bias, dtype=dtype or float32)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Apply an affine map to the last axis; the weight has the shape (outputs, inputs)."""
    output = ops.matmul(input, weight.swapaxes(0, 1)) if weight.ndim == 2 else ops.matmul(input, weight)
    return output if bias is None else output + bias
