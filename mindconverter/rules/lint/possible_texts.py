"""What texts an expression may give, as far as its own literals tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mindconverter.rules.expr import Expression

Lets = Mapping[str, Expression]


def possible_texts(node: ast.expr, lets: Lets) -> Iterator[str]:
    """Yield texts that an expression may give; there may be more of them.

    Args:
        node: The expression.
        lets: The intermediate values that it may read.
    """
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from possible_texts(body, lets)
            yield from possible_texts(orelse, lets)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            ends = list(possible_texts(right, lets))
            yield from (f"{start}{end}" for start in possible_texts(left, lets) for end in ends)
        case ast.Subscript(value=group):
            yield from possible_items(group, lets)
        case ast.Name(id=name) if name in lets:
            yield from possible_texts(lets[name].tree, _without(lets, name))


def possible_items(node: ast.expr, lets: Lets) -> Iterator[str]:
    """Yield texts that may be items of what an expression gives; there may be more of them.

    Args:
        node: The expression.
        lets: The intermediate values that it may read.
    """
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                yield from possible_texts(item, lets)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from possible_items(left, lets)
            yield from possible_items(right, lets)
        case ast.Call(func=ast.Name(id="tuple"), args=[ast.GeneratorExp(elt=item)]):
            yield from possible_texts(item, lets)
        case ast.Name(id=name) if name in lets:
            yield from possible_items(lets[name].tree, _without(lets, name))


def _without(lets: Lets, name: str) -> Lets:
    return {each: value for each, value in lets.items() if each != name}
