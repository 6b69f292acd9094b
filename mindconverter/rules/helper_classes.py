"""The classes among the helpers, as entries of a catalogue, so that rules can make Cells of them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from copy import copy
from functools import cache
from pathlib import Path

from mindconverter.rules.helper_syntax import helper_syntax


def helper_class_entries(paths: Iterable[Path]) -> dict[str, Mapping[str, object]]:
    """Return the catalogue entries of the classes in helper files, with what their constructors and their calls take.

    Args:
        paths: The files; a later one wins over an earlier one.
    """
    found: dict[str, Mapping[str, object]] = {}
    for path in paths:
        found |= _entries(path.read_text(encoding="utf-8"))
    return found


@cache
def _entries(text: str) -> Mapping[str, Mapping[str, object]]:
    """Return the entries of one file, once in a process: each version of the target has them in its catalogue."""
    found = {}
    for node in helper_syntax(text).body:
        if isinstance(node, ast.ClassDef):
            made, called = (_signatures(node, method) for method in ("__init__", "construct"))
            found[node.name] = {"kind": "class", "signatures": made, "call": called}
    return found


def _signatures(node: ast.ClassDef, method: str) -> tuple[str, ...]:
    """Return the signature of a method without its receiver; none for a class that inherits it."""
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == method:
            arguments = copy(item.args)
            arguments.args = arguments.args[1:]
            return (f"({ast.unparse(arguments)})",)
    return ()
