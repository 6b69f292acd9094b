"""Recurrent layers with the arguments of PyTorch's layers."""

from mindspore import Tensor, float32, nn, ops


class RNN(nn.RNN):
    """Run a plain recurrent network, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            float(dropout),
            bidirectional,
            nonlinearity=nonlinearity,
            dtype=dtype or float32,
        )


class LSTMCell(nn.LSTMCell):
    """Take one step, from a state of zeros unless one is given, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype=dtype or float32)

    def construct(self, x: Tensor, hx=None):
        if hx is None:
            zeros = ops.zeros((*x.shape[:-1], self.hidden_size), x.dtype)
            hx = (zeros, zeros)
        return super().construct(x, hx)


class GRUCell(nn.GRUCell):
    """Take one step, from a state of zeros unless one is given, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype=dtype or float32)

    def construct(self, x: Tensor, hx=None):
        if hx is None:
            zeros = ops.zeros((*x.shape[:-1], self.hidden_size), x.dtype)
            hx = zeros
        return super().construct(x, hx)


class RNNCell(nn.RNNCell):
    """Take one step, from a state of zeros unless one is given, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device=None,
        dtype=None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, nonlinearity, dtype=dtype or float32)

    def construct(self, x: Tensor, hx=None):
        if hx is None:
            zeros = ops.zeros((*x.shape[:-1], self.hidden_size), x.dtype)
            hx = zeros
        return super().construct(x, hx)
