"""Recurrent layers with the arguments of PyTorch's layers."""

import math

from mindspore import Parameter, Tensor, float32, nn, ops
from mindspore.common.initializer import Uniform, initializer
from onnx_recurrent import precise_tanh


def with_batch(input: Tensor, states, axis: int) -> tuple:
    """Return a sequence and its states as a batch of one."""
    if isinstance(states, (tuple, list)):
        states = tuple([state.expand_dims(1) for state in states])
    elif states is not None:
        states = states.expand_dims(1)
    return input.expand_dims(axis), states


class RNN(nn.RNN):
    """Run a plain recurrent network, with the arguments of PyTorch's layer, over a batch or a single sequence."""

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
            input, hx = with_batch(input, hx, self.batched_axis)
        output, hidden = super().construct(input, hx)
        return (output.squeeze(self.batched_axis), hidden.squeeze(1)) if single else (output, hidden)


class GRU(nn.GRU):
    """Run a GRU, with the arguments of PyTorch's layer, over a batch or a single sequence."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
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
            dtype=dtype or float32,
        )
        self.batched_axis = 0 if batch_first else 1

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 2
        if single:
            input, hx = with_batch(input, hx, self.batched_axis)
        output, hidden = super().construct(input, hx)
        return (output.squeeze(self.batched_axis), hidden.squeeze(1)) if single else (output, hidden)


class LSTM(nn.LSTM):
    """Run an LSTM, with the arguments of PyTorch's layer, over a batch or a single sequence."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
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
            dtype=dtype or float32,
        )
        self.batched_axis = 0 if batch_first else 1

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 2
        if single:
            input, hx = with_batch(input, hx, self.batched_axis)
        output, (hidden, cell) = super().construct(input, hx)
        if single:
            return output.squeeze(self.batched_axis), (hidden.squeeze(1), cell.squeeze(1))
        return output, (hidden, cell)


class ProjectedLSTM(nn.Cell):
    """Run an LSTM whose state is projected to ``proj_size`` values, with the arguments of PyTorch's layer."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device=None,
        dtype=None,
    ) -> None:
        super().__init__()
        self.hidden_size, self.proj_size, self.num_layers = hidden_size, proj_size, num_layers
        self.bias, self.batch_first, self.bidirectional = bias, batch_first, bidirectional
        self.between = nn.Dropout(p=float(dropout))
        self.suffixes = ("", "_reverse") if bidirectional else ("",)
        limit = 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            size = input_size if layer == 0 else proj_size * len(self.suffixes)
            for suffix in self.suffixes:
                shapes = {"weight_ih": (4 * hidden_size, size), "weight_hh": (4 * hidden_size, proj_size)}
                if bias:
                    shapes |= {"bias_ih": (4 * hidden_size,), "bias_hh": (4 * hidden_size,)}
                for name, shape in {**shapes, "weight_hr": (proj_size, hidden_size)}.items():
                    value = initializer(Uniform(limit), shape, dtype or float32)
                    setattr(self, f"{name}_l{layer}{suffix}", Parameter(value))

    def one_way(self, x: Tensor, hidden: Tensor, cell: Tensor, end: str) -> tuple:
        """Run one layer in one direction over steps along the first axis."""
        bias_ih = getattr(self, "bias_ih" + end) if self.bias else None
        bias_hh = getattr(self, "bias_hh" + end) if self.bias else None
        weight_hh, weight_hr = getattr(self, "weight_hh" + end), getattr(self, "weight_hr" + end)
        given = ops.dense(x, getattr(self, "weight_ih" + end), bias_ih)
        steps = range(x.shape[0])
        outputs = []
        for step in steps if "reverse" not in end else steps[::-1]:
            enter, forget, candidate, leave = ops.chunk(given[step] + ops.dense(hidden, weight_hh, bias_hh), 4, 1)
            cell = ops.sigmoid(forget) * cell + ops.sigmoid(enter) * precise_tanh(candidate)
            hidden = ops.dense(ops.sigmoid(leave) * precise_tanh(cell), weight_hr)
            outputs.append(hidden)
        return ops.stack(outputs if "reverse" not in end else outputs[::-1]), hidden, cell

    def construct(self, input: Tensor, hx=None):
        single = input.ndim == 2
        axis = 0 if self.batch_first else 1
        if single:
            input, hx = with_batch(input, hx, axis)
        x = input.swapaxes(0, 1) if self.batch_first else input
        count = self.num_layers * len(self.suffixes)
        if hx is None:
            hidden = ops.zeros((count, x.shape[1], self.proj_size), x.dtype)
            cell = ops.zeros((count, x.shape[1], self.hidden_size), x.dtype)
        else:
            hidden, cell = hx
        last_hidden, last_cell = [], []
        for layer in range(self.num_layers):
            outputs = []
            for suffix in self.suffixes:
                index = len(last_hidden)
                output, h, c = self.one_way(x, hidden[index], cell[index], f"_l{layer}{suffix}")
                outputs.append(output)
                last_hidden.append(h)
                last_cell.append(c)
            x = ops.cat(outputs, -1)
            if layer < self.num_layers - 1:
                x = self.between(x)
        hidden, cell = ops.stack(last_hidden), ops.stack(last_cell)
        x = x.swapaxes(0, 1) if self.batch_first else x
        return (x.squeeze(axis), (hidden.squeeze(1), cell.squeeze(1))) if single else (x, (hidden, cell))


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
