"""What the body of a function shows of its parameters: those that it gives to APIs that take an array there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.source.api import Apis
from mindconverter.source.names import Names
from mindconverter.source.observed import Function

_ARRAY_PARAMETER = "input"
"""What the functions of the source framework call the array that they work on."""


def array_parameters(node: Function, names: Names, apis: Apis) -> frozenset[str]:
    """Return the parameters of a function that its body gives to an API as an array, before it gives them a new value.

    Args:
        node: The function.
        names: The names of the script.
        apis: What is known of APIs.
    """
    scope = names.scope(node)
    parameters = {item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    ends = _ends(node)
    return frozenset(
        argument.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
        for argument in _arrays(inner, names.qualified(inner.func, scope), apis)
        if argument.id in parameters and argument.lineno <= ends.get(argument.id, argument.lineno)
    )


def _ends(node: Function) -> dict[str, int]:
    """Return the last line on which each name may still have the value that it came with."""
    found: dict[str, int] = {}
    assigned: set[int] = set()
    for inner in ast.walk(node):  # a statement comes before what is in it
        if isinstance(inner, ast.Assign):
            names = [item for target in inner.targets for item in ast.walk(target) if isinstance(item, ast.Name)]
            last = inner.end_lineno or inner.lineno
            assigned.update(map(id, names))
            found.update({item.id: min(last, found.get(item.id, last)) for item in names})
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) and id(inner) not in assigned:
            found[inner.id] = min(inner.lineno, found.get(inner.id, inner.lineno))
    return found


def _arrays(call: ast.Call, name: str | None, apis: Apis) -> Iterator[ast.Name]:
    """Yield the names that a call of an API gives it as its array."""
    if name is None or not apis.is_source(name):
        return
    entry = apis.entry(apis.canonical(name))
    if entry is None or entry.kind != "function":
        return
    first = next((parameter.name for signature in entry.signatures for parameter in signature.parameters), None)
    if first == _ARRAY_PARAMETER and call.args and isinstance(call.args[0], ast.Name):
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.arg == _ARRAY_PARAMETER and isinstance(keyword.value, ast.Name):
            yield keyword.value
