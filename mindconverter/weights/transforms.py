"""Weight expressions computed over arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mindconverter.errors import CheckpointGenerationError
from mindconverter.rules.template import dotted_name
from mindconverter.weights.expressions import parse_weight, takes_array

Array = npt.NDArray[np.generic]


def _axes(value: object) -> tuple[int, ...]:
    """Return an axis, or several, as a tuple."""
    items = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(int(item) for item in items)


def _transpose(weight: Array, perm: Sequence[int] | None = None) -> Array:
    return np.transpose(weight, None if perm is None else _axes(perm))


def _reshape(weight: Array, shape: Sequence[int]) -> Array:
    sizes = _axes(shape)
    if any(size < -1 for size in sizes):
        raise ValueError(f"{sizes} is no shape")  # to NumPy, every negative size is the one that is left over
    return np.reshape(weight, sizes)


def _expand_dims(weight: Array, axis: int) -> Array:
    return np.expand_dims(weight, _axes(axis))


def _squeeze(weight: Array, axis: int) -> Array:
    return np.squeeze(weight, _axes(axis))


def _concat(axis: int, *weights: Array) -> Array:
    return np.concatenate(weights, axis=axis)


def _split(weight: Array, parts: int, index: int, axis: int = 0) -> Array:
    return np.split(weight, parts, axis=axis)[index]


def _reorder_gates(weight: Array, order: Sequence[int], axis: int = 0) -> Array:
    gates = np.split(weight, len(order), axis=axis)
    return np.concatenate([gates[gate] for gate in order], axis=axis)


def _filled(weight: Array, value: float) -> Array:
    return np.full_like(weight, value)


def _scale(weight: Array, factor: float) -> Array:
    return np.multiply(weight, np.asarray(factor, dtype=weight.dtype), dtype=weight.dtype)


_FUNCTIONS: Mapping[str, Callable[..., Array]] = {
    "concat": _concat,
    "expand_dims": _expand_dims,
    "filled": _filled,
    "reorder_gates": _reorder_gates,
    "reshape": _reshape,
    "scale": _scale,
    "split": _split,
    "squeeze": _squeeze,
    "transpose": _transpose,
}


def evaluate_weight(
    text: str,
    arrays: Mapping[str, Array],
    *,
    values: Mapping[str, object] | None = None,
    where: str = "",
) -> Array:
    """Compute a weight expression.

    Args:
        text: The expression, as the rule has it.
        arrays: The source's weights by name.
        values: The values of names that stand where no array does, such as a node's attributes.
        where: The rule's place, for messages.

    Returns:
        The target parameter's value; it may share memory with the source's.

    Raises:
        RuleTableError: The text is no weight expression.
        CheckpointGenerationError: A weight is missing, or its shape does not fit the expression.
    """
    tree = parse_weight(text, where)
    try:
        return _array(tree, arrays, values or {})
    except KeyError as error:
        raise CheckpointGenerationError(
            f"The weight {error.args[0]!r} of the expression {text!r} is not in the source.",
            where=where,
            advice="Check that the checkpoint belongs to this model.",
        ) from error
    except (ValueError, IndexError, TypeError) as error:
        raise CheckpointGenerationError(
            f"The expression {text!r} does not fit the weights: {error}.",
            where=where,
            advice="Check that the checkpoint belongs to this model.",
        ) from error


def _array(node: ast.expr, arrays: Mapping[str, Array], values: Mapping[str, object]) -> Array:
    name = dotted_name(node)
    if name is not None:
        return np.asarray(arrays[name])
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    function = node.func.id
    arguments = [
        _array(argument, arrays, values) if takes_array(function, position) else _value(argument, values)
        for position, argument in enumerate(node.args)
    ]
    return _FUNCTIONS[function](*arguments)


def _value(node: ast.expr, values: Mapping[str, object]) -> object:
    name = dotted_name(node)
    if name is not None:
        return values[name]
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_value(item, values) for item in node.elts)
    value: object = ast.literal_eval(node)
    return value
