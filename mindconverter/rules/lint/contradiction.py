"""Conditions of which two parts exclude each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, product

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
    pairs = product(_alternatives(one), _alternatives(other))
    return all(contradiction(ast.BoolOp(ast.And(), [first, second])) is not None for first, second in pairs)


def _alternatives(tree: ast.expr) -> Iterator[ast.expr]:
    """Yield conditions of which one holds where a condition does."""
    match tree:
        case ast.BoolOp(op=ast.Or(), values=values):
            for value in values:
                yield from _alternatives(value)
        case ast.BoolOp(op=ast.And(), values=[first, *rest]) if rest:
            others = list(_alternatives(rest[0] if len(rest) == 1 else ast.BoolOp(ast.And(), rest)))
            for one, other in product(_alternatives(first), others):
                yield ast.BoolOp(ast.And(), [one, other])
        case _:
            yield tree


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
        case ast.Compare(left=value, ops=[op], comparators=[ast.Constant(value=None)]), ast.Call(
            func=ast.Name(id=name), args=[same]
        ) if ast.dump(value) == ast.dump(same):
            return _effective(op, first_holds) is ast.Is and second_holds and name in _TYPES - {"is_none"}
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
