"""Conditions of which two parts exclude each other."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

# What a value is: no two of these hold of one, but for `is_number` and what it covers.
_NUMBERS = frozenset({"is_int", "is_float", "is_number"})
_TYPES = frozenset({"is_none", "is_sequence", "is_str", "is_tensor", "is_bool", *_NUMBERS})


def contradiction(tree: ast.expr) -> tuple[str, str] | None:
    """Return two parts of a condition that cannot both hold where it does; None if there are none such.

    Args:
        tree: The condition.
    """
    for one, other in combinations(_conjuncts(tree, True), 2):
        if _exclude(one, other) or _exclude(other, one):
            return _text(one), _text(other)
    return None


def disjoint(one: ast.expr, other: ast.expr) -> bool:
    """Tell whether two conditions cannot both hold: no alternative of the one with any of the other.

    Args:
        one: A condition.
        other: Another one.
    """
    pairs = product(_alternatives(one, True), _alternatives(other, True))
    return all(contradiction(ast.BoolOp(ast.And(), [first, second])) is not None for first, second in pairs)


def implies(one: ast.expr, other: ast.expr) -> bool:
    """Tell whether a condition holds for certain wherever another one does.

    Args:
        one: The condition that holds.
        other: The one that it is about.
    """
    return disjoint(one, ast.UnaryOp(ast.Not(), other))


def _alternatives(tree: ast.expr, holds: bool) -> Iterator[ast.expr]:
    """Yield conditions of which one holds where a condition does, or does not."""
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _alternatives(operand, not holds)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.Or) is holds:
            for value in values:
                yield from _alternatives(value, holds)
        case ast.BoolOp(op=op, values=[first, *rest]) if rest:
            others = list(_alternatives(rest[0] if len(rest) == 1 else ast.BoolOp(op, rest), holds))
            for one, other in product(_alternatives(first, holds), others):
                yield ast.BoolOp(ast.And(), [one, other])
        case _:
            yield tree if holds else ast.UnaryOp(ast.Not(), tree)


_Conjunct = tuple[ast.expr, bool]


def _conjuncts(tree: ast.expr, holds: bool) -> Iterator[_Conjunct]:
    """Yield the parts that all hold, or do not, where a condition holds or does not."""
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _conjuncts(operand, not holds)
        case ast.BoolOp(op=op, values=values) if isinstance(op, ast.And) is holds:
            for value in values:
                yield from _conjuncts(value, holds)
        case _:
            yield tree, holds


def _text(part: _Conjunct) -> str:
    text = ast.unparse(part[0])
    return text if part[1] else f"not {text}"


def _exclude(one: _Conjunct, other: _Conjunct) -> bool:
    (first, first_holds), (second, second_holds) = one, other
    if type(first) is not type(second) and not isinstance(first, ast.Compare):
        return False
    if ast.dump(first) == ast.dump(second):
        return first_holds is not second_holds
    match first, second:
        case ast.Call(func=ast.Name(id=left), args=[value]), ast.Call(func=ast.Name(id=right), args=[same]):
            covered = {left, right} <= _NUMBERS and "is_number" in (left, right)
            apart = {left, right} <= _TYPES and left != right and not covered
            return apart and first_holds and second_holds and ast.dump(value) == ast.dump(same)
        case ast.Compare(left=value, ops=[op], comparators=[limit]), ast.Call(func=ast.Name(id=name), args=[same]):
            effective = _effective(op, first_holds)
            if name == "known" and not second_holds:
                return _needs_known(effective, ast.dump(same) == ast.dump(value), ast.dump(same) == ast.dump(limit))
            return name in _TYPES and second_holds and ast.dump(value) == ast.dump(same) and _no(name, effective, limit)
        case ast.Compare(left=value, ops=[op], comparators=[limit]), ast.Compare(
            left=same, ops=[other_op], comparators=[other_limit]
        ) if ast.dump(value) == ast.dump(same):
            return _compared(_effective(op, first_holds), limit, _effective(other_op, second_holds), other_limit)
    return False


def _needs_known(op: type[ast.cmpop], is_left: bool, is_right: bool) -> bool:
    """Tell whether a comparison holds of known values only, of which one is asked for."""
    return (is_left and op in (ast.Eq, ast.Is, ast.In)) or (is_right and op is ast.Eq)


def _no(name: str, op: type[ast.cmpop], limit: ast.expr) -> bool:
    """Tell whether no value for which a comparison with a literal holds is what a function says."""
    try:
        values = _values(op, ast.literal_eval(limit))
    except ValueError:
        return False
    return values is not None and not any(name in _types(value) for value in values)


def _types(value: object) -> frozenset[str]:
    """Return the functions that may hold for what is equal to a value: numbers of all types are equal."""
    match value:
        case bool() | int() | float():
            return _NUMBERS | {"is_bool"}
        case str():
            return frozenset({"is_str"})
        case tuple() | list():
            return frozenset({"is_sequence"})
    return frozenset({"is_none"})


def _effective(op: ast.cmpop, holds: bool) -> type[ast.cmpop]:
    """Return the comparison that holds: the opposite of one that does not."""
    opposites: dict[type[ast.cmpop], type[ast.cmpop]] = {
        ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq,
        ast.Is: ast.IsNot,
        ast.IsNot: ast.Is,
        ast.In: ast.NotIn,
        ast.NotIn: ast.In,
    }
    return type(op) if holds else opposites.get(type(op), ast.cmpop)


def _compared(op: type[ast.cmpop], limit: ast.expr, other_op: type[ast.cmpop], other_limit: ast.expr) -> bool:
    """Tell whether two comparisons of one value with literals exclude each other."""
    try:
        first, second = ast.literal_eval(limit), ast.literal_eval(other_limit)
    except ValueError:
        return False
    left, right = _values(op, first), _values(other_op, second)
    if left is not None and right is not None:
        return not any(one == other for one, other in product(left, right))
    if right is not None:
        return not any(_may_be(value, op, first) for value in right)
    if op in (ast.Gt, ast.GtE) and other_op in (ast.Lt, ast.LtE) and _is_number(first) and _is_number(second):
        strict = op is ast.Gt or other_op is ast.Lt
        return bool(first >= second) if strict else bool(first > second)
    return False


def _values(op: type[ast.cmpop], limit: object) -> Sequence[object] | None:
    """Return the only values for which a comparison holds; None if there may be others."""
    if op in (ast.Eq, ast.Is):
        return [limit]
    return limit if op is ast.In and isinstance(limit, (tuple, list)) else None


def _may_be(value: object, op: type[ast.cmpop], limit: Any) -> bool:
    """Tell whether a comparison may hold for a value."""
    if op in (ast.NotEq, ast.IsNot):
        return not _alike(value, limit)
    if op is ast.NotIn and isinstance(limit, (tuple, list)):
        return not any(_alike(value, each) for each in limit)
    if op in _ORDERS and _is_number(value) and _is_number(limit):
        return bool(_ORDERS[op](value, limit))
    return True


_ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def _alike(one: object, other: object) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
