"""Calls of instances of APIs: keywords become places, since the target's instances name what they take differently."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mindconverter.source.calls.context import Context
from mindconverter.source.edit.arguments import NewArgument, edit_arguments, read_slots
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis


def place_keywords(context: Context, node: ast.Call) -> None:
    """Take the names from the arguments of a call of an instance, where the tables tell their order."""
    if not node.keywords:
        return
    parameters = _parameters(context, node)
    slots = read_slots(node)
    if any(slot.star for slot in slots) or len(slots) > len(parameters):
        return
    order = [index for index, slot in enumerate(slots) if slot.keyword is None]
    for parameter in parameters[len(order) : len(slots)]:
        order += [index for index, slot in enumerate(slots) if slot.keyword == parameter]
    if len(order) == len(slots):
        new = [NewArgument(name, slot, False, True, False) for name, slot in zip(parameters, order, strict=False)]
        edit_arguments(context.edits, context.source, node, new)


def _parameters(context: Context, node: ast.Call) -> Sequence[str]:
    """Return the parameters of a call of an instance of an API's class, in order; empty if that is not known."""
    owners = kind.sure(context.kinds.of(node.func))
    found = {_call_parameters(context.apis, owner) for owner in owners}
    return found.pop() if len(found) == 1 else ()


def _call_parameters(apis: Apis, name: str) -> tuple[str, ...]:
    """Return what an instance of a class takes, in order, where an API says so and not the project's own method."""
    for ancestor in apis.ancestors(name) if "[" not in name else ():
        if apis.find_class(ancestor) is not None:
            return ()
        entry = apis.entry(ancestor) if apis.is_source(ancestor) else None
        if entry is not None and entry.call_signature is not None:
            return tuple(parameter.name for parameter in entry.call_signature.parameters)
    return ()
