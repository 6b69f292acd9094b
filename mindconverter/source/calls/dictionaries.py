"""Dictionaries whose keys a script shows, so that ``**name`` in a call is known to be keyword arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mindconverter.source.calls.context import Context

_READERS = ("copy", "get", "items", "keys", "values")


def known_parts(context: Context, node: ast.expr) -> Mapping[str, ast.expr] | None:
    """Return what a dictionary holds, by key; None if that is not known.

    It is known of a display, and of a name that is bound once, to a display, and of which the script only reads.
    """
    if not isinstance(node, ast.Name):
        return _display(node)
    scope = context.scope_of(node)
    bindings = scope.lookup(node.id)
    statement = context.parent(bindings[0].node) if len(bindings) == 1 else None
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return None
    if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
        return None
    owner = scope.find(node.id)
    if owner is None or not all(_only_reads(context, use) for use in _uses(owner.node, node.id)):
        return None
    return _display(statement.value)


def _display(node: ast.expr) -> Mapping[str, ast.expr] | None:
    match node:
        case ast.Dict(keys=keys, values=values):
            found: dict[str, ast.expr] = {}
            for key, value in zip(keys, values, strict=True):
                if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                    return None
                found[key.value] = value
            return found
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            named = {keyword.arg: keyword.value for keyword in keywords if keyword.arg is not None}
            return named if len(named) == len(keywords) else None
    return None


def _uses(scope: ast.AST, name: str) -> Iterator[ast.Name]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            yield node


def _only_reads(context: Context, node: ast.Name) -> bool:
    """Tell whether a use of a dictionary leaves it as it is."""
    match context.parent(node):
        case ast.keyword(arg=None):
            return True
        case ast.Dict(keys=keys, values=values):
            return keys[values.index(node)] is None
        case ast.Subscript(value=value, ctx=ast.Load()):
            return value is node
        case ast.Attribute(attr=attribute):
            return attribute in _READERS
        case ast.Compare():
            return True
    return False
