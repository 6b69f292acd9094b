"""Collect the source text of the helpers that an output needs, with all that they use themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.tables import RuleTables


@dataclass(frozen=True, slots=True)
class HelperSource:
    """Hold helpers as they go into an output.

    Attributes:
        imports: The import statements that they need, one name each, sorted.
        code: Their definitions in an order in which each comes after those that it uses; empty if there are none.
        names: The names that the code defines.
    """

    imports: tuple[str, ...]
    code: str
    names: tuple[str, ...]


def collect_helpers(tables: RuleTables, names: Iterable[str]) -> HelperSource:
    """Collect helpers by their names.

    Args:
        tables: The tables whose helpers are meant.
        names: The functions and classes that the output uses.

    Raises:
        RuleTableError: A helper does not exist.
    """
    collection = _Collection(tables)
    for name in names:
        collection.add(name, None)
    code = "\n\n\n".join(collection.texts.values())
    return HelperSource(tuple(sorted(collection.imports)), f"{code}\n" if code else "", tuple(collection.texts))


@dataclass(frozen=True)
class _File:
    """A file of helpers: its definitions and constants by name, and the import statement of each imported name."""

    definitions: Mapping[str, tuple[ast.stmt, str]]
    imports: Mapping[str, str]


class _Collection:
    def __init__(self, tables: RuleTables) -> None:
        self.tables = tables
        self.texts: dict[str, str] = {}
        self.imports: set[str] = set()
        self._files: dict[Path, _File] = {}
        self._open: set[str] = set()

    def add(self, name: str, home: Path | None) -> None:
        """Add a helper, or what a helper of the file ``home`` uses."""
        if name in self.texts or name in self._open:
            return
        path = home if home is not None and name in self._file(home).definitions else self.tables.helper_file(name)
        file = self._file(path)
        if name not in file.definitions:
            raise RuleTableError(f"There is no helper {name!r}.", where=str(path), advice="Define it in the file.")
        node, text = file.definitions[name]
        self._open.add(name)
        for used in _names(node):
            if used in file.definitions:
                self.add(used, path)
            elif used in file.imports and _is_helper_file(file.imports[used], path.parent):
                self.add(used, None)
            elif used in file.imports:
                self.imports.add(file.imports[used])
        self._open.discard(name)
        self.texts[name] = text

    def _file(self, path: Path) -> _File:
        if path not in self._files:
            self._files[path] = _read(path)
        return self._files[path]


def _is_helper_file(statement: str, folder: Path) -> bool:
    """Tell whether an import statement takes a name from another file of helpers."""
    words = statement.split()
    return words[0] == "from" and (folder / f"{words[1]}.py").is_file()


def _read(path: Path) -> _File:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    definitions: dict[str, tuple[ast.stmt, str]] = {}
    imports: dict[str, str] = {}
    for node in ast.parse(text, str(path)).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                definitions[node.name] = (node, "\n".join(lines[start - 1 : node.end_lineno]))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                definitions[name] = (node, "\n".join(lines[node.lineno - 1 : node.end_lineno]))
            case ast.Import(names=aliases):
                for alias in aliases:
                    imports[alias.asname or alias.name.split(".")[0]] = ast.unparse(ast.Import([alias]))
            case ast.ImportFrom(module=module, names=aliases):
                for alias in aliases:
                    imports[alias.asname or alias.name] = ast.unparse(ast.ImportFrom(module, [alias], 0))
    return _File(definitions, imports)


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a definition uses, in order."""
    return list(dict.fromkeys(item.id for item in ast.walk(node) if isinstance(item, ast.Name)))
