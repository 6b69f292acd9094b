"""Collect the source text of the helpers that an output needs, with all that they use themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.tables import RuleTables

_NAME = re.compile(r"(?:class|(?:async\s+)?def)\s+")


@dataclass(frozen=True)
class Definition:
    """Describe a function, class or constant of a file of helpers.

    Attributes:
        name: Its name.
        node: Its statement, as if its text were the whole file.
        text: Its text.
        imports: The import statements that it needs, one name each, by the name that its text uses.
    """

    name: str
    node: ast.stmt
    text: str
    imports: Mapping[str, str]

    def renamed(self, names: Mapping[str, str]) -> str:
        """Return its text with other names.

        Args:
            names: The new names by the old ones: its own, and those of what it uses.
        """
        lines = self.text.split("\n")
        places = [(node.lineno - 1, node.col_offset, node.id) for node in _free_names(self.node)]
        if isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            match = _NAME.match(lines[self.node.lineno - 1])
            assert match is not None
            places.append((self.node.lineno - 1, match.end(), self.name))
        for line, column, name in sorted(places, reverse=True):
            if names.get(name, name) != name:
                data = lines[line].encode()
                lines[line] = (data[:column] + names[name].encode() + data[column + len(name.encode()) :]).decode()
        return "\n".join(lines)


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


@dataclass(frozen=True)
class _File:
    """A file of helpers: its definitions and constants by name, and the import statement of each imported name."""

    definitions: Mapping[str, ast.stmt]
    imports: Mapping[str, str]
    lines: list[str]


@dataclass
class HelperLibrary:
    """Find helpers in the files of the tables.

    Args:
        tables: The tables.
    """

    tables: RuleTables
    _files: dict[Path, _File] = field(default_factory=dict)

    def collect(self, names: Iterable[str]) -> tuple[Definition, ...]:
        """Return the definitions of helpers and of what they use, each after what it uses itself.

        Raises:
            RuleTableError: A helper does not exist, or two files give one name to two things that are needed together.
        """
        found: dict[str, Definition] = {}
        homes: dict[str, Path] = {}
        for name in names:
            self._add(name, self.tables.helper_file(name), found, homes)
        return tuple(found.values())

    def is_class(self, name: str) -> bool:
        """Tell whether a helper is a class.

        Raises:
            RuleTableError: There is no helper of that name.
        """
        return isinstance(self._definition(name, self.tables.helper_file(name)), ast.ClassDef)

    def defines(self, name: str, member: str) -> bool | None:
        """Tell whether a helper class, or a helper that it derives from, defines a member.

        Returns:
            None for a function, and for a member that a class which is no helper may bring: what that has is not
            known here.

        Raises:
            RuleTableError: There is no helper of that name.
        """
        node = self._definition(name, self.tables.helper_file(name))
        if not isinstance(node, ast.ClassDef):
            return None
        found = {item.name for item in node.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))}
        for item in ast.walk(node):
            if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store) and _is_self(item.value):
                found.add(item.attr)
            elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
                found.add(item.id)
        if member in found:
            return True
        inherited = [
            self.defines(base.id, member) if isinstance(base, ast.Name) and self.tables.has_helper(base.id) else None
            for base in node.bases
        ]
        return True if True in inherited else None if None in inherited else False

    def parameters(self, name: str) -> frozenset[str] | None:
        """Return the names of what a helper takes.

        Returns:
            None for one that takes any names, and for a class that inherits what it takes.

        Raises:
            RuleTableError: There is no helper of that name.
        """
        node: ast.stmt | None = self._definition(name, self.tables.helper_file(name))
        if isinstance(node, ast.ClassDef):
            methods = [item for item in node.body if isinstance(item, ast.FunctionDef)]
            node = next((item for item in methods if item.name == "__init__"), None)
        if not isinstance(node, ast.FunctionDef) or node.args.kwarg is not None:
            return None
        return frozenset(item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))

    def _definition(self, name: str, path: Path) -> ast.stmt:
        file = self._file(path)
        if name not in file.definitions:
            raise RuleTableError(f"There is no helper {name!r}.", where=str(path), advice="Define it in the file.")
        return file.definitions[name]

    def _file(self, path: Path) -> _File:
        if path not in self._files:
            self._files[path] = _read(path)
        return self._files[path]

    def _add(self, name: str, path: Path, found: dict[str, Definition], homes: dict[str, Path]) -> None:
        if name in homes:
            if homes[name] != path:
                raise RuleTableError(
                    f"The name {name!r} stands in {homes[name].name} too, and both are needed at once.",
                    where=str(path),
                    advice="Give one of the two another name.",
                )
            return
        homes[name] = path
        file, node = self._file(path), self._definition(name, path)
        imports: dict[str, str] = {}
        for used in _used_names(node):
            if used in file.definitions:
                self._add(used, path, found, homes)
            elif used in file.imports and not _is_helper_file(file.imports[used], path.parent):
                imports[used] = file.imports[used]
            elif used in file.imports or self.tables.has_helper(used):
                self._add(used, self.tables.helper_file(used), found, homes)
        found[name] = _define(name, node, file, imports)


def collect_helpers(tables: RuleTables, names: Iterable[str]) -> HelperSource:
    """Collect helpers by their names.

    Args:
        tables: The tables whose helpers are meant.
        names: The functions and classes that the output uses.

    Raises:
        RuleTableError: A helper does not exist, or two of one name are needed.
    """
    definitions = HelperLibrary(tables).collect(names)
    imports = {statement for definition in definitions for statement in definition.imports.values()}
    code = "\n\n\n".join(definition.text for definition in definitions)
    return HelperSource(
        tuple(sorted(imports)), f"{code}\n" if code else "", tuple(definition.name for definition in definitions)
    )


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_helper_file(statement: str, folder: Path) -> bool:
    """Tell whether an import statement takes a name from another file of helpers."""
    words = statement.split()
    return words[0] == "from" and (folder / f"{words[1]}.py").is_file()


def _read(path: Path) -> _File:
    text = path.read_text(encoding="utf-8")
    definitions: dict[str, ast.stmt] = {}
    imports: dict[str, str] = {}
    for node in ast.parse(text, str(path)).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                definitions[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                definitions[name] = node
            case ast.Import(names=aliases):
                for alias in aliases:
                    imports[alias.asname or alias.name.split(".")[0]] = ast.unparse(ast.Import([alias]))
            case ast.ImportFrom(module=module, names=aliases):
                for alias in aliases:
                    imports[alias.asname or alias.name] = ast.unparse(ast.ImportFrom(module, [alias], 0))
    return _File(definitions, imports, text.split("\n"))


def _define(name: str, node: ast.stmt, file: _File, imports: Mapping[str, str]) -> Definition:
    decorators = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    text = "\n".join(file.lines[start - 1 : node.end_lineno])
    return Definition(name, ast.parse(text).body[0], text, imports)


def _used_names(node: ast.stmt) -> list[str]:
    """Return the names that a definition uses, in order, without those that its functions bind themselves."""
    return list(dict.fromkeys(item.id for item in _free_names(node)))


def _free_names(node: ast.AST, bound: frozenset[str] = frozenset()) -> Iterator[ast.Name]:
    """Yield the names within a definition that no function around them binds."""
    if isinstance(node, ast.Name):
        if node.id not in bound:
            yield node
        return
    inner = bound
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        own = {item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)}
        body = node.body if isinstance(node.body, list) else [node.body]
        stored = (item for part in body for item in ast.walk(part) if isinstance(item, ast.Name))
        inner = bound | own | {item.id for item in stored if isinstance(item.ctx, ast.Store)}
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _free_names(child, inner if name == "body" else bound)
