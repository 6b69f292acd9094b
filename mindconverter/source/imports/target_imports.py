"""Import statements of the result, as data."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class TargetImport:
    """Describe one name that an import brings.

    Attributes:
        module: The module of a ``from`` import; empty for ``import name``.
        name: The name that is imported.
        bound: The name that the script knows it by; for ``import a.b`` without ``as`` that is ``a.b``.
    """

    module: str
    name: str
    bound: str

    @property
    def qualified(self) -> str:
        """The full name of what is imported."""
        if not self.module:
            return self.name
        return f"{self.module}{self.name}" if self.module.endswith(".") else f"{self.module}.{self.name}"

    @property
    def top(self) -> str:
        """The name that the statement binds."""
        return self.bound.partition(".")[0]

    def renamed(self, bound: str) -> TargetImport:
        """Return the import with another name for the script."""
        return TargetImport(self.module, self.name, bound)


def parse_imports(node: ast.Import | ast.ImportFrom) -> list[TargetImport]:
    """Return what an import statement brings."""
    module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    return [TargetImport(module, alias.name, alias.asname or alias.name) for alias in node.names]


def parse_statement(text: str) -> TargetImport:
    """Return what an import statement of one name brings."""
    node = ast.parse(text).body[0]
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    return parse_imports(node)[0]


def write_imports(imports: Iterable[TargetImport]) -> list[str]:
    """Return the statements of some imports: plain imports first, then one a module."""
    plain: list[str] = []
    grouped: dict[str, list[str]] = {}
    for item in sorted(set(imports)):
        written = item.name if item.bound == item.name else f"{item.name} as {item.bound}"
        if item.module:
            grouped.setdefault(item.module, []).append(written)
        else:
            plain.append(f"import {written}")
    return [*plain, *(f"from {module} import {', '.join(names)}" for module, names in grouped.items())]
