"""What a call changes in place, and what it writes its result into: its result then is that, by another name."""

from __future__ import annotations

import ast

from mindconverter.rules.catalog import Api
from mindconverter.rules.model import Rule
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.members import find_member
from mindconverter.source.names.names import Scope


def changed_by(context: Context, node: ast.AST | None, scope: Scope) -> ast.expr | None:
    """Return what a call of an API changes in place or writes its result into; None if it does neither."""
    if not isinstance(node, ast.Call):
        return None
    full = context.full_name(node.func, scope)
    if full is not None:
        rule, entry = context.apis.rule(full), context.apis.entry(full)
    else:
        found = find_member(context, node.func, scope) if isinstance(node.func, ast.Attribute) else None
        rule, entry = (found.member.rule, found.member.api) if found is not None else (None, None)
    if rule is None:
        return None
    output = given_output(context, node, rule, entry)
    if output is not None or not rule.changes:
        return output.value if output is not None else None
    if rule.changes == "self":
        return node.func.value if full is None and isinstance(node.func, ast.Attribute) else None
    named = (keyword.value for keyword in node.keywords if keyword.arg == rule.changes)
    return next(iter(node.args), None) or next(named, None)


def given_output(context: Context, node: ast.Call, rule: Rule, entry: Api | None) -> ast.keyword | None:
    """Return the argument by which a call says what its result is written into, or None."""
    return next((keyword for keyword in node.keywords if context.apis.receives(rule, entry, keyword.arg)), None)
