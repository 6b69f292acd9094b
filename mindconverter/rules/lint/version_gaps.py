"""What code of the tables uses that an older version of the target framework lacks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.helper_syntax import definitions_in, helper_syntax
from mindconverter.rules.signature import Kind

_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class VersionGaps:
    """Find what an older version lacks.

    Args:
        newer: The catalogue of a newer version.
        older: That of an older one.
    """

    newer: Catalog
    older: Catalog

    def differs(self, name: str) -> bool:
        """Tell whether an API is another one in the older version, or none."""
        entry = self.newer.entries.get(name)
        if entry is not None and entry is self.older.entries.get(name):  # a file of differences leaves it as it is
            return False
        return self.newer.find(name) != self.older.find(name)

    @cached_property
    def words(self) -> frozenset[str]:
        """The last parts of the names that the older version lacks, and the parameters that it does not know yet."""
        found: set[str] = set()
        aliases = (
            name for name, api in self.newer.aliases.items() if name.rpartition(".")[2] != api.rpartition(".")[2]
        )
        for name in (*self.newer.entries, *aliases):
            owner, _, last = name.rpartition(".")
            # Members of classes are reached by values, and other modules are not public.
            if self.newer.entries.get(owner, {}).get("kind") == "module" and self.differs(name):
                new, old = self.newer.find(name), self.older.find(name)
                if old is None:
                    found.add(last)
                elif new is not None:
                    found |= _parameters(new) - _parameters(old)
        return frozenset(found)

    def concern(self, text: str) -> bool:
        """Tell whether code may use what the older version lacks; most code has none of these words."""
        return not self.words.isdisjoint(_words(text))

    def in_code(self, tree: ast.AST, imports: Mapping[str, str]) -> Iterator[str]:
        """Yield what code uses and the older version lacks, one sentence each.

        Args:
            tree: The code.
            imports: The full names of what its names mean.
        """
        for node in ast.walk(tree):
            if isinstance(node, (ast.Name, ast.Attribute)):
                name = _full_name(node, imports)
                if name is not None and self.newer.find(name) is not None and self.older.find(name) is None:
                    yield f"{name} is not an API of {self.older.title}."
            elif isinstance(node, ast.Call):
                name = _full_name(node.func, imports)
                new, old = (catalog.find(name) if name else None for catalog in (self.newer, self.older))
                for keyword in node.keywords if new is not None and old is not None and new != old else ():
                    if keyword.arg and _takes(new, keyword.arg) and not _takes(old, keyword.arg):
                        yield f"{name} has no parameter {keyword.arg!r} in {self.older.title}."

    def in_helpers(self, folders: Sequence[Path]) -> Mapping[str, str]:
        """Return what helpers use, themselves or by other helpers, and the older version lacks.

        Args:
            folders: The folders of helpers; a later one wins over an earlier one.

        Returns:
            A sentence for each helper that lacks something.
        """
        definitions: dict[str, tuple[str, ast.stmt, ast.Module]] = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*.py"))):
            text = path.read_text(encoding="utf-8")
            lines, tree = text.splitlines(), helper_syntax(text)
            for name, node in definitions_in(tree):
                definitions[name] = "\n".join(lines[node.lineno - 1 : node.end_lineno]), node, tree
        found: dict[str, str] = {}
        for name, (text, node, tree) in definitions.items():
            if self.concern(text):
                found.update((name, say) for say in self.in_code(node, _imports(tree)))
        fresh = dict(found)
        while fresh:
            users = {
                name: fresh[used]
                for name, (text, node, _) in definitions.items()
                if name not in found and not _words(text).isdisjoint(fresh)
                for used in _names(node)
                if used in fresh
            }
            found |= users
            fresh = users
        return found


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _parameters(api: Api) -> set[str]:
    return {parameter.name for signature in api.signatures for parameter in signature.parameters}


def _takes(api: Api | None, keyword: str) -> bool:
    return api is not None and any(
        parameter.name == keyword or parameter.kind is Kind.KWARGS
        for signature in api.signatures
        for parameter in signature.parameters
    )


def _full_name(node: ast.expr, imports: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return imports.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, imports)
        return f"{owner}.{node.attr}" if owner is not None else None
    return None


def _imports(tree: ast.Module) -> Mapping[str, str]:
    """Return the full names of what the import statements at the top of a file bind."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            found.update({alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names if alias.asname})
            found.update(
                {name: name for alias in node.names if not alias.asname for name in [alias.name.split(".")[0]]}
            )
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return found


def _names(node: ast.AST) -> Iterator[str]:
    return (item.id for item in ast.walk(node) if isinstance(item, ast.Name))
