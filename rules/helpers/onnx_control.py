"""Loops whose body is a Cell: it takes its own inputs, and then the values around it that it reads."""

import mindspore
from mindspore import Tensor, nn, ops


def loop(body: nn.Cell, trip_count, condition, carried: tuple, captured: tuple, scan_count: int) -> tuple:
    """Run a body as often as a count and a condition allow.

    Args:
        body: Takes the number of the iteration, the condition, the carried and the captured values; gives the next
            condition, the carried values and what is gathered.
        trip_count: The largest number of iterations; None for any.
        condition: Whether there is a first iteration; None for yes.
        carried: The values that each iteration gives to the next.
        captured: The values that stay.
        scan_count: How many results are gathered.

    Returns:
        The carried values after the last iteration, and what was gathered, stacked.
    """
    going = condition is None or bool(condition)
    limit = None if trip_count is None else int(trip_count)
    count = 0
    gathered = []
    while going and (limit is None or count < limit):
        number = Tensor(count, mindspore.int64)
        results = body(number, Tensor(True), *carried, *captured)
        going = bool(results[0])
        carried = results[1 : len(carried) + 1]
        gathered.append(results[len(carried) + 1 :])
        count += 1
    if scan_count and not gathered:
        raise ValueError("A loop without any iteration has no results to stack: call the model with other values.")
    return (*carried, *(ops.stack([row[index] for row in gathered]) for index in range(scan_count)))


def scan(
    body: nn.Cell,
    states: tuple,
    inputs: tuple,
    captured: tuple,
    input_axes: tuple | None = None,
    input_directions: tuple | None = None,
    output_axes: tuple | None = None,
    output_directions: tuple | None = None,
) -> tuple:
    """Run a body on each item of some tensors in turn.

    Args:
        body: Takes states, items and the captured values; gives the next states and what is gathered.
        states: The values that each call gives to the next.
        inputs: The tensors that the items are taken from.
        captured: The values that stay.
        input_axes: The axis of each of the inputs that is gone along; the first without it.
        input_directions: 1 for each of the inputs that is gone along backwards.
        output_axes: The axis of each of the results along which it is gathered; the first without it.
        output_directions: 1 for each of the results that is gathered backwards.

    Returns:
        The states after the last call, and what was gathered, stacked.
    """
    columns = []
    for index, tensor in enumerate(inputs):
        items = ops.unbind(tensor, 0 if input_axes is None else input_axes[index])
        columns.append(items[::-1] if input_directions is not None and input_directions[index] else items)
    gathered = []
    for items in zip(*columns):
        results = body(*states, *items, *captured)
        results = results if isinstance(results, tuple) else (results,)
        states = results[: len(states)]
        gathered.append(results[len(states) :])
    stacked = []
    for index, column in enumerate(zip(*gathered)):
        rows = column[::-1] if output_directions is not None and output_directions[index] else column
        stacked.append(ops.stack(rows, 0 if output_axes is None else output_axes[index]))
    return (*states, *stacked)


def scan_batch(
    body: nn.Cell,
    states: tuple,
    inputs: tuple,
    captured: tuple,
    input_directions: tuple | None = None,
    lengths: Tensor | None = None,
) -> tuple:
    """Run ``scan`` on each example of a batch, which is the first axis of all states and inputs.

    Args:
        body: See ``scan``, as of the others.
        states: See above.
        inputs: See above.
        captured: See above.
        input_directions: See above.
        lengths: How many items of each example count; what is gathered has zeros for the others.

    Returns:
        The states after the last calls, and what was gathered, each with the batch as its first axis.
    """
    results = []
    whole = inputs[0].shape[1]
    for number in range(inputs[0].shape[0]):
        count = whole if lengths is None else int(lengths[number])
        own_states = tuple(state[number] for state in states)
        own_inputs = tuple(tensor[number][:count] for tensor in inputs)
        found = scan(body, own_states, own_inputs, captured, input_directions=input_directions)
        rows = found[len(states) :]
        if count < whole:
            rows = tuple(ops.cat((row, ops.zeros((whole - count, *row.shape[1:]), row.dtype))) for row in rows)
        results.append((*found[: len(states)], *rows))
    return tuple(ops.stack(column) for column in zip(*results))


def map_sequence(body: nn.Cell, sequence: list, others: tuple, captured: tuple, result_count: int) -> tuple:
    """Run a body on each item of a list.

    Args:
        body: Takes an item, what goes with it and the captured values.
        sequence: The list.
        others: Lists whose items go with those of the first, and tensors that go with all.
        captured: The values that stay.
        result_count: How many results the body gives.

    Returns:
        A list of each of the results.
    """
    rows = []
    for index, item in enumerate(sequence):
        own = [other[index] if isinstance(other, list) else other for other in others]
        results = body(item, *own, *captured)
        rows.append(results if isinstance(results, tuple) else (results,))
    return tuple([row[place] for row in rows] for place in range(result_count))
