"""Dense layers with the arguments of PyTorch's layers."""

from mindspore import Tensor, float32, nn, ops


class Linear(nn.Dense):
    """Apply an affine map to the last axis, with the arguments of PyTorch's layer."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True, device=None, dtype=None) -> None:
        super().__init__(in_features, out_features, has_bias=bias, dtype=dtype or float32)


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return one bilinear form of the two inputs for every matrix of the weight."""
    outputs, first, second = weight.shape
    dtype = input1.dtype if input1.is_floating_point() else float32
    left = input1.astype(dtype).reshape((-1, first))
    mapped = ops.matmul(left, weight.astype(dtype).transpose(1, 0, 2).reshape((first, -1)))
    forms = mapped.reshape((-1, outputs, second)) * input2.astype(dtype).reshape((-1, 1, second))
    result = forms.sum(-1).reshape((*input1.shape[:-1], outputs)).astype(input1.dtype)
    return result if bias is None else result + bias
