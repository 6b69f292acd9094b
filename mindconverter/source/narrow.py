"""What a condition tells of the values that it tests."""

from __future__ import annotations

import ast
from collections.abc import Callable

from mindconverter.rules.template import dotted_name
from mindconverter.source import kind
from mindconverter.source.kind import NONE, UNKNOWN, Kind

Known = Callable[[ast.expr], Kind]


def narrowed(test: ast.expr, holds: bool, known: Known, class_kind: Known) -> dict[str, Kind]:
    """Return what is known of names, and of chains such as ``self.x``, where a condition holds or does not hold.

    Args:
        test: The condition.
        holds: Whether it holds.
        known: Gives what is known of an expression before.
        class_kind: Gives the kind that the instances of a class have.
    """
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return narrowed(operand, not holds, known, class_kind)
        case ast.BoolOp(op=op, values=values):
            if isinstance(op, ast.And) is holds:
                found: dict[str, Kind] = {}
                for value in values:
                    found.update(narrowed(value, holds, known, class_kind))
                return found
            return _any(values, holds, known, class_kind)
        case ast.Call(func=ast.Name(id="isinstance"), args=[tested, classes], keywords=[]):
            name = dotted_name(tested)
            return {name: _instances(known(tested), classes, holds, class_kind)} if name is not None else {}
        case ast.Compare(left=tested, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
            name = dotted_name(tested)
            if name is None:
                return {}
            if isinstance(op, ast.Is) is holds:
                return {name: NONE}
            return {name: known(tested) - NONE}
        case ast.Name() | ast.Attribute() if holds:
            name = dotted_name(test)
            before = known(test)
            return {name: before - NONE} if name is not None and before >= NONE else {}
    return {}


def _any(values: list[ast.expr], holds: bool, known: Known, class_kind: Known) -> dict[str, Kind]:
    """Return what is known where one of several conditions holds, or one of several does not."""
    each = [narrowed(value, holds, known, class_kind) for value in values]
    common = set(each[0]).intersection(*each[1:])
    return {name: kind.join(*(found[name] for found in each)) for name in common}


def _instances(before: Kind, classes: ast.expr, holds: bool, class_kind: Known) -> Kind:
    items = classes.elts if isinstance(classes, ast.Tuple) else [classes]
    tested = kind.join(*(class_kind(item) for item in items))
    if not tested:
        return UNKNOWN if holds else before
    if holds:
        kept = frozenset(name for name in before if kind.outer_name(name) in tested)
        return kept or tested
    return frozenset(name for name in before if kind.outer_name(name) not in tested)
