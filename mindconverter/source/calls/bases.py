"""Classes that derive from an API: whether the target's class can take the API's place as it is."""

from __future__ import annotations

import ast

from mindconverter.rules.decide import TargetCall
from mindconverter.rules.model import Rule
from mindconverter.source.calls.calls import Use, decide
from mindconverter.source.calls.context import Context


def derived_class(context: Context, node: ast.AST) -> ast.ClassDef | None:
    """Return the class that an expression is a base of, or None."""
    parent = context.parent(node)
    return parent if isinstance(parent, ast.ClassDef) and node in parent.bases else None


def needs_helper(context: Context, owner: ast.ClassDef, rule: Rule) -> bool:
    """Tell whether a class has to derive from the helper that has the source's arguments and behaviour.

    That is so where it adds attributes, which the target's class may treat differently, calls the initialiser in a
    form that the target's does not have, or has none, so that whoever makes an instance gives the source's arguments.
    Then its own calls of the initialiser stay as they are.
    """
    if rule.dynamic is None or not context.library.is_class(rule.dynamic):
        return False
    if "__init__" not in context.script.class_of[id(owner)].methods:
        return True
    for node in ast.walk(owner):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Call) and is_super_init(node) and not fits(context, node, rule):
            return True
    return False


def is_super_init(node: ast.Call) -> bool:
    """Tell whether a call is that of the initialiser of a base: ``super().__init__(...)``."""
    match node.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            return True
    return False


def fits(context: Context, node: ast.Call, rule: Rule) -> bool:
    """Tell whether a call of a base's initialiser has a form for the target's class."""
    if not node.args and not node.keywords:
        return True
    result = decide(context, Use(node, rule, context.apis.entry(rule.head), None)).result
    return isinstance(result, TargetCall) and result.target == rule.action.to
