"""Recurrent layers with every option of ONNX: directions, lengths, peepholes, clipping and activations."""

from collections.abc import Callable

from mindspore import Tensor, ops

Step = Callable[[Tensor, tuple], tuple]


def lstm_layer(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    sequence_lens: Tensor | None = None,
    initial_h: Tensor | None = None,
    initial_c: Tensor | None = None,
    p: Tensor | None = None,
    activation_alpha=(),
    activation_beta=(),
    activations=(),
    clip: float = 0.0,
    direction: str = "forward",
    hidden_size: int = 0,
    input_forget: int = 0,
    layout: int = 0,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run an LSTM; return all hidden states, the last hidden state and the last cell state."""
    functions = _functions(activations or ("Sigmoid", "Tanh", "Tanh") * 2, activation_alpha, activation_beta)

    def make(place: int) -> Step:
        f, g, h = functions[3 * place : 3 * place + 3]
        bias = 0 if b is None else sum(ops.split(b[place], b.shape[1] // 2))
        peepholes = (0, 0, 0) if p is None else ops.split(p[place], p.shape[1] // 3)

        def step(value: Tensor, state: tuple) -> tuple:
            hidden, cell = state
            gates = ops.matmul(value, w[place].swapaxes(0, 1)) + ops.matmul(hidden, r[place].swapaxes(0, 1)) + bias
            i, o, z, c = ops.split(gates, gates.shape[-1] // 4, -1)
            i, z = i + peepholes[0] * cell, z + peepholes[2] * cell
            forget = f(_clipped(z, clip))
            share = 1 - forget if input_forget else f(_clipped(i, clip))
            cell = forget * cell + share * g(_clipped(c, clip))
            return f(_clipped(o + peepholes[1] * cell, clip)) * h(cell), cell

        return step

    return _run_directions(x, r, make, (initial_h, initial_c), sequence_lens, direction, layout)


def gru_layer(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    sequence_lens: Tensor | None = None,
    initial_h: Tensor | None = None,
    activation_alpha=(),
    activation_beta=(),
    activations=(),
    clip: float = 0.0,
    direction: str = "forward",
    hidden_size: int = 0,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> tuple[Tensor, Tensor]:
    """Run a GRU; return all hidden states and the last one."""
    functions = _functions(activations or ("Sigmoid", "Tanh") * 2, activation_alpha, activation_beta)

    def make(place: int) -> Step:
        f, g = functions[2 * place : 2 * place + 2]
        size = r.shape[2]
        wb, rb = (0, 0) if b is None else ops.split(b[place], 3 * size)
        rest = 0 if b is None else rb[2 * size :]

        def step(value: Tensor, state: tuple) -> tuple:
            hidden = state[0]
            own = ops.matmul(value, w[place].swapaxes(0, 1)) + wb
            gates = ops.matmul(hidden, r[place][: 2 * size].swapaxes(0, 1)) + own[:, : 2 * size]
            gates = f(_clipped(gates if b is None else gates + rb[: 2 * size], clip))
            update, reset = gates[:, :size], gates[:, size:]
            kernel = r[place][2 * size :].swapaxes(0, 1)
            if linear_before_reset:
                before = reset * (ops.matmul(hidden, kernel) + rest)
            else:
                before = ops.matmul(reset * hidden, kernel) + rest
            new = g(_clipped(own[:, 2 * size :] + before, clip))
            return ((1 - update) * new + update * hidden,)

        return step

    return _run_directions(x, r, make, (initial_h,), sequence_lens, direction, layout)


def rnn_layer(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    sequence_lens: Tensor | None = None,
    initial_h: Tensor | None = None,
    activation_alpha=(),
    activation_beta=(),
    activations=(),
    clip: float = 0.0,
    direction: str = "forward",
    hidden_size: int = 0,
    layout: int = 0,
) -> tuple[Tensor, Tensor]:
    """Run a plain recurrent layer; return all hidden states and the last one."""
    functions = _functions(activations or ("Tanh", "Tanh"), activation_alpha, activation_beta)

    def make(place: int) -> Step:
        bias = 0 if b is None else sum(ops.split(b[place], b.shape[1] // 2))

        def step(value: Tensor, state: tuple) -> tuple:
            total = ops.matmul(value, w[place].swapaxes(0, 1)) + ops.matmul(state[0], r[place].swapaxes(0, 1)) + bias
            return (functions[place](_clipped(total, clip)),)

        return step

    return _run_directions(x, r, make, (initial_h,), sequence_lens, direction, layout)


def _run_directions(
    x: Tensor, r: Tensor, make: Callable[[int], Step], initial: tuple, lengths, direction: str, layout: int
) -> tuple:
    """Return all hidden states, and each last state, of every direction."""
    if layout:
        x = x.swapaxes(0, 1)
        initial = tuple(None if state is None else state.swapaxes(0, 1) for state in initial)
    empty = ops.zeros((x.shape[1], r.shape[2]), x.dtype)
    results, lasts = [], []
    for place in range(r.shape[0]):
        state = tuple(empty if whole is None else whole[place] for whole in initial)
        backwards = direction == "reverse" or place == 1
        result, last = _run_one_direction(x, make(place), state, lengths, backwards)
        results.append(result)
        lasts.append(last)
    states = tuple(ops.stack([last[index] for last in lasts], 0) for index in range(len(initial)))
    whole = ops.stack(results, 1)
    if layout:
        return whole.transpose((2, 0, 1, 3)), *(state.swapaxes(0, 1) for state in states)
    return whole, *states


def _run_one_direction(x: Tensor, step: Step, state: tuple, lengths, backwards: bool) -> tuple[Tensor, tuple]:
    """Return all hidden states and the last states; beyond its length, a sequence gives zeros."""
    outputs = []
    for time in range(x.shape[0] - 1, -1, -1) if backwards else range(x.shape[0]):
        new = step(x[time], state)
        output = new[0]
        if lengths is not None:
            running = (lengths > time).expand_dims(1)
            new = tuple(ops.where(running, item, old) for item, old in zip(new, state, strict=True))
            output = ops.where(running, output, ops.zeros_like(output))
        state = new
        outputs.append(output)
    return ops.stack(outputs[::-1] if backwards else outputs, 0), state


def _clipped(x: Tensor, clip: float) -> Tensor:
    """Return ``x`` within the bounds; 0 is none."""
    return ops.clamp(x, -clip, clip) if clip else x


def _functions(names, alphas, betas) -> list[Callable[[Tensor], Tensor]]:
    """Return the activations by their names; those with parameters take the next ones."""
    own_alphas, own_betas = iter(alphas), iter(betas)
    found = []
    for name in names:
        lower = name.lower()
        alpha = beta = None
        if lower in ("affine", "leakyrelu", "thresholdedrelu", "scaledtanh", "hardsigmoid", "elu"):
            alpha = next(own_alphas, None)
        if lower in ("affine", "scaledtanh", "hardsigmoid"):
            beta = next(own_betas, None)
        found.append(_function(lower, alpha, beta))
    return found


def _function(name: str, alpha: float | None, beta: float | None) -> Callable[[Tensor], Tensor]:
    """Return one activation with its parameters, or the defaults of ONNX for them."""
    first = {"leakyrelu": 0.01, "hardsigmoid": 0.2}.get(name, 1.0) if alpha is None else alpha
    second = {"hardsigmoid": 0.5, "scaledtanh": 1.0}.get(name, 0.0) if beta is None else beta
    table = {
        "relu": ops.relu,
        "tanh": ops.tanh,
        "sigmoid": ops.sigmoid,
        "softsign": lambda x: x / (1 + ops.abs(x)),
        "softplus": lambda x: ops.log(1 + ops.exp(x)),
        "affine": lambda x: first * x + second,
        "leakyrelu": lambda x: ops.where(x < 0, first * x, x),
        "thresholdedrelu": lambda x: ops.where(x > first, x, ops.zeros_like(x)),
        "scaledtanh": lambda x: first * ops.tanh(second * x),
        "hardsigmoid": lambda x: ops.clamp(first * x + second, 0.0, 1.0),
        "elu": lambda x: ops.where(x < 0, first * (ops.exp(x) - 1), x),
    }
    return table[name]
