"""The code of the helpers that a result needs: their definitions, what those use, and their imports."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mindconverter.rules.tables import RuleTables
from mindconverter.source.edit import Edits
from mindconverter.source.target_imports import TargetImport, parse_imports
from mindconverter.source.text import SourceText, Span


@dataclass(frozen=True)
class HelperFile:
    """Hold a file of helpers.

    Attributes:
        source: Its text.
        tree: Its syntax tree.
    """

    source: SourceText
    tree: ast.Module

    @cached_property
    def definitions(self) -> Mapping[str, ast.stmt]:
        """The functions, classes and constants by name."""
        found: dict[str, ast.stmt] = {}
        for node in self.tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[node.name] = node
            elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = node
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node
        return found

    @cached_property
    def imports(self) -> Mapping[str, TargetImport]:
        """What the imports at the top bring, by the name that the code uses."""
        found: dict[str, TargetImport] = {}
        for node in self.tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found.update({item.top: item for item in parse_imports(node)})
        return found

    def code(self, node: ast.stmt, names: Mapping[str, str]) -> str:
        """Return the text of a definition.

        Args:
            node: The definition.
            names: New names for names of the file.
        """
        span = self.source.span(node)
        decorators = getattr(node, "decorator_list", [])
        if decorators:
            span = Span(self.source.line_start(self.source.span(decorators[0]).start), span.end)
        edits = Edits()
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and names.get(inner.id, inner.id) != inner.id:
                edits.replace(self.source.span(inner), names[inner.id])
        defined = getattr(node, "name", None)
        if defined is not None and names.get(defined, defined) != defined:
            start = self.source.text.index(defined, self.source.span(node).start + len("def"))
            edits.replace(Span(start, start + len(defined)), names[defined])
        return edits.render(self.source.text, {}, span)


@dataclass(frozen=True, slots=True)
class Definition:
    """Describe a definition that a result needs.

    Attributes:
        name: Its name in its file.
        file: Its file.
        node: Its statement.
    """

    name: str
    file: HelperFile
    node: ast.stmt


@dataclass
class HelperLibrary:
    """Find helpers in the files of the tables.

    Args:
        tables: The tables.
    """

    tables: RuleTables
    _files: dict[Path, HelperFile] = field(default_factory=dict)

    def collect(self, names: Iterable[str]) -> list[Definition]:
        """Return the definitions of helpers and of what they use, each after what it uses itself.

        Raises:
            RuleTableError: There is no helper of a name.
        """
        found: dict[tuple[int, str], Definition] = {}
        for name in sorted(names):
            self._add(self._file(name), name, found, set())
        return list(found.values())

    def is_class(self, name: str) -> bool:
        """Tell whether a helper is a class.

        Raises:
            RuleTableError: There is no helper of that name.
        """
        return isinstance(self._file(name).definitions[name], ast.ClassDef)

    def _file(self, name: str) -> HelperFile:
        path = self.tables.helper_file(name)
        if path not in self._files:
            source = SourceText(path.read_text(encoding="utf-8"))
            self._files[path] = HelperFile(source, ast.parse(source.text))
        return self._files[path]

    def _add(
        self, file: HelperFile, name: str, found: dict[tuple[int, str], Definition], open_names: set[tuple[int, str]]
    ) -> None:
        key = (id(file), name)
        if key in found or key in open_names:
            return
        open_names.add(key)
        node = file.definitions[name]
        for used in _used_names(node):
            if used in file.definitions:
                self._add(file, used, found, open_names)
            elif used not in file.imports and self.tables.has_helper(used):
                self._add(self._file(used), used, found, open_names)
        found[key] = Definition(name, file, node)


def imports_of(definition: Definition) -> list[TargetImport]:
    """Return the imports that a definition needs."""
    used = _used_names(definition.node)
    return [item for name, item in definition.file.imports.items() if name in used]


def _used_names(node: ast.stmt) -> dict[str, None]:
    return {inner.id: None for inner in ast.walk(node) if isinstance(inner, ast.Name)}
