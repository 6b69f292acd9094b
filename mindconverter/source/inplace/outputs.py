"""Results that a call writes into one of its arguments: where they go, since the target's calls only return them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from mindconverter.rules.decide import Decision, Dropped, Note, Refused
from mindconverter.rules.model import Receives
from mindconverter.rules.template import Template, dotted_name, fill
from mindconverter.rules.values import source_value
from mindconverter.source.calls.calls import Use
from mindconverter.source.calls.context import Context
from mindconverter.source.edit.edit import Piece
from mindconverter.source.inplace.aliases import find_alias, is_given_none, is_read_later, is_view
from mindconverter.source.inplace.changed import changed_by
from mindconverter.source.inplace.inplace import CALLER, COPY, is_basic_item, is_called_by_framework, is_copy
from mindconverter.source.kinds.kind import NONE
from mindconverter.source.names.names import Scope

_MEMORY = "The result is written into memory that is there{}. Graph mode and gradients do not see that."


def place_output(context: Context, use: Use, decision: Decision, scope: Scope) -> Decision:
    """Put the result of a call where the script says that it is written.

    Args:
        context: The conversion.
        use: The call, with the argument that says where.
        decision: What takes the place of the call.
        scope: The scope that it stands in.
    """
    node, output = use.node, use.output
    if output is None or not isinstance(node, ast.Call) or isinstance(decision.result, (Refused, Dropped)):
        return decision
    place, receives = output.value, context.apis.tables.policies[str(output.arg)].receives
    if receives is None or (isinstance(place, ast.Constant) and place.value is None):
        return decision
    if isinstance(place, ast.Subscript) and is_copy(context, place):
        return Decision(decision.rule, Refused(COPY), decision.action, decision.notes)
    parent = context.parent(node)
    if isinstance(parent, ast.Attribute) and changed_by(context, context.parent(parent), scope) is parent.value:
        return decision  # a chain: the outermost call tells
    names = _own_names(context, place, scope)
    if isinstance(place, ast.Subscript) and is_basic_item(context, place) and isinstance(parent, ast.Expr):
        context.replace(context.span(node), context.span(place), " = ", context.span(node))
        return decision
    if names and _assign(context, node, names, scope):
        if len(names) == 1 and _has_other_type(context, node, place):
            context.replace(context.span(node), *_pieces(context, receives, receives.typed, place, node))
        given = any(find_alias(context, item, scope) for item in _parts(place) if isinstance(item, ast.Name))
        return replace(decision, notes=(*decision.notes, Note(CALLER, True))) if given else decision
    context.replace(context.span(node), *_pieces(context, receives, receives.written, place, node))
    return replace(decision, notes=(*decision.notes, *_notes(context, place, scope)))


def _own_names(context: Context, place: ast.expr, scope: Scope) -> list[str]:
    """Return the names that are meant, if nothing but names is meant and no other name can have what they have."""
    names = []
    for node in _parts(place):
        if not isinstance(node, ast.Name) or _may_be_none(context, node, scope):
            return []
        alias = find_alias(context, node, scope)
        if alias is not None and not (alias.parameter and is_called_by_framework(context, scope)):
            return []
        names.append(node.id)
    return names


def _parts(place: ast.expr) -> list[ast.expr]:
    return place.elts if isinstance(place, (ast.Tuple, ast.List)) else [place]


def _may_be_none(context: Context, node: ast.expr, scope: Scope) -> bool:
    found = context.kinds.of(node)
    return found >= NONE or (not found and isinstance(node, ast.Name) and is_given_none(context, node, scope))


def _assign(context: Context, node: ast.Call, names: list[str], scope: Scope) -> bool:
    """Give a result to names, if the call's place allows it or nobody reads them."""
    parent = context.parent(node)
    if isinstance(parent, ast.Assign) and [dotted_name(target) for target in parent.targets] == names:
        return True
    if isinstance(parent, (ast.Expr, ast.Assign)):
        context.replace(context.span(node), f"{', '.join(names)} = ", context.span(node))
        return True
    return isinstance(parent, ast.Return) or not any(is_read_later(context, node, name, scope) for name in names)


def _has_other_type(context: Context, node: ast.expr, place: ast.expr) -> bool:
    """Tell whether the elements of a result have a type that those of its place may not have."""
    result, own = (context.apis.elements.of(context.kinds.of(item)) for item in (node, place))
    return result is not None and result != own


def _pieces(
    context: Context, receives: Receives, template: Template, place: ast.expr, value: ast.expr
) -> tuple[Piece, ...]:
    holes: Mapping[str, ast.expr] = {"out": place, "value": value}
    code = fill(template, {name: source_value(name) for name in holes})
    return tuple(context.code_pieces(code, holes, receives.helper))


def _notes(context: Context, place: ast.expr, scope: Scope) -> tuple[Note, ...]:
    nodes = _parts(place)
    aliases = [find_alias(context, node, scope) if isinstance(node, ast.Name) else None for node in nodes]
    others = [node for node in nodes if dotted_name(node) is None or is_view(context, node, scope)]
    found = [alias for alias in aliases if alias is not None]
    why = f", because {found[0].say}" if found else ""
    review = bool(others) or any(not alias.parameter for alias in found)
    return (Note(_MEMORY.format(why), review),)
