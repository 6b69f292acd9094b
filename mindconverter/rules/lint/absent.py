"""Which parameters a condition tells to be absent."""

from __future__ import annotations

import ast
from functools import reduce


def absent_if(tree: ast.expr, holds: bool) -> frozenset[str]:
    """Return the names that are None, or not given, wherever a condition holds; or wherever it does not.

    Args:
        tree: The condition.
        holds: Whether it holds.
    """
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return absent_if(operand, not holds)
        case ast.BoolOp(op=op, values=values):
            each = [absent_if(value, holds) for value in values]
            # Of `a and b` both hold; where it does not hold, either may be what fails.
            together = isinstance(op, ast.And) is holds
            return reduce(frozenset.union if together else frozenset.intersection, each)
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=None)]):
            told = ast.Is if holds else ast.IsNot
            return frozenset({name}) if isinstance(op, told) else frozenset()
        case ast.Call(func=ast.Name(id="given"), args=[ast.Name(id=name)]) if not holds:
            return frozenset({name})
    return frozenset()
