"""A function made of the statements that lead to a loss, and its derivative, written in their place."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.idiom import Idiom
from mindconverter.rules.template import Template, fill
from mindconverter.rules.values import Unknown, hole, source_value
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.with_items import lines_in_strings
from mindconverter.source.edit.edit import Indented, Piece
from mindconverter.source.edit.text import Span
from mindconverter.source.names.bindings import bound, reads, taken
from mindconverter.source.names.names import Scope
from mindconverter.source.training.slices import Slice


@dataclass(frozen=True)
class Holder:
    """Hold an expression for what has weights, and the hole of the idiom that it stands in."""

    hole: str
    node: ast.expr


@dataclass(frozen=True)
class Derivative:
    """Hold what a derivative is made of.

    Attributes:
        idiom: What says how it is written.
        block: The block that the statements stand in.
        part: The statements that lead to the loss.
        place: The statement that the function is written before if nothing leads to the loss.
        losses: The losses; gradients of several are added.
        ended: The statements that compute gradients of them.
        holders: What has the weights that it is for.
        copies: Earlier statements that are repeated within the function.
        early: Those of the statements that come before the function, since they only set gradients to zero.
        condition: The only case in which gradients are computed; None for all.
        demanded: Names that statements elsewhere read because they are repeated there.
        inputs: The names of values that it is for, besides the weights.
    """

    idiom: Idiom
    block: Sequence[ast.stmt]
    part: Slice
    place: ast.stmt
    losses: tuple[ast.expr, ...]
    ended: tuple[ast.stmt, ...]
    holders: tuple[Holder, ...]
    copies: tuple[ast.stmt, ...] = ()
    early: tuple[ast.stmt, ...] = ()
    condition: ast.expr | None = None
    demanded: frozenset[str] = frozenset()
    inputs: tuple[str, ...] = ()

    @property
    def first(self) -> ast.stmt:
        """The first statement that the function takes the place of."""
        return self.part.statements[0] if self.part.statements else self.place


def write_derivative(context: Context, derivative: Derivative, names: Mapping[str, str]) -> None:
    """Put a function and the call of its derivative in the place of the statements that lead to a loss.

    Args:
        context: The conversion.
        derivative: What it is made of.
        names: The names of the function, its derivative and the gradients.
    """
    part, idiom, source = derivative.part, derivative.idiom, context.source
    scope = context.scope_of(derivative.place)
    newline, first = source.newline, derivative.first
    indent = source.text[source.line_start(context.span(first).start) : context.span(first).start]
    unit = "\t" if "\t" in indent else "    "
    statements = [*derivative.copies, *part.statements]
    parameters = ", ".join([*derivative.inputs, *sorted(taken(statements))])
    loss = derivative.losses[0] if len(derivative.losses) == 1 else None
    name = loss.id if isinstance(loss, ast.Name) else fresh(scope, "loss", names.values())
    own = set().union(*(bound(item) for item in part.statements)) if part.statements else set()
    more = sorted((_read_elsewhere(derivative, own, scope) | (derivative.demanded & own)) - {name})
    plain = all(_is_array(context, part.statements, item) for item in more)
    others = ", ".join(more) if plain else f"({', '.join(more)}{',' if len(more) == 1 else ''})"
    pieces: list[Piece | Indented] = [
        piece for item in derivative.early for piece in (indent, context.span(item), newline)
    ]
    pieces += [f"{indent}def {names['function']}({parameters}):{newline}"]
    for item in derivative.copies:
        pieces += [indent + unit, context.span(item), newline]
    if part.statements:
        span = Span(source.line_start(context.span(first).start), _block_end(context, part.statements[-1], indent))
        for offset in lines_in_strings(source, span):
            context.edits.keep_line(offset)
        pieces.append(Indented(span, unit))
        if not source.text[: span.end].endswith(("\n", "\r")):
            pieces.append(newline)
    value = _total(context, derivative.losses)
    pieces += [f"{indent}{unit}return ", *value, f", {others}" if more else "", f"{newline}{newline}"]
    template = idiom.several if more else idiom.plain
    places = [str(index) for index in range(len(derivative.inputs))]
    positions = "None" if not places else places[0] if len(places) == 1 else f"({', '.join(places)})"
    given = {"function": names["function"], "positions": positions}
    code = filled(context, idiom, template, {}, given, derivative.holders)
    pieces += [f"{indent}{names['derivative']} = ", *code, newline]
    result = f"({name}, {others})" if more else name
    called = f"{result}, {names['gradients']} = {names['derivative']}({parameters}){newline}"
    if derivative.condition is None:
        pieces += [indent, called]
    else:
        plain_call = f"{f'{name}, {others}' if more else name} = {names['function']}({parameters}){newline}"
        pieces += [f"{indent}if ", context.span(derivative.condition), f":{newline}{indent}{unit}", called]
        pieces += [f"{indent}else:{newline}{indent}{unit}", plain_call]
    if part.statements:
        context.edits.replace(span, *pieces)
    else:
        place = source.line_start(context.span(derivative.place).start)
        context.edits.replace(Span(place, place), *pieces)


def with_demanded(derivatives: Sequence[Derivative]) -> list[Derivative]:
    """Return derivatives of one function, which give one another what each of them repeats."""
    copies = [copied for item in derivatives for copied in item.copies]
    demanded = frozenset().union(*(reads(copied) for copied in copies))
    return [replace(item, demanded=demanded) for item in derivatives]


def note_repeated(context: Context, derivative: Derivative) -> None:
    """Report what a function computes once more."""
    for name in sorted(set().union(*(bound(item) for item in derivative.copies))):
        say = f"{name}: {derivative.idiom.repeated}"
        context.find(Outcome.WARNED, context.shown(derivative.losses[0]), (), say)


def _total(context: Context, losses: Sequence[ast.expr]) -> tuple[Piece, ...]:
    """Return the code of the sum of losses."""
    if len(losses) == 1:
        return (context.span(losses[0]),)
    holes = {f"loss_{index}": loss for index, loss in enumerate(losses)}
    total: ast.expr | None = None
    for name in holes:
        total = hole(name) if total is None else ast.BinOp(total, ast.Add(), hole(name))
    assert total is not None
    return context.pieces(context.code_pieces(total, holes))


def filled(
    context: Context,
    idiom: Idiom,
    template: Template,
    holes: Mapping[str, ast.expr],
    names: Mapping[str, str],
    holders: Sequence[Holder] = (),
) -> tuple[Piece, ...]:
    """Return the code of a template of an idiom.

    Args:
        context: The conversion.
        idiom: The idiom.
        template: The template.
        holes: The expressions of the script that it may name.
        names: The new names that it may name.
        holders: What has the weights that it may name, where they are none of the new names.
    """
    scope: dict[str, object] = {name: source_value(name) for name in holes}
    given = dict(holes)
    weights: ast.expr | None = None
    for index, holder in enumerate(holders):
        given[f"holder_{index}"] = holder.node
        own = idiom.weights if holder.hole == "optimizer" else idiom.network_weights
        assert own is not None
        item = fill(own, {holder.hole: source_value(f"holder_{index}")})
        weights = item if weights is None else ast.BinOp(weights, ast.Add(), item)
    scope["weights"] = Unknown(weights if weights is not None else ast.Constant(None))
    scope.update({name: Unknown(ast.parse(written, mode="eval").body) for name, written in names.items()})
    code = fill(template, scope)
    return context.pieces(context.code_pieces(code, given, idiom.helpers))


def fresh(scope: Scope, name: str, taken_names: Collection[str] = ()) -> str:
    """Return a name that nothing in a function has, made of another one."""
    used = {node.id for node in ast.walk(scope.node) if isinstance(node, ast.Name)}.union(taken_names)
    candidates: Iterator[str] = (name if not number else f"{name}_{number}" for number in range(len(used) + 1))
    return next(candidate for candidate in candidates if candidate not in used)


def on_own_lines(context: Context, statements: Sequence[ast.stmt]) -> bool:
    """Tell whether statements share no line with others."""
    source = context.source
    for statement in statements:
        span = context.span(statement)
        end = source.text[span.end : _line_end(context, statement)].strip()
        if source.text[source.line_start(span.start) : span.start].strip() or (end and not end.startswith("#")):
            return False
    return True


def _line_end(context: Context, statement: ast.stmt) -> int:
    """Return the end of a statement's last line, before its newline."""
    text = context.source.text
    end = context.span(statement).end
    while end < len(text) and text[end] not in "\r\n":
        end += 1
    return end


def _block_end(context: Context, statement: ast.stmt, indent: str) -> int:
    """Return the end of a statement's last line, with the comments behind it that stand deeper than it does."""
    source = context.source
    end = source.line_end(context.span(statement).end - 1)
    while source.text.startswith((f"{indent} ", f"{indent}\t"), end) and (
        source.text[end : source.line_end(end)].lstrip().startswith("#")
    ):
        end = source.line_end(end)
    return end


def _is_array(context: Context, statements: Sequence[ast.stmt], name: str) -> bool:
    """Tell whether all that statements give to a name is an array for certain."""
    given = [
        node for item in statements for node in ast.walk(item) if isinstance(node, ast.Assign) and name in bound(node)
    ]
    return bool(given) and all(
        any(isinstance(target, ast.Name) for target in node.targets)
        and context.apis.is_array(context.kinds.of(node.value))
        for node in given
    )


def _read_elsewhere(derivative: Derivative, own: set[str], scope: Scope) -> set[str]:
    """Return which of the names that the moved statements bind something outside of them may read afterwards."""
    block, part = derivative.block, derivative.part
    inside = {id(node) for item in (*part.statements, *derivative.ended) for node in ast.walk(item)}
    before = {id(node) for item in block[: part.start] for node in ast.walk(item)}
    early = set().union(*(bound(item) for item in block[: part.start])) if part.start else set()
    found: set[str] = set()
    for node in ast.walk(scope.node):
        if not isinstance(node, ast.Name) or node.id not in own or not isinstance(node.ctx, ast.Load):
            continue
        if id(node) not in inside and not (id(node) in before and node.id in early):
            found.add(node.id)
    return found
