"""What code of the tables uses that an older version of the target framework lacks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.helper_syntax import definitions_in, helper_syntax
from mindconverter.rules.signature import Kind

Use = tuple[str, tuple[str, ...]]
"""A full name that code uses, or a dot and the name of a member of a value, and keywords that it is called with."""
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
        older = self.older.entries
        changed = (name for name, entry in self.newer.entries.items() if older.get(name) is not entry)
        aliases = (
            name for name, api in self.newer.aliases.items() if name.rpartition(".")[2] != api.rpartition(".")[2]
        )
        for name in (*changed, *aliases):
            owner, _, last = name.rpartition(".")
            # Members of classes are reached by values, and other modules are not public.
            if self.differs(name) and self.newer.entries.get(owner, {}).get("kind") == "module":
                new, old = self.newer.find(name), self.older.find(name)
                if old is None:
                    found.add(last)
                elif new is not None:
                    found |= _parameters(new) - _parameters(old)
        return frozenset(found | self.members.keys())

    @cached_property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The members of classes that no class of the older version has; or the parameters that none takes there.

        Nothing tells the class of a value in a helper, so that a name counts that is new in all of them.
        """
        older = self.older.entries
        changed = {
            last
            for name, entry in self.newer.entries.items()
            for owner, _, last in [name.rpartition(".")]
            if older.get(name) is not entry and self._is_member(owner, last) and self.differs(name)
        }
        new, old = (_members(catalog, changed) for catalog in (self.newer, self.older))
        gained = {
            last: frozenset(name for name in _parameters(*new[last]) if not any(_takes(api, name) for api in old[last]))
            for last in changed
        }
        return {last: gained[last] if old[last] else frozenset() for last in changed if gained[last] or not old[last]}

    def _is_member(self, owner: str, name: str) -> bool:
        return self.newer.entries.get(owner, {}).get("kind") == "class" and not name.startswith("__")

    def concern(self, text: str) -> bool:
        """Tell whether code may use what the older version lacks; most code has none of these words."""
        return not self.words.isdisjoint(_words(text))

    def among(self, uses: Sequence[Use]) -> Iterator[str]:
        """Yield what code uses and the older version lacks, one sentence each.

        Args:
            uses: What the code uses.
        """
        for name, keywords in uses:
            if name.startswith("."):
                yield from self._of_member(name[1:], keywords)
            if name.startswith(".") or not self.differs(name):
                continue
            new, old = self.newer.find(name), self.older.find(name)
            if new is not None and old is None:
                yield f"{name} is not an API of {self.older.title}."
            for keyword in keywords if old is not None else ():
                if _takes(new, keyword) and not _takes(old, keyword):
                    yield f"{name} has no parameter {keyword!r} in {self.older.title}."

    def _of_member(self, name: str, keywords: Sequence[str]) -> Iterator[str]:
        lacking = self.members.get(name)
        if lacking is not None and not lacking:
            yield f"No class of {self.older.title} has {name!r}."
        for keyword in lacking.intersection(keywords) if lacking else ():
            yield f"{name} has no parameter {keyword!r} in {self.older.title}."

    def in_helpers(self, helpers: Mapping[str, HelperCode]) -> Mapping[str, str]:
        """Return what helpers use, themselves or by other helpers, and the older version lacks.

        Args:
            helpers: The helpers by name.

        Returns:
            A sentence for each helper that lacks something.
        """
        found: dict[str, str] = {}
        for name, helper in helpers.items():
            if self.concern(helper.text):
                found.update((name, say) for say in self.among(helper.uses))
        fresh = dict(found)
        while fresh:
            users = {
                name: fresh[used]
                for name, helper in helpers.items()
                if name not in found and not _words(helper.text).isdisjoint(fresh)
                for used in _names(helper.node)
                if used in fresh
            }
            found |= users
            fresh = users
        return found


@dataclass(frozen=True)
class HelperCode:
    """Hold the code of a helper.

    Attributes:
        text: Its lines.
        node: Its syntax tree.
        imports: The full names of what its file imports.
    """

    text: str
    node: ast.stmt
    imports: Mapping[str, str]

    @cached_property
    def uses(self) -> Sequence[Use]:
        """What it uses of other modules, and the members of values that it does not define itself."""
        own = {f".{name}" for name in _defined(self.node)}
        return [use for use in used_in(self.node, self.imports) if use[0] not in own]


def used_in(tree: ast.AST, imports: Mapping[str, str]) -> Sequence[Use]:
    """Return the full names and members that code uses, each with the keywords of the call that it stands in.

    Args:
        tree: The code.
        imports: The full names of what its names mean.
    """
    found: list[tuple[str | None, tuple[str, ...]]] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            found.append((_named(node, imports), ()))
        elif isinstance(node, ast.Call):
            found.append((_named(node.func, imports), tuple(each.arg for each in node.keywords if each.arg)))
    return [(name, keywords) for name, keywords in found if name is not None]


def _defined(tree: ast.AST) -> Iterator[str]:
    """Yield the names of the functions that code defines, and of the attributes that it sets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def helper_code(folders: Sequence[Path]) -> Mapping[str, HelperCode]:
    """Return the code of all helpers by name.

    Args:
        folders: The folders of helpers; a later one wins over an earlier one.
    """
    found: dict[str, HelperCode] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.py"))):
        text = path.read_text(encoding="utf-8")
        lines, tree = text.splitlines(), helper_syntax(text)
        imports = _imports(tree)
        for name, node in definitions_in(tree):
            found[name] = HelperCode("\n".join(lines[node.lineno - 1 : node.end_lineno]), node, imports)
    return found


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _parameters(*apis: Api) -> set[str]:
    """Return the names that keywords of a call may have."""
    return {
        parameter.name
        for api in apis
        for signature in api.signatures
        for parameter in signature.parameters
        if parameter.kind not in (Kind.ARGS, Kind.KWARGS)
    }


def _members(catalog: Catalog, names: Set[str]) -> Mapping[str, list[Api]]:
    """Return the members of all classes that have one of the names, by it."""
    found: dict[str, list[Api]] = {name: [] for name in names}
    for path in catalog.entries:
        owner, _, last = path.rpartition(".")
        if last in found and catalog.entries.get(owner, {}).get("kind") == "class":
            api = catalog.find(path)
            found[last] += [api] if api is not None else []
    return found


def _takes(api: Api | None, keyword: str) -> bool:
    return api is not None and any(
        parameter.name == keyword or parameter.kind is Kind.KWARGS
        for signature in api.signatures
        for parameter in signature.parameters
    )


def _named(node: ast.expr, imports: Mapping[str, str]) -> str | None:
    name = _full_name(node, imports)
    return f".{node.attr}" if name is None and isinstance(node, ast.Attribute) else name


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
