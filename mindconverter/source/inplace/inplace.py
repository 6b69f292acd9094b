"""Calls that change a value in place: where their new value goes, since the target's calls only return it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.decide import Decision, Dropped, Note, Refused
from mindconverter.rules.model import Write
from mindconverter.rules.template import dotted_name, fill
from mindconverter.rules.values import Unknown, hole, source_value
from mindconverter.source.calls.calls import Use
from mindconverter.source.calls.context import Context
from mindconverter.source.edit.edit import Piece
from mindconverter.source.edit.emit import is_atom
from mindconverter.source.edit.text import Span
from mindconverter.source.inplace.aliases import Alias, find_alias, is_read_later, is_view, makes_new, sources
from mindconverter.source.inplace.changed import changed_by
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.kind import Kind
from mindconverter.source.names.names import Scope
from mindconverter.source.training.leaves import has_gradient_read

_OWN_STATEMENT = "It changes {} in place, and its result is used. Make the change a statement of its own."
_NO_NAME = "What it changes in place has no name. Give it one first."
_OTHER_SHAPE = "It changes a shape in place, and another name has the tensor too. Assign the result to both."
_SHAPE = (
    "The tensor gets the value with its shape, because other names have it. Graph mode and gradients do not see that."
)
_NESTED = "It is written into memory that is there, since its result is used. Graph mode and gradients do not see that."
COPY = "An index with tensors makes a copy in PyTorch, so that this changes nothing. Assign to the item if it should."
_NEW_ARRAY = "It makes a new tensor here, while PyTorch changes the old one: {}. Assign to x[:] if others must see it."
CALLER = "In PyTorch the caller's tensor changes too; here it does not."
_SEEN = "It is written into its memory, because {}. Graph mode and gradients do not see that through a view."


@dataclass(frozen=True, slots=True)
class Placement:
    """Say what goes around the new value.

    Attributes:
        span: The part of the script that is replaced; None if the value stays where the call stands.
        pieces: What takes its place, the call itself among them.
        notes: Remarks for the user.
        refused: Why the call cannot be converted; empty if it can.
        writes: Whether the value is written into memory that is there, or would have to be.
    """

    span: Span | None = None
    pieces: tuple[Piece, ...] = ()
    notes: tuple[Note, ...] = ()
    refused: str = ""
    writes: bool = False


_PLAIN = Placement()


def write_operator(context: Context, node: ast.AugAssign, scope: Scope) -> bool:
    """Write an assignment such as ``x -= y`` to a parameter, or to what has a gradient; note it of other arrays.

    Returns:
        Whether it was written.
    """
    target = node.target
    owners = kind.sure(context.kinds.of(target))
    plain = [write for write in context.apis.tables.writes if not write.reshapes and not write.nested]
    special = (write for write in plain if write.kind not in context.apis.arrays)
    write = next((item for item in special if owners and _are_all(context, owners, item.kind)), None)
    if write is None and isinstance(target, ast.Name) and has_gradient_read(context, target, scope):
        write = next((item for item in plain if item.kind in context.apis.arrays), None)
    if write is None or not isinstance(target, ast.Name):
        review_operator(context, node, scope)
        return False
    value = ast.BinOp(hole("self"), node.op, hole("value"))
    code = fill(write.template, {"self": source_value("self"), "value": Unknown(value)})
    pieces = context.pieces(context.code_pieces(code, {"self": target, "value": node.value}, write.helper))
    context.replace(context.span(node), *pieces)
    context.find(Outcome.CONVERTED, context.span(target), pieces)
    return True


def _are_all(context: Context, owners: Kind, wanted: str) -> bool:
    return all(wanted in context.apis.ancestors(owner) for owner in owners)


def review_operator(context: Context, node: ast.AugAssign, scope: Scope) -> None:
    """Note an assignment such as ``x += y`` to an array that another name may have: the target makes a new array."""
    if not isinstance(node.target, ast.Name) or not context.apis.is_array(context.kinds.of(node.target)):
        return
    alias = find_alias(context, node.target, scope)
    if alias is not None:
        context.find(Outcome.REVIEW, context.span(node.target), (), _NEW_ARRAY.format(alias.say))


def place_change(context: Context, use: Use, decision: Decision, scope: Scope) -> Decision:
    """Put what gives the new value of what an API changes in place where it belongs.

    Args:
        context: The conversion.
        use: The use of the API.
        decision: What takes the API's place.
        scope: The scope that the use stands in.
    """
    name = use.changes or use.rule.changes
    changed = use.argument(decision, name) if name else None
    if changed is None or isinstance(decision.result, (Refused, Dropped)) or not isinstance(use.node, ast.Call):
        return decision
    if use.rule.overwrites:
        placement = overwrite(context, use.node, changed)
    else:
        placement = place_value(context, use.node, changed, scope, reshapes=use.reshapes or use.rule.reshapes)
    if placement.refused:
        return Decision(decision.rule, Refused(placement.refused), decision.action, decision.notes)
    if placement.span is not None:
        inner, outer = placement.span, placement.span
        if isinstance(parent := context.parent(use.node), ast.Expr):
            outer = context.span(parent)  # parentheses around a statement go around the value only
        context.replace(outer, *(outer if piece == inner else piece for piece in placement.pieces))
    return replace(decision, notes=(*decision.notes, *placement.notes))


def place_value(
    context: Context, node: ast.Call, changed: ast.expr, scope: Scope, *, reshapes: bool = False
) -> Placement:
    """Return where the new value of what a call changes in place goes.

    Args:
        context: The conversion.
        node: The call; in the result, an expression that gives the new value.
        changed: What it changes.
        scope: The scope that it stands in.
        reshapes: Whether the new value may have another shape, so that it cannot be written into memory.
    """
    while (inner := changed_by(context, changed, scope)) is not None:
        changed = inner
    if reshapes and dotted_name(changed) is None:
        return _PLAIN  # PyTorch changes the shape of a view that has no name
    placement = _place(context, node, changed, scope)
    writes = context.apis.tables.writes
    if reshapes and placement.writes:
        reshaping = next((write for write in writes if write.reshapes), None)
        return _expressed(context, node, changed, reshaping, _SHAPE) or Placement(refused=_OTHER_SHAPE)
    if placement.refused and placement.writes:
        nested = next((write for write in writes if write.nested), None)
        return _expressed(context, node, changed, nested, _NESTED) or placement
    return placement


def overwrite(context: Context, node: ast.Call, changed: ast.expr) -> Placement:
    """Return a placement that writes a value into the memory of what a call changes, a view of it included.

    Args:
        context: The conversion.
        node: The call; in the result, an expression that gives the value.
        changed: What it changes.
    """
    if not isinstance(context.parent(node), ast.Expr) and dotted_name(changed) is None:
        return Placement(refused=_NO_NAME)
    if isinstance(changed, ast.Attribute) and dotted_name(changed) is not None:
        return _around(context, node, changed, _write(context, changed, node), ())
    place: tuple[Piece, ...] = (context.span(changed),)
    if not is_atom(changed, context.source):
        place = ("(", *place, ")")
    return _around(context, node, changed, (*place, "[:] = ", context.span(node)), ())


def _place(context: Context, node: ast.Call, changed: ast.expr, scope: Scope) -> Placement:
    parent = context.parent(node)
    if isinstance(parent, ast.Attribute) and changed_by(context, context.parent(parent), scope) is parent.value:
        return _PLAIN  # a chain: the outermost call tells
    if isinstance(changed, ast.Name):
        return _name(context, node, changed, scope)
    if isinstance(changed, ast.Call) and not is_view(context, changed, scope):
        if isinstance(parent, ast.Expr) and not makes_new(context, changed, scope):
            return Placement(refused=_NO_NAME)
        return _PLAIN
    if not sources(context, changed, scope) or not _is_repeatable(context, changed, scope):
        return Placement(refused=_NO_NAME) if isinstance(parent, ast.Expr) else _PLAIN
    if isinstance(changed, ast.Attribute):
        return _around(context, node, changed, _write(context, changed, node), ())
    pieces: tuple[Piece, ...] = (context.span(changed), " = ", context.span(node))
    if isinstance(changed, ast.Subscript) and is_copy(context, changed):
        return Placement(refused=COPY)
    if isinstance(changed, ast.Subscript) and is_basic_item(context, changed):
        return _around(context, node, changed, pieces, ())
    note = Note("It is written into the memory of a view, which graph mode and gradients do not follow.", True)
    return _around(context, node, changed, (context.span(changed), "[:] = ", context.span(node)), (note,))


def _name(context: Context, node: ast.Call, changed: ast.Name, scope: Scope) -> Placement:
    parent = context.parent(node)
    alias = find_alias(context, changed, scope)
    own: tuple[Piece, ...] = (changed.id, " = ", context.span(node))
    notes: tuple[Note, ...] = ()
    if alias is not None and alias.parameter and is_called_by_framework(context, scope):
        notes = (Note(CALLER, True),)
    elif alias is not None:
        return _written(context, node, changed, alias)
    if isinstance(parent, ast.Expr):
        return Placement(context.span(node), own, notes)
    if isinstance(parent, ast.Assign):
        targets = [dotted_name(target) for target in parent.targets]
        return Placement(notes=notes) if targets == [changed.id] else Placement(context.span(node), own, notes)
    if isinstance(parent, ast.Return) or not is_read_later(context, node, changed.id, scope):
        return Placement(notes=notes)
    return Placement(refused=_OWN_STATEMENT.format(changed.id), writes=True)


def _written(context: Context, node: ast.Call, changed: ast.Name, alias: Alias) -> Placement:
    pieces: tuple[Piece, ...] = _write(context, changed, node)
    if pieces[0] == context.span(changed):
        pieces = (changed.id, "[:] = ", context.span(node))
    note = Note(_SEEN.format(alias.say), not alias.parameter)
    return _around(context, node, changed, pieces, (note,))


def _around(
    context: Context, node: ast.Call, changed: ast.expr, write: tuple[Piece, ...], notes: tuple[Note, ...]
) -> Placement:
    """Put a statement that writes the value in the place of a statement, or before the one that uses it."""
    parent = context.parent(node)
    span = context.span(node)
    if isinstance(parent, ast.Expr):
        return Placement(span, write, notes, writes=True)
    if not isinstance(parent, (ast.Assign, ast.Return)):
        return Placement(refused=_OWN_STATEMENT.format(context.source.slice(context.span(changed))), writes=True)
    outer = context.span(parent)
    start = context.source.line_start(outer.start)
    indent = context.source.text[start : outer.start]
    if indent.strip():
        return Placement(refused=_OWN_STATEMENT.format(context.source.slice(context.span(changed))), writes=True)
    rest = (Span(outer.start, span.start), context.span(changed), Span(span.end, outer.end))
    return Placement(outer, (*write, f"{context.source.newline}{indent}", *rest), notes, writes=True)


def _expressed(context: Context, node: ast.Call, changed: ast.expr, write: Write | None, say: str) -> Placement | None:
    """Give a value to what changes by an expression that gives it, as the tables say."""
    if write is None:
        return None
    code = fill(write.template, {"self": source_value("self"), "value": source_value("value")})
    pieces = context.code_pieces(code, {"self": changed, "value": node}, write.helper)
    return Placement(context.span(node), tuple(pieces), (Note(say, True),), writes=True)


def _write(context: Context, changed: ast.expr, node: ast.Call) -> tuple[Piece, ...]:
    """Return a statement that writes a value in place, as the tables say for the kind of what changes."""
    found = context.kinds.of(changed)
    for write in context.apis.tables.writes:
        if write.reshapes or write.nested:
            continue
        known = bool(found) and all(write.kind in context.apis.ancestors(owner) for owner in found)
        if known or write.kind in context.apis.arrays:
            code = fill(write.template, {"self": source_value("self"), "value": source_value("value")})
            pieces: Sequence[Piece] = context.code_pieces(code, {"self": changed, "value": node})
            return tuple(pieces)
    return (context.span(changed), "[:] = ", context.span(node))


def is_called_by_framework(context: Context, scope: Scope) -> bool:
    """Tell whether a function is a method that the framework calls, whose parameters the tables know."""
    node = scope.node
    owner = context.parent(node)
    if not isinstance(owner, ast.ClassDef) or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    member = context.apis.member(context.script.class_of[id(owner)].name, node.name)
    return member is not None and member.rule is not None and bool(member.rule.parameters)


def is_copy(context: Context, node: ast.Subscript) -> bool:
    """Tell whether an item of an array is a copy of it: its index has an array or a list."""
    if not context.apis.is_array(context.kinds.of(node.value)):
        return False
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return any(isinstance(part, ast.List) or context.apis.is_array(context.kinds.of(part)) for part in parts)


def is_basic_item(context: Context, node: ast.Subscript) -> bool:
    """Tell whether an item of an array is a view of it: its index has numbers and slices only."""
    if not context.apis.is_array(context.kinds.of(node.value)) or not isinstance(node.value, ast.Name):
        return False
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return all(
        isinstance(part, (ast.Slice, ast.Constant))
        or (isinstance(part, ast.UnaryOp) and isinstance(part.operand, ast.Constant))
        or context.kinds.of(part) == {"int"}
        for part in parts
    )


def _is_repeatable(context: Context, node: ast.expr, scope: Scope) -> bool:
    """Tell whether an expression can be written twice: it has no calls but of views."""
    return all(
        not isinstance(inner, (ast.Call, ast.NamedExpr, ast.Await, ast.Yield)) or is_view(context, inner, scope)
        for inner in ast.walk(node)
        if isinstance(inner, ast.expr)
    )
