"""Loops whose body is a Cell: it takes its own inputs, and then the values around it that it reads."""

import mindspore
from mindspore import Tensor, nn, ops


def loop(body: nn.Cell, trip_count, condition, carried: tuple, captured: tuple) -> tuple:
    """Run a body as often as a count and a condition allow.

    Args:
        body: Takes the number of the iteration, the condition, the carried and the captured values; gives the next
            condition and the carried values.
        trip_count: The largest number of iterations; None for any.
        condition: Whether there is a first iteration; None for yes.
        carried: The values that each iteration gives to the next.
        captured: The values that stay.

    Returns:
        The carried values after the last iteration.
    """
    number = ops.zeros((), mindspore.int64)
    limit = 9223372036854775807 if trip_count is None else trip_count
    results = (Tensor(True) if condition is None else condition, *carried)
    while results[0] and number < limit:
        results = body(number, results[0], *results[1:], *captured)
        number = number + 1
    return results[1:]


def gathering_loop(body: nn.Cell, trip_count, condition, carried: tuple, captured: tuple) -> tuple:
    """Run a body as ``loop`` does, and gather what it gives besides.

    Without any iteration, the body runs once on the first values, to tell the shapes of what is empty.

    Returns:
        The carried values after the last iteration, and what was gathered, stacked.
    """
    going = condition is None or bool(condition)
    count = 0
    gathered = []
    while going and (trip_count is None or count < int(trip_count)):
        results = body(Tensor(count, mindspore.int64), Tensor(True), *carried, *captured)
        going = bool(results[0])
        carried = results[1 : len(carried) + 1]
        gathered.append(results[len(carried) + 1 :])
        count += 1
    if not gathered:
        results = body(Tensor(0, mindspore.int64), Tensor(True), *carried, *captured)
        return (*carried, *(_empty(item, 0) for item in results[len(carried) + 1 :]))
    return (*carried, *(ops.stack(rows) for rows in zip(*gathered)))


def _empty(item: Tensor, axis: int) -> Tensor:
    """Return what stacking no items of a shape along an axis gives."""
    axis = axis % (item.ndim + 1)
    return ops.zeros((*item.shape[:axis], 0, *item.shape[axis:]), item.dtype)


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
        The states after the last call, and what was gathered, stacked. Without any item, the body runs once on zeros,
        to tell the shapes of what is empty.
    """
    columns = []
    axes = (0,) * len(inputs) if input_axes is None else input_axes
    if inputs[0].shape[axes[0]] == 0:
        items = [_item_of_zeros(tensor, axis) for tensor, axis in zip(inputs, axes)]
        results = body(*states, *items, *captured)
        results = results[len(states) :] if isinstance(results, tuple) else (results,)[len(states) :]
        axes = (0,) * len(results) if output_axes is None else output_axes
        return (*states, *(_empty(item, axis) for item, axis in zip(results, axes)))
    for index, tensor in enumerate(inputs):
        items = ops.unbind(tensor, axes[index])
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


def _item_of_zeros(tensor: Tensor, axis: int) -> Tensor:
    """Return zeros of the shape of an item of a tensor along an axis."""
    axis = axis % tensor.ndim
    return ops.zeros((*tensor.shape[:axis], *tensor.shape[axis + 1 :]), tensor.dtype)


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
        The states after the last calls, and what was gathered, each with the batch as its first axis; zeros follow
        where an example has less items than others.
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
