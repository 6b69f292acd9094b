"""Overloads out of type stubs."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.syntax import signature_of_node

_UNBOUND = frozenset({"staticmethod"})
_ANYTHING = re.compile(r"\(\*\w+(: Any)?, \*\*\w+(: Any)?\)$")
_CONSTRUCTORS = frozenset({"__init__", "__new__"})


@dataclass(frozen=True)
class Stub:
    """Hold the signatures of a stub file.

    Args:
        functions: Function name to overloads.
        methods: Class name to method name to overloads, without the receiver; a constructor is ``__init__``.
    """

    functions: Mapping[str, tuple[str, ...]]
    methods: Mapping[str, Mapping[str, tuple[str, ...]]]


def read_stub(path: Path) -> Stub:
    """Read the functions and classes of a stub file."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    return Stub(_overloads(body, method=False), {node.name: _overloads(node.body, method=True) for node in classes})


def _overloads(body: list[ast.stmt], *, method: bool) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for node in body:
        if isinstance(node, ast.FunctionDef):
            bound = method and not _UNBOUND.intersection(map(ast.unparse, node.decorator_list))
            name = "__init__" if node.name in _CONSTRUCTORS else node.name
            if name == "__init__":
                node.returns = None
            signature = signature_of_node(node, method=bound, annotated=True)
            if signature not in found[name]:
                found[name].append(signature)
    return {name: _telling(signatures) for name, signatures in found.items()}


def _telling(signatures: list[str]) -> tuple[str, ...]:
    """Leave out the overload that accepts everything, if there are others."""
    return tuple(each for each in signatures if not _ANYTHING.match(each)) or tuple(signatures)
