"""Functions of a script that compute gradients themselves."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable


def functions_with_passes(tree: ast.Module, owners: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names of functions that have a backward pass, or call one that has.

    Args:
        tree: The script.
        owners: The functions with a backward pass of their own.
    """
    found = {owner.name for owner in owners if isinstance(owner, ast.FunctionDef)}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    while found:
        more = {function.name for function in functions if calls_any(function, found)} - found
        if not more:
            break
        found |= more
    return frozenset(found)


def calls_any(node: ast.AST, names: Collection[str]) -> bool:
    """Tell whether a statement calls a function by one of some names, or such a method of ``self``."""
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name)):
                if name in names:
                    return True
    return False
