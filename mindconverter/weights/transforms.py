"""Weight expressions of the rules: what a target parameter is made of, computed over arrays.

An expression is a name, or a call of one of the functions below over names and literals, such as
``transpose(concat(0, W, B))``. A dotted name such as ``out_proj.weight`` is one name. Where a function takes no array,
a name stands for a value that the caller gives: an attribute of a node.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from mindconverter.errors import CheckpointGenerationError, RuleTableError
from mindconverter.rules.template import dotted_name

Array = npt.NDArray[np.generic]


def _axes(value: object) -> tuple[int, ...]:
    """Return an axis, or several, as a tuple."""
    items = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(int(item) for item in items)


def _transpose(weight: Array, perm: Sequence[int] | None = None) -> Array:
    return np.transpose(weight, None if perm is None else _axes(perm))


def _reshape(weight: Array, shape: Sequence[int]) -> Array:
    return np.reshape(weight, _axes(shape))


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


@dataclass(frozen=True, slots=True)
class _Function:
    """Hold a function and which of its arguments are arrays: those from ``first`` on, before ``last``."""

    compute: Callable[..., Array]
    first: int = 0
    last: int | None = 1

    def takes_array(self, position: int) -> bool:
        return position >= self.first and (self.last is None or position < self.last)


_FUNCTIONS: Mapping[str, _Function] = {
    "concat": _Function(_concat, first=1, last=None),
    "expand_dims": _Function(_expand_dims),
    "filled": _Function(_filled),
    "reorder_gates": _Function(_reorder_gates),
    "reshape": _Function(_reshape),
    "scale": _Function(_scale),
    "split": _Function(_split),
    "squeeze": _Function(_squeeze),
    "transpose": _Function(_transpose),
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
    tree = _parse(text, where)
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


def weight_names(text: str, *, where: str = "") -> frozenset[str]:
    """Return the source weights that an expression reads.

    Raises:
        RuleTableError: The text is no weight expression.
    """
    return frozenset(_names(_parse(text, where)))


def weight_source(text: str, *, where: str = "") -> str | None:
    """Return the one source weight that an expression is made of, transformed or not; None if there are several.

    Raises:
        RuleTableError: The text is no weight expression.
    """
    names = set(_names(_parse(text, where)))
    return names.pop() if len(names) == 1 else None


@cache
def _tree(text: str) -> ast.expr:
    tree = ast.parse(text.strip(), mode="eval").body
    _check(tree, is_array=True)
    return tree


def _parse(text: str, where: str) -> ast.expr:
    try:
        return _tree(text)
    except (SyntaxError, ValueError) as error:
        raise RuleTableError(
            f"{text!r} is not a weight expression: {error.args[0]}.",
            where=where,
            advice=f"Use names, literals and the functions {', '.join(sorted(_FUNCTIONS))}.",
        ) from error


def _check(node: ast.expr, *, is_array: bool) -> None:
    """Raise ValueError unless the node gives what its place takes: an array, or a name or literal for a value."""
    if dotted_name(node) is not None:
        return
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if is_array:
            function = _FUNCTIONS.get(name)
            if function is None:
                raise ValueError(f"{name!r} is not a function of weights")
            for position, argument in enumerate(arguments):
                _check(argument, is_array=function.takes_array(position))
        case ast.Tuple(elts=items) | ast.List(elts=items) if not is_array:
            for item in items:
                _check(item, is_array=False)
        case _ if is_array:
            raise ValueError(f"{ast.unparse(node)!r} is no array")
        case _:
            ast.literal_eval(node)


def _names(node: ast.expr) -> Iterator[str]:
    name = dotted_name(node)
    if name is not None:
        yield name
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        function = _FUNCTIONS[node.func.id]
        for position, argument in enumerate(node.args):
            if function.takes_array(position):
                yield from _names(argument)


def _array(node: ast.expr, arrays: Mapping[str, Array], values: Mapping[str, object]) -> Array:
    name = dotted_name(node)
    if name is not None:
        return np.asarray(arrays[name])
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    function = _FUNCTIONS[node.func.id]
    arguments = [
        _array(argument, arrays, values) if function.takes_array(position) else _value(argument, values)
        for position, argument in enumerate(node.args)
    ]
    return function.compute(*arguments)


def _value(node: ast.expr, values: Mapping[str, object]) -> object:
    name = dotted_name(node)
    if name is not None:
        return values[name]
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_value(item, values) for item in node.elts)
    value: object = ast.literal_eval(node)
    return value
