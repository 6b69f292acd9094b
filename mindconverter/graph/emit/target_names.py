"""Write target APIs by the names that the script's imports bind, and know which imports that takes."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from mindconverter.rules.tables import RuleTables
from mindconverter.rules.template import dotted_name


@dataclass
class TargetNames:
    """Shorten full names of target APIs, and remember the imports.

    Args:
        tables: The tables that say how target modules are imported.
    """

    tables: RuleTables
    statements: set[str] = field(default_factory=set)

    @property
    def bound(self) -> frozenset[str]:
        """All names that imports of target modules may bind."""
        return frozenset(rule.name for rule in self.tables.modules.values() if rule.name)

    def reference(self, full_name: str) -> ast.expr:
        """Return the expression for an API, and note the import that it needs."""
        parts = full_name.split(".")
        if len(parts) == 1 and self.tables.has_helper(full_name):
            return ast.Name(full_name, ast.Load())  # the script defines it
        for end in range(len(parts), 0, -1):
            rule = self.tables.modules.get(".".join(parts[:end]))
            if rule is not None and rule.statement:
                self.statements.add(rule.statement)
                return _chain(rule.name, parts[end:])
        self.statements.add(f"import {'.'.join(parts[:-1])}" if len(parts) > 1 else f"import {parts[0]}")
        return _chain(parts[0], parts[1:])

    def short(self, full_name: str) -> str:
        """Return the text for an API, for messages."""
        parts = full_name.split(".")
        for end in range(len(parts), 0, -1):
            rule = self.tables.modules.get(".".join(parts[:end]))
            if rule is not None and rule.statement:
                return ".".join([rule.name, *parts[end:]])
        return full_name

    def shorten(self, code: ast.AST) -> ast.AST:
        """Return code with the full names of target APIs in it shortened."""
        return _Shortener(self).visit(code)  # type: ignore[no-any-return]


def _chain(first: str, rest: Iterable[str]) -> ast.expr:
    code: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        code = ast.Attribute(code, part, ast.Load())
    return code


class _Shortener(ast.NodeTransformer):
    def __init__(self, names: TargetNames) -> None:
        self.names = names
        self.root = f"{names.tables.target_catalog.framework}."

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:  # the name is the visitor's
        name = dotted_name(node)
        if name is not None and name.startswith(self.root):
            return self.names.reference(name)
        self.generic_visit(node)
        return node
