"""What a condition tells of the values that it tests."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mindconverter.rules.template import dotted_name
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.kind import NONE, UNKNOWN, Kind

Known = Callable[[ast.expr], Kind]


Ancestors = Callable[[str], Sequence[str]]


def narrowed(test: ast.expr, holds: bool, known: Known, class_kind: Known, ancestors: Ancestors) -> dict[str, Kind]:
    """Return what is known of names, and of chains such as ``self.x``, where a condition holds or does not hold.

    Args:
        test: The condition.
        holds: Whether it holds.
        known: Gives what is known of an expression before.
        class_kind: Gives the kind that the instances of a class have.
        ancestors: Gives a class and those that it derives from.
    """
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return narrowed(operand, not holds, known, class_kind, ancestors)
        case ast.BoolOp(op=op, values=values):
            if isinstance(op, ast.And) is holds:
                found: dict[str, Kind] = {}
                for value in values:
                    found.update(narrowed(value, holds, known, class_kind, ancestors))
                return found
            return _any([narrowed(value, holds, known, class_kind, ancestors) for value in values])
        case ast.Call(func=ast.Name(id="isinstance"), args=[tested, classes], keywords=[]):
            name = dotted_name(tested)
            if name is None:
                return {}
            items = classes.elts if isinstance(classes, ast.Tuple) else [classes]
            named = kind.join(*(class_kind(item) for item in items))
            return {name: _instances(known(tested), named, holds, ancestors)}
        case ast.Call(args=[tested, *_]) if kind.tested_for(known(test)):
            name = dotted_name(tested)
            if name is None:
                return {}
            return {name: _instances(known(tested), kind.tested_for(known(test)), holds, ancestors)}
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


def _any(each: Sequence[dict[str, Kind]]) -> dict[str, Kind]:
    """Return what is known where one of several conditions holds, or one of several does not."""
    common = set(each[0]).intersection(*each[1:])
    return {name: kind.join(*(found[name] for found in each)) for name in common}


def _instances(before: Kind, tested: Kind, holds: bool, ancestors: Ancestors) -> Kind:
    if not tested:
        return UNKNOWN if holds else before
    fitting = frozenset(name for name in before if not tested.isdisjoint(ancestors(kind.outer_name(name))))
    return (fitting or tested) if holds else before - fitting or before
