"""Conditions of which two parts exclude each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

# What a value is: no two of these hold of one, but for the numbers among themselves.
_NUMBERS = frozenset({"is_int", "is_float", "is_number", "is_bool"})
_TYPES = frozenset({"is_none", "is_sequence", "is_str", "is_tensor", *_NUMBERS})


def contradiction(tree: ast.expr) -> tuple[str, str] | None:
    """Return two parts of a condition that cannot both hold where it does; None if there are none such.

    Args:
        tree: The condition.
    """
    for one, other in combinations(_conjuncts(tree, True), 2):
        if _exclude(one, other) or _exclude(other, one):
            return _text(one), _text(other)
    return None


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
    if type(first) is not type(second):
        return False
    if ast.dump(first) == ast.dump(second):
        return first_holds is not second_holds
    match first, second:
        case ast.Call(func=ast.Name(id=left), args=[value]), ast.Call(func=ast.Name(id=right), args=[same]):
            apart = {left, right} <= _TYPES and left != right and not {left, right} <= _NUMBERS
            return apart and first_holds and second_holds and ast.dump(value) == ast.dump(same)
        case ast.Compare(left=value, ops=[op], comparators=[limit]), ast.Compare(
            left=same, ops=[other_op], comparators=[other_limit]
        ) if ast.dump(value) == ast.dump(same):
            return _compared(_effective(op, first_holds), limit, _effective(other_op, second_holds), other_limit)
    return False


def _effective(op: ast.cmpop, holds: bool) -> type[ast.cmpop]:
    """Return the comparison that holds: the opposite of one that does not."""
    opposites: dict[type[ast.cmpop], type[ast.cmpop]] = {
        ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq,
        ast.Is: ast.IsNot,
        ast.IsNot: ast.Is,
    }
    return type(op) if holds else opposites.get(type(op), ast.cmpop)


def _compared(op: type[ast.cmpop], limit: ast.expr, other_op: type[ast.cmpop], other_limit: ast.expr) -> bool:
    """Tell whether two comparisons of one value with literals exclude each other."""
    try:
        first, second = ast.literal_eval(limit), ast.literal_eval(other_limit)
    except ValueError:
        return False
    equal = bool(first == second) and isinstance(first, bool) == isinstance(second, bool)
    if {op, other_op} <= {ast.Eq, ast.Is}:
        return not bool(first == second)
    if (op, other_op) in ((ast.Eq, ast.NotEq), (ast.Is, ast.IsNot)):
        return equal
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (first, second))
    if numbers and op in (ast.Gt, ast.GtE) and other_op in (ast.Lt, ast.LtE, ast.Eq):
        strict = op is ast.Gt or other_op is ast.Lt
        return bool(first >= second) if strict else bool(first > second)
    if numbers and op in (ast.Lt, ast.LtE) and other_op is ast.Eq:
        return bool(first <= second) if op is ast.Lt else bool(first < second)
    return False
