"""Recurrent layers with the arguments of PyTorch's layers."""

from mindspore import Tensor, float32, nn, ops
from onnx_recurrent import precise_tanh


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
        self.batched_axis = 0 if batch_first else 1

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 2
        if single:
            input = input.expand_dims(self.batched_axis)
            hx = None if hx is None else hx.expand_dims(1)
        output, hidden = super().construct(input, hx)
        return (output.squeeze(self.batched_axis), hidden.squeeze(1)) if single else (output, hidden)


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

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 1
        x = input.expand_dims(0) if single else input
        if hx is None:
            hidden = cell = ops.zeros((x.shape[0], self.hidden_size), x.dtype)
        else:
            hidden, cell = (state.expand_dims(0) for state in hx) if single else hx
        gates = ops.dense(x, self.weight_ih, self.bias_ih) + ops.dense(hidden, self.weight_hh, self.bias_hh)
        enter, forget, candidate, leave = ops.chunk(gates, 4, 1)
        cell = ops.sigmoid(forget) * cell + ops.sigmoid(enter) * precise_tanh(candidate)
        hidden = ops.sigmoid(leave) * precise_tanh(cell)
        return (hidden.squeeze(0), cell.squeeze(0)) if single else (hidden, cell)


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

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 1
        x = input.expand_dims(0) if single else input
        if hx is None:
            hx = ops.zeros((x.shape[0], self.hidden_size), x.dtype)
        elif single:
            hx = hx.expand_dims(0)
        of_input = ops.chunk(ops.dense(x, self.weight_ih, self.bias_ih), 3, 1)
        of_state = ops.chunk(ops.dense(hx, self.weight_hh, self.bias_hh), 3, 1)
        reset, keep = ops.sigmoid(of_input[0] + of_state[0]), ops.sigmoid(of_input[1] + of_state[1])
        candidate = precise_tanh(of_input[2] + reset * of_state[2])
        hidden = candidate + keep * (hx - candidate)
        return hidden.squeeze(0) if single else hidden


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

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 1
        x = input.expand_dims(0) if single else input
        if hx is None:
            hx = ops.zeros((x.shape[0], self.hidden_size), x.dtype)
        elif single:
            hx = hx.expand_dims(0)
        total = ops.dense(x, self.weight_ih, self.bias_ih) + ops.dense(hx, self.weight_hh, self.bias_hh)
        hidden = precise_tanh(total) if self.nonlinearity == "tanh" else ops.relu(total)
        return hidden.squeeze(0) if single else hidden
