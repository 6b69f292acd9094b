"""Items that are numbers in the source framework, and may be arrays in the target: read and changed as numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.template import Template, fill
from mindconverter.rules.values import Unknown, hole, source_value
from mindconverter.source.calls.context import Context
from mindconverter.source.training.derivative import filled
from mindconverter.source.training.statement_patterns import Matcher


def rewrite_numbers(context: Context, matcher: Matcher, kept: dict[int, tuple[ast.expr, ...]]) -> None:
    """Let such items be numbers where a script reads them, and stay numbers where it changes them by an operator."""
    template = matcher.idiom.number
    if template is None:
        return
    for node in ast.walk(context.script.tree):
        if isinstance(node, ast.AugAssign) and _is_number(context, matcher, node.target):
            number = fill(template, {"value": source_value("value")})
            code = ast.BinOp(number, node.op, hole("other"))
            holes = {"value": node.target, "other": node.value}
            written = context.pieces(context.code_pieces(code, holes))
            context.replace(context.span(node), context.span(node.target), " = ", *written)
            context.find(Outcome.CONVERTED, context.span(node.target), written)
            kept[id(node)] = (node.target, node.value)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_number(context, matcher, node):
            if _is_written(context.parent(node), template, node):
                continue
            written = filled(context, matcher.idiom, template, {"value": node}, {})
            context.replace(context.span(node), *written)
            context.find(Outcome.CONVERTED, context.span(node), written)


def _is_written(around: ast.AST | None, template: Template, node: ast.expr) -> bool:
    """Tell whether what a template makes of an item stands around it already."""
    return around is not None and ast.dump(around) == ast.dump(fill(template, {"value": Unknown(node)}))


def _is_number(context: Context, matcher: Matcher, node: ast.expr) -> bool:
    holes = matcher.matched_value(matcher.idiom.numbers, node)
    if holes is None:
        return False
    item = holes["item"]
    if isinstance(item, ast.Subscript):
        return matcher.matched_value(matcher.idiom.items, item.value) is not None
    if not isinstance(item, ast.Name):
        return False
    iterated = next((iterable for name, iterable in _loops_around(context, item) if name == item.id), None)
    return iterated is not None and matcher.matched_value(matcher.idiom.items, iterated) is not None


def _loops_around(context: Context, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that the loops around a node give to items, from the inside, and what they go over."""
    around = context.parent(node)
    while around is not None:
        loops = [around] if isinstance(around, (ast.For, ast.AsyncFor)) else getattr(around, "generators", [])
        for loop in loops:
            match loop.target, loop.iter:
                case ast.Name(id=name), iterable:
                    yield name, iterable
                case ast.Tuple(elts=[_, ast.Name(id=name)]), ast.Call(func=ast.Name(id="enumerate"), args=[iterable]):
                    yield name, iterable
        around = context.parent(around)
