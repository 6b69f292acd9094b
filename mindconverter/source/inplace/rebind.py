"""Calls that change their argument in place, and whose result is not used: the target's give a new value instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.decide import Decision
from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.calls import Use, decide
from mindconverter.source.calls.context import Context

_SAY = "The call changed its argument in place, and its result is not used. Assign the result."


def rebind_use(context: Context, use: Use, decision: Decision) -> None:
    """Give the result of a call of an API that changed its argument in place, and did no more, to that argument."""
    if not isinstance(use.node, ast.Call) or not isinstance(context.parent(use.node), ast.Expr):
        return
    in_place = _in_place(context, decision)
    if in_place is not False:
        changed = use.receiver if use.receiver is not None else next(iter(use.node.args), None)
        _rebind(context, use.node, changed, use.shown, certain=in_place is True)


def rebind_instance(context: Context, node: ast.Call, owner: ast.ClassDef | None) -> None:
    """Do the same for a call of an instance, by how the script makes that instance.

    Args:
        context: The conversion.
        node: The call.
        owner: The class whose method the call stands in, or None.
    """
    if not node.args or not isinstance(context.parent(node), ast.Expr):
        return
    if not any(context.apis.rule(name) is not None for name in context.kinds.of(node.func)):
        return
    found = {_makes_in_place(context, value) for value in _makers(context, node.func, owner)}
    if found - {False}:
        _rebind(context, node, node.args[0], node.func, certain=found == {True})


def _rebind(context: Context, node: ast.Call, changed: ast.expr | None, shown: ast.expr, *, certain: bool) -> None:
    if certain and isinstance(changed, ast.Name):
        parent = context.parent(node)
        statement = parent if isinstance(parent, ast.Expr) else node
        context.edits.insert(context.span(statement).start, f"{changed.id} = ")
    else:
        context.find(Outcome.REVIEW, context.shown(shown), (), _SAY)


def _in_place(context: Context, decision: Decision) -> bool | None:
    """Tell whether the arguments ask for a change in place; None if that is not known."""
    policies = context.apis.tables.policies
    bound = decision.bound if decision.bound is not None else {}
    values = [item.value for name, item in bound.items() if name in policies and policies[name].rebind]
    if True in values:
        return True
    return False if all(value is False or value is None for value in values) else None


def _makers(context: Context, callee: ast.expr, owner: ast.ClassDef | None) -> Iterator[ast.expr]:
    """Yield what the script assigns to the instance that is called."""
    chain = dotted_name(callee)
    if chain is None:
        yield callee
        return
    for node in ast.walk(owner if owner is not None and "." in chain else context.script.tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(dotted_name(target) == chain for target in targets):
                yield node.value


def _makes_in_place(context: Context, value: ast.expr) -> bool | None:
    found = context.kinds.of(value)
    rule = context.apis.rule(next(iter(found))) if len(found) == 1 else None
    if not isinstance(value, ast.Call) or rule is None:
        return None if rule is not None else False
    return _in_place(context, decide(context, Use(value, rule, context.apis.entry(rule.head), value.func)))
