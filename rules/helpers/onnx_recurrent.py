"""Recurrent layers with the tensors and the options of ONNX."""

from mindspore import Tensor, nn, ops


class LSTMLayer(nn.Cell):
    """Run an LSTM, and return the states of all steps and the last two, with an axis for the directions."""

    def __init__(
        self, input_size: int, hidden_size: int, has_bias: bool = True, direction: str = "forward", layout: int = 0
    ) -> None:
        super().__init__()
        both = direction == "bidirectional"
        self.layer = nn.LSTM(input_size, hidden_size, has_bias=has_bias, bidirectional=both)
        self.directions = 2 if both else 1
        self.hidden_size, self.reverse, self.batch_first = hidden_size, direction == "reverse", layout == 1

    def construct(self, x: Tensor, lengths=None, h=None, c=None):
        x, h, c = steps_first(x, self.batch_first), steps_first(h, self.batch_first), steps_first(c, self.batch_first)
        zeros = ops.zeros((self.directions, x.shape[1], self.hidden_size), x.dtype)
        state = (zeros if h is None else h, zeros if c is None else c)
        x = ops.flip(x, (0,)) if self.reverse else x
        y, (h, c) = self.layer(x, state) if lengths is None else self.layer(x, state, lengths)
        y = ops.flip(y, (0,)) if self.reverse else y
        y = split_directions(y, self.directions, self.batch_first)
        return y, steps_first(h, self.batch_first), steps_first(c, self.batch_first)


class GRULayer(nn.Cell):
    """Run a GRU, and return the states of all steps and the last one, with an axis for the directions."""

    def __init__(
        self, input_size: int, hidden_size: int, has_bias: bool = True, direction: str = "forward", layout: int = 0
    ) -> None:
        super().__init__()
        both = direction == "bidirectional"
        self.layer = nn.GRU(input_size, hidden_size, has_bias=has_bias, bidirectional=both)
        self.directions = 2 if both else 1
        self.hidden_size, self.reverse, self.batch_first = hidden_size, direction == "reverse", layout == 1

    def construct(self, x: Tensor, lengths=None, h=None):
        return run_layer(self, x, lengths, h)


class RNNLayer(nn.Cell):
    """Run a plain recurrent network, and return the states of all steps and the last one."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        has_bias: bool = True,
        direction: str = "forward",
        layout: int = 0,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        both = direction == "bidirectional"
        self.layer = nn.RNN(input_size, hidden_size, nonlinearity=nonlinearity, has_bias=has_bias, bidirectional=both)
        self.directions = 2 if both else 1
        self.hidden_size, self.reverse, self.batch_first = hidden_size, direction == "reverse", layout == 1

    def construct(self, x: Tensor, lengths=None, h=None):
        return run_layer(self, x, lengths, h)


def run_layer(cell, x: Tensor, lengths, h) -> tuple[Tensor, Tensor]:
    """Run the layer that a Cell with one state holds."""
    x, h = steps_first(x, cell.batch_first), steps_first(h, cell.batch_first)
    state = ops.zeros((cell.directions, x.shape[1], cell.hidden_size), x.dtype) if h is None else h
    x = ops.flip(x, (0,)) if cell.reverse else x
    y, h = cell.layer(x, state) if lengths is None else cell.layer(x, state, lengths)
    y = ops.flip(y, (0,)) if cell.reverse else y
    return split_directions(y, cell.directions, cell.batch_first), steps_first(h, cell.batch_first)


def steps_first(x, batch_first: bool):
    """Exchange the first two axes if the batch comes first; nothing stays nothing."""
    return x.swapaxes(0, 1) if batch_first and x is not None else x


def split_directions(y: Tensor, directions: int, batch_first: bool) -> Tensor:
    """Give the directions an axis of their own: (steps, directions, batch, size), or (batch, steps, ...)."""
    y = y.reshape(y.shape[0], y.shape[1], directions, -1)
    return y.swapaxes(0, 1) if batch_first else y.swapaxes(1, 2)


def precise_tanh(x: Tensor) -> Tensor:
    """Compute tanh by way of the sigmoid: MindSpore's own is off by up to 1e-4 on CPU, which adds up over the steps."""
    return 2.0 * ops.sigmoid(2.0 * x) - 1.0


def gate_activation(name: str, x: Tensor, alpha, beta) -> Tensor:
    """Compute an activation by its name in ONNX; None stands for the usual factor.

    Raises:
        ValueError: There is no such activation.
    """
    kind = name.lower()
    if kind == "sigmoid":
        return ops.sigmoid(x)
    if kind == "tanh":
        return precise_tanh(x)
    if kind == "relu":
        return ops.relu(x)
    if kind == "affine":
        return x * (1.0 if alpha is None else alpha) + (0.0 if beta is None else beta)
    if kind == "leakyrelu":
        return ops.where(x < 0, x * (0.01 if alpha is None else alpha), x)
    if kind == "thresholdedrelu":
        return ops.where(x > (1.0 if alpha is None else alpha), x, ops.zeros_like(x))
    if kind == "scaledtanh":
        return precise_tanh(x * (1.0 if beta is None else beta)) * (1.0 if alpha is None else alpha)
    if kind == "hardsigmoid":
        return ops.clamp(x * (0.2 if alpha is None else alpha) + (0.5 if beta is None else beta), 0.0, 1.0)
    if kind == "elu":
        return ops.where(x < 0, (ops.exp(x) - 1.0) * (1.0 if alpha is None else alpha), x)
    if kind == "softsign":
        return x / (1.0 + ops.abs(x))
    if kind == "softplus":
        return ops.relu(x) + ops.log(1.0 + ops.exp(-ops.abs(x)))
    raise ValueError(f"The activation {name!r} is not known.")


def activation_table(names, alphas, betas) -> list[tuple]:
    """Give each activation its factors, which stand in the order of those that take any."""
    with_alpha = ("affine", "leakyrelu", "thresholdedrelu", "scaledtanh", "hardsigmoid", "elu")
    with_beta = ("affine", "scaledtanh", "hardsigmoid")
    alphas, betas = [] if alphas is None else alphas, [] if betas is None else betas
    a, b = 0, 0
    table = []
    for name in names:
        alpha, beta = None, None
        if name.lower() in with_alpha and a < len(alphas):
            alpha, a = alphas[a], a + 1
        if name.lower() in with_beta and b < len(betas):
            beta, b = betas[b], b + 1
        table.append((name, alpha, beta))
    return table


def activate(x: Tensor, activation: tuple, clip) -> Tensor:
    """Bound the values to ``clip`` if it is not None, and compute an activation of the table."""
    if clip is not None:
        x = ops.clamp(x, -clip, clip)
    return gate_activation(activation[0], x, activation[1], activation[2])


def lstm_step(x: Tensor, state: tuple, weights: tuple, options: dict) -> tuple:
    """Take a step of an LSTM: x is the product of the input with its weights, with all biases."""
    h, c = state
    r, _, p = weights
    f, g, last = options["activations"]
    clip = options["clip"]
    size = h.shape[-1]
    gates = x + ops.matmul(h, r.swapaxes(0, 1))
    i, o, forget, new = gates[:, :size], gates[:, size : 2 * size], gates[:, 2 * size : 3 * size], gates[:, 3 * size :]
    if p is not None:
        i, forget = i + p[:size] * c, forget + p[2 * size :] * c
    i = activate(i, f, clip)
    forget = 1.0 - i if options["input_forget"] else activate(forget, f, clip)
    c = forget * c + i * activate(new, g, clip)
    if p is not None:
        o = o + p[size : 2 * size] * c
    return activate(o, f, clip) * activate(c, last, None), c


def gru_step(x: Tensor, state: tuple, weights: tuple, options: dict) -> tuple:
    """Take a step of a GRU: x is the product of the input with its weights, with their bias."""
    h = state[0]
    r, bias, _ = weights
    f, g = options["activations"]
    clip = options["clip"]
    size = h.shape[-1]
    gates = ops.matmul(h, r[: 2 * size].swapaxes(0, 1)) + bias[: 2 * size] + x[:, : 2 * size]
    z, reset = activate(gates[:, :size], f, clip), activate(gates[:, size:], f, clip)
    own = r[2 * size :].swapaxes(0, 1)
    if options["linear_before_reset"]:
        recurrent = reset * (ops.matmul(h, own) + bias[2 * size :])
    else:
        recurrent = ops.matmul(reset * h, own) + bias[2 * size :]
    new = activate(x[:, 2 * size :] + recurrent, g, clip)
    return ((1.0 - z) * new + z * h,)


def rnn_step(x: Tensor, state: tuple, weights: tuple, options: dict) -> tuple:
    """Take a step of a plain network: x is the product of the input with its weights, with all biases."""
    h = state[0]
    r, _, _ = weights
    return (activate(x + ops.matmul(h, r.swapaxes(0, 1)), options["activations"][0], options["clip"]),)


def run_direction(step, x: Tensor, state: tuple, weights: tuple, options: dict, lengths, backward: bool) -> tuple:
    """Run one direction; return all states and the last ones. A sequence that has ended stands still."""
    count = x.shape[0]
    outputs = []
    for index in range(count):
        t = count - 1 - index if backward else index
        new = step(x[t], state, weights, options)
        if lengths is None:
            state = new
            outputs.append(new[0])
        else:
            inside = (lengths > t).reshape(-1, 1)
            state = tuple(ops.where(inside, now, before) for now, before in zip(new, state))
            outputs.append(ops.where(inside, new[0], ops.zeros_like(new[0])))
    if backward:
        outputs = outputs[::-1]
    return ops.stack(outputs, 0), state


def run_recurrent(
    step,
    gates: int,
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b,
    p,
    lengths,
    states: tuple,
    direction: str,
    layout: int,
    options,
) -> tuple:
    """Run all directions of a recurrent operator.

    Args:
        step: The function of one step.
        gates: How many gates the weights hold.
        x: The input, of shape (steps, batch, size), or (batch, steps, size) if ``layout`` is 1.
        w: The weights of the input, one matrix a direction; ``r`` likewise of the state.
        r: The weights of the state.
        b: The biases of both, one after the other; None for none.
        p: The weights of the peepholes; None for none.
        lengths: The length of each sequence; None if all are whole.
        states: The states to begin with; None for zeros.
        direction: ``forward``, ``reverse`` or ``bidirectional``.
        layout: Whether the batch comes first.
        options: What the step reads; of the activations, the table of all directions.

    Returns:
        The states of all steps, then the last of each.
    """
    x = steps_first(x, layout == 1)
    states = tuple(steps_first(state, layout == 1) for state in states)
    size = r.shape[-1]
    all_steps, ends = [], []
    per_direction = len(options["activations"]) // w.shape[0]
    for index in range(w.shape[0]):
        zeros = ops.zeros((x.shape[1], size), x.dtype)
        bias = ops.zeros((2 * gates * size,), x.dtype) if b is None else b[index]
        own, recurrent = bias[: gates * size], bias[gates * size :]
        projected = ops.matmul(x, w[index].swapaxes(0, 1)) + (own if gates == 3 else own + recurrent)
        weights = (r[index], recurrent, None if p is None else p[index])
        start = tuple(zeros if state is None else state[index] for state in states)
        table = options["activations"][index * per_direction : (index + 1) * per_direction]
        own_options = {**options, "activations": table}
        backward = direction == "reverse" or index == 1
        outputs, end = run_direction(step, projected, start, weights, own_options, lengths, backward)
        all_steps.append(outputs)
        ends.append(end)
    last = [ops.stack([end[place] for end in ends], 0) for place in range(len(states))]
    if layout == 1:
        return (ops.stack(all_steps, 2).swapaxes(0, 1), *(state.swapaxes(0, 1) for state in last))
    return (ops.stack(all_steps, 1), *last)


def lstm_operator(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b=None,
    lengths=None,
    h=None,
    c=None,
    p=None,
    *,
    activation_alpha=None,
    activation_beta=None,
    activations=None,
    clip=None,
    direction: str = "forward",
    hidden_size=None,
    input_forget: int = 0,
    layout: int = 0,
    output_sequence: int = 0,
) -> tuple:
    """Run ONNX's LSTM with all of its options; return the states of all steps, the last one and the last cell."""
    names = ("Sigmoid", "Tanh", "Tanh") * w.shape[0] if activations is None else activations
    table = activation_table(names, activation_alpha, activation_beta)
    options = {"activations": table, "clip": clip, "input_forget": input_forget}
    return run_recurrent(lstm_step, 4, x, w, r, b, p, lengths, (h, c), direction, layout, options)


def gru_operator(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b=None,
    lengths=None,
    h=None,
    *,
    activation_alpha=None,
    activation_beta=None,
    activations=None,
    clip=None,
    direction: str = "forward",
    hidden_size=None,
    layout: int = 0,
    linear_before_reset: int = 0,
    output_sequence: int = 0,
) -> tuple:
    """Run ONNX's GRU with all of its options; return the states of all steps and the last one."""
    names = ("Sigmoid", "Tanh") * w.shape[0] if activations is None else activations
    table = activation_table(names, activation_alpha, activation_beta)
    options = {"activations": table, "clip": clip, "linear_before_reset": linear_before_reset}
    return run_recurrent(gru_step, 3, x, w, r, b, None, lengths, (h,), direction, layout, options)


def rnn_operator(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b=None,
    lengths=None,
    h=None,
    *,
    activation_alpha=None,
    activation_beta=None,
    activations=None,
    clip=None,
    direction: str = "forward",
    hidden_size=None,
    layout: int = 0,
    output_sequence: int = 0,
) -> tuple:
    """Run ONNX's plain recurrent network with all of its options; return the states of all steps and the last one."""
    names = ("Tanh",) * w.shape[0] if activations is None else activations[: w.shape[0]]
    options = {"activations": activation_table(names, activation_alpha, activation_beta), "clip": clip}
    return run_recurrent(rnn_step, 1, x, w, r, b, None, lengths, (h,), direction, layout, options)
