"""Weight expressions of the rules: what a target parameter is made of.

An expression is a name, or a call of one of the functions below over names and literals, such as
``transpose(concat(0, W, B))``. A dotted name such as ``out_proj.weight`` is one name. Where a function takes no array,
a name stands for a value that the caller gives: an attribute of a node.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from mindconverter.errors import RuleTableError
from mindconverter.rules.template import dotted_name

_ONE = (0, 1)
_ARRAYS: Mapping[str, tuple[int, int | None]] = {
    "concat": (1, None),
    "expand_dims": _ONE,
    "filled": _ONE,
    "reorder_gates": _ONE,
    "reshape": _ONE,
    "scale": _ONE,
    "split": _ONE,
    "squeeze": _ONE,
    "transpose": _ONE,
}
"""The functions with the places of their arguments that are arrays: from the first number on, before the second."""

_MORE_AXES: Mapping[str, int] = {"expand_dims": 1, "reorder_gates": 0, "split": 0, "squeeze": -1, "transpose": 0}
"""The functions that leave the numbers of a weight as they are, and how many axes more their result has."""


def weight_names(text: str, *, where: str = "") -> frozenset[str]:
    """Return the source weights that an expression reads.

    Raises:
        RuleTableError: The text is no weight expression.
    """
    return frozenset(_names(parse_weight(text, where)))


def weight_source(text: str, *, where: str = "") -> str | None:
    """Return the one source weight that an expression is made of, transformed or not; None if there are several.

    Raises:
        RuleTableError: The text is no weight expression.
    """
    names = set(_names(parse_weight(text, where)))
    return names.pop() if len(names) == 1 else None


def kept_weight(text: str, *, where: str = "") -> tuple[str, int] | None:
    """Return the source weight whose numbers an expression only puts elsewhere, and how many axes more that has.

    Returns:
        None for an expression that computes other numbers, or whose axes are not known.

    Raises:
        RuleTableError: The text is no weight expression.
    """
    node, more = parse_weight(text, where), 0
    while True:
        match node:
            case ast.Call(func=ast.Name(id=function), args=[inner, *_]) if function in _MORE_AXES:
                node, more = inner, more + _MORE_AXES[function]
            case _:
                name = dotted_name(node)
                return None if name is None else (name, more)


def parse_weight(text: str, where: str) -> ast.expr:
    """Return the syntax tree of a weight expression.

    Args:
        text: The expression, as the rule has it.
        where: The rule's place, for messages.

    Raises:
        RuleTableError: The text is no weight expression.
    """
    try:
        return _tree(text)
    except (SyntaxError, ValueError) as error:
        raise RuleTableError(
            f"{text!r} is not a weight expression: {error.args[0]}.",
            where=where,
            advice=f"Use names, literals and the functions {', '.join(sorted(_ARRAYS))}.",
        ) from error


def takes_array(function: str, position: int) -> bool:
    """Tell whether a function's argument at a place is an array, and not a value."""
    first, last = _ARRAYS[function]
    return position >= first and (last is None or position < last)


@cache
def _tree(text: str) -> ast.expr:
    tree = ast.parse(text.strip(), mode="eval").body
    _check(tree, is_array=True)
    return tree


def _check(node: ast.expr, *, is_array: bool) -> None:
    """Raise ValueError unless the node gives what its place takes: an array, or a name or literal for a value."""
    if dotted_name(node) is not None:
        return
    match node:
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if is_array:
            if name not in _ARRAYS:
                raise ValueError(f"{name!r} is not a function of weights")
            for position, argument in enumerate(arguments):
                _check(argument, is_array=takes_array(name, position))
            _check_numbers(name, [_literal(argument) for argument in arguments])
        case ast.Tuple(elts=items) | ast.List(elts=items) if not is_array:
            for item in items:
                _check(item, is_array=False)
        case _ if is_array:
            raise ValueError(f"{ast.unparse(node)!r} is no array")
        case _:
            ast.literal_eval(node)


def _check_numbers(function: str, arguments: Sequence[object]) -> None:
    """Raise ValueError if an order loses something, or a part or size is asked for that there is not."""
    match function, arguments:
        case (("reorder_gates" | "transpose"), [_, tuple() as order, *_]):
            places = {item + len(order) * (item < 0) for item in order if isinstance(item, int)}
            if None not in order and places != set(range(len(order))):
                raise ValueError(f"the order {order} does not have each number from 0 to {len(order) - 1} once")
        case "split", [_, int() as count, int() as index, *_] if not 0 <= index < count:
            raise ValueError(f"of {count} parts, none has the number {index}")
        case "reshape", [_, tuple() as shape] if any(isinstance(item, int) and item < -1 for item in shape):
            raise ValueError("no size is less than -1, which stands for the rest")


def _literal(node: ast.expr) -> object:
    """Return the value of a literal, in which None stands for each name; None of anything else."""
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(map(_literal, items))
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _names(node: ast.expr) -> Iterator[str]:
    name = dotted_name(node)
    if name is not None:
        yield name
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for position, argument in enumerate(node.args):
            if takes_array(node.func.id, position):
                yield from _names(argument)
