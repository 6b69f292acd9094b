"""Derivatives of values, whose statements become a function that is differentiated."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.idiom import ValueDerivative
from mindconverter.rules.values import hole
from mindconverter.source.calls.context import Context
from mindconverter.source.edit.edit import Indented, Piece
from mindconverter.source.edit.text import Span
from mindconverter.source.names.bindings import bound, can_be_moved, reads
from mindconverter.source.training.blocks import blocks_around, blocks_of
from mindconverter.source.training.derivative import filled, fresh, on_own_lines
from mindconverter.source.training.origins import calls_something
from mindconverter.source.training.slices import Slice, changed_by, slice_of
from mindconverter.source.training.statement_patterns import Matcher

_STATEMENTS = (ast.Assign, ast.Return, ast.Expr)


@dataclass(frozen=True)
class _Found:
    """Hold a call that asks for derivatives: where it stands, and its arguments."""

    statement: ast.stmt
    call: ast.Call
    outputs: ast.expr
    inputs: tuple[ast.Name, ...]
    factors: ast.expr | None


def rewrite_value_derivatives(
    context: Context, matcher: Matcher, owner: ast.AST, kept: dict[int, tuple[ast.expr, ...]]
) -> None:
    """Rewrite the calls of a function that ask for derivatives of values, as far as they are understood."""
    said = matcher.idiom.derivative
    if said is None:
        return
    for block in blocks_of(owner):
        for index, statement in enumerate(block):
            found = _found(context, said, statement)
            part = _part(context, matcher, found, block, index) if found is not None else None
            if found is not None and part is not None:
                _write(context, matcher, found, part, kept)


def _found(context: Context, said: ValueDerivative, statement: ast.stmt) -> _Found | None:
    if not isinstance(statement, _STATEMENTS):
        return None
    scope = context.scope_of(statement)
    calls = [
        node
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and context.full_name(node.func, scope) == said.of
    ]
    entry = context.apis.entry(said.of)
    if len(calls) != 1 or entry is None or not entry.signatures:
        return None
    call = calls[0]
    given = _arguments(call, [parameter.name for parameter in entry.signatures[0].parameters])
    if given is None or not {said.outputs, said.inputs} <= set(given):
        return None
    if set(given) - {said.outputs, said.inputs, said.factors} - said.omit:
        return None
    outputs, inputs = _items(given[said.outputs]), _items(given[said.inputs])
    names = tuple(item for item in inputs if isinstance(item, ast.Name))
    factors = _items(given[said.factors]) if said.factors in given else []
    if len(outputs) != 1 or len(names) != len(inputs) or len(factors) > 1:
        return None
    factor = factors[0] if factors else None
    if isinstance(factor, ast.Constant) and factor.value is None:
        factor = None
    if isinstance(factor, ast.Call) and context.full_name(factor.func, scope) in said.units:
        factor = None
    return _Found(statement, call, outputs[0], names, factor)


def _arguments(call: ast.Call, names: Sequence[str]) -> Mapping[str, ast.expr] | None:
    if any(isinstance(item, ast.Starred) for item in call.args) or any(item.arg is None for item in call.keywords):
        return None
    found = dict(zip(names, call.args, strict=False))
    found.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None})
    return found


def _items(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, (ast.Tuple, ast.List)) else [node]


def _part(context: Context, matcher: Matcher, found: _Found, block: Sequence[ast.stmt], end: int) -> Slice | None:
    """Return the statements that lead from the inputs to the outputs; None if not all of them are there."""
    scope = context.scope_of(found.statement)
    names = {item.id for item in found.inputs}
    start = next((i + 1 for i in range(end - 1, -1, -1) if changed_by(context, block[i]) & names), 0)
    value: ast.expr = ast.Tuple([found.outputs, *([found.factors] if found.factors is not None else [])], ast.Load())
    part = slice_of(context, block, end, value, scope, start)
    if not can_be_moved(part.statements) or not on_own_lines(context, [*part.statements, found.statement]):
        return None
    if not any(calls_something(context, item) for item in (*part.statements, found.outputs)):
        return None
    own = set().union(*(bound(item) for item in part.statements)) if part.statements else set()
    if found.factors is not None and matcher.differentiable_names(found.factors) & (own | names):
        return None
    if not names <= part.outside:
        return None
    touched = set(names)
    for depth, (outer, index, _) in reversed(list(enumerate(blocks_around(context, found.statement)))):
        for statement in outer[: part.start if not depth else index]:
            if reads(statement) & touched:
                touched |= bound(statement)
    return part if not (part.outside - own - names) & touched and not own & names else None


def _write(
    context: Context, matcher: Matcher, found: _Found, part: Slice, kept: dict[int, tuple[ast.expr, ...]]
) -> None:
    said = matcher.idiom.derivative
    assert said is not None
    source, scope = context.source, context.scope_of(found.statement)
    first = part.statements[0] if part.statements else found.statement
    start = source.line_start(context.span(first).start)
    indent, newline = source.text[start : context.span(first).start], source.newline
    unit = "\t" if "\t" in indent else "    "
    function = fresh(scope, said.name)
    arguments = ", ".join(item.id for item in found.inputs)
    pieces: list[Piece | Indented] = [f"{indent}def {function}({arguments}):{newline}"]
    lines = Span(start, start)
    if part.statements:
        lines = Span(start, source.line_end(context.span(part.statements[-1]).end - 1))
        pieces.append(Indented(lines, unit))
    pieces += [f"{indent}{unit}return ", *_result(context, found), f"{newline}{newline}"]
    if part.statements and _is_read_elsewhere(found, part, scope.node):
        pieces.append(lines)
    context.edits.replace(lines, *pieces)
    single = len(found.inputs) == 1
    positions = f"({', '.join(map(str, range(len(found.inputs))))})"
    template = said.single if single else said.several
    new = filled(context, matcher.idiom, template, {}, {"function": function, "positions": positions})
    new = (*new, f"({arguments})")
    place, form = _place(context, found, single=single)
    written: list[Piece] = [piece for item in form for piece in (new if item is None else (item,))]
    context.replace(context.span(place), *written)
    context.find(Outcome.CONVERTED, context.shown(found.call.func), new)
    kept[id(place)] = tuple(item for item in (found.outputs, found.factors) if item is not None)
    matcher.rewritten.update(id(node) for node in ast.walk(found.call))


def _result(context: Context, found: _Found) -> tuple[Piece, ...]:
    """Return the code of the value whose derivatives are meant."""
    if found.factors is None:
        return (context.span(found.outputs),)
    holes = {"outputs": found.outputs, "factors": found.factors}
    product = ast.BinOp(hole("outputs"), ast.Mult(), hole("factors"))
    return context.pieces(context.code_pieces(product, holes))


def _place(context: Context, found: _Found, *, single: bool) -> tuple[ast.expr, list[str | None]]:
    """Return what is replaced, and by what, None being the derivative: one of one input comes without a tuple."""
    parent = context.parent(found.call)
    if not single:
        return found.call, [None]
    if isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Constant) and parent.slice.value == 0:
        return parent, [None]
    match parent:
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name() as name]) as target]):
            context.replace(context.span(target), context.span(name))
            return found.call, [None]
    return found.call, ["(", None, ",)"]


def _is_read_elsewhere(found: _Found, part: Slice, scope: ast.AST) -> bool:
    own = set().union(*(bound(item) for item in part.statements))
    inside = {id(node) for item in (*part.statements, found.call) for node in ast.walk(item)}
    return any(
        isinstance(node, ast.Name) and node.id in own and isinstance(node.ctx, ast.Load) and id(node) not in inside
        for node in ast.walk(scope)
    )
