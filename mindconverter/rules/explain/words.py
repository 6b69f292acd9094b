"""Conditions of the expression language in words."""

from __future__ import annotations

import ast

_COMPARE = {
    ast.Eq: "is",
    ast.NotEq: "is not",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.Lt: "is less than",
    ast.LtE: "is at most",
    ast.Gt: "is more than",
    ast.GtE: "is at least",
}
_OPPOSITE = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_STATES = {"given": "given", "known": "known", "is_weight": "a weight"}
_OF = {
    "rank": "the rank of",
    "shape": "the shape of",
    "dtype": "the type of",
    "known_dtype": "the type of",
    "size": "the size of",
    "len": "the length of",
    "kind": "the kind of",
    "min": "the least of",
    "max": "the greatest of",
}


def in_words(condition: ast.expr) -> str:
    """Return a condition in words; what has no words stays as code.

    Args:
        condition: The syntax tree of an expression of the rules.
    """
    return _words(condition, negated=False)


def _words(node: ast.expr, *, negated: bool) -> str:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _words(operand, negated=not negated)
        case ast.BoolOp(op=op, values=values):
            return _joined(values, isinstance(op, ast.And), negated)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(left, type(op), right, negated)
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _STATES or name.startswith("is_"):
            return f"{_value(argument)} {_is(negated)} {_state(name)}"
        case ast.Constant(value=bool(value)):
            return "always" if value != negated else "never"
        case ast.Name():
            return f"{node.id} is {'false' if negated else 'true'}"
    return f"{_value(node)} {'does not hold' if negated else 'holds'}"


def _is(negated: bool) -> str:
    return "is not" if negated else "is"


def _state(name: str) -> str:
    if name in _STATES:
        return _STATES[name]
    noun = {"is_str": "text", "is_bool": "a boolean", "is_none": "None"}.get(name)
    word = name.removeprefix("is_")
    return noun or f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _joined(values: list[ast.expr], both: bool, negated: bool) -> str:
    """Return parts joined by 'and' or 'or'; what is compared below need not be called known first."""
    told = [
        value
        for index, value in enumerate(values)
        if negated or not both or not any(_known(value) in ast.unparse(later) for later in values[index + 1 :])
    ]
    if len(told) == 1:
        return _words(told[0], negated=negated)
    parts = [_words(value, negated=negated) for value in told]
    inner = [value.operand if isinstance(value, ast.UnaryOp) else value for value in told]
    parts = [f"({text})" if isinstance(node, ast.BoolOp) else text for text, node in zip(parts, inner, strict=True)]
    return (" and " if both != negated else " or ").join(dict.fromkeys(parts))


def _known(node: ast.expr) -> str:
    """Return what a condition calls known; for another condition, what stands in none."""
    match node:
        case ast.Call(func=ast.Name(id="known"), args=[argument]):
            return ast.unparse(argument)
    return "\n"


def _comparison(left: ast.expr, op: type[ast.cmpop], right: ast.expr, negated: bool) -> str:
    op = _OPPOSITE[op] if negated else op
    if op in (ast.In, ast.NotIn):
        if isinstance(right, (ast.Tuple, ast.List)):
            listed = ", ".join(_value(item) for item in right.elts)
            return f"{_value(left)} is {'one' if op is ast.In else 'none'} of {listed}"
        return f"{_value(left)} {'stands' if op is ast.In else 'does not stand'} in {_value(right)}"
    return f"{_value(left)} {_COMPARE[op]} {_value(right)}"


def _value(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in _OF:
            return f"{_OF[name]} {_value(argument)}"
        case ast.Constant(value=str(text)):
            return f"'{text}'"
    return ast.unparse(node)
