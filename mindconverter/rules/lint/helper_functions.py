"""The helpers that rules may name, and what they take."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.helper_syntax import helper_syntax
from mindconverter.rules.signature import Signature, parse_signature


@dataclass(frozen=True, slots=True)
class HelperFunctions:
    """Hold the definitions of helpers by name."""

    definitions: Mapping[str, ast.FunctionDef | ast.ClassDef]

    def __contains__(self, name: str) -> bool:
        return name in self.definitions

    def signature(self, name: str) -> Signature | None:
        """Return what a helper takes: for a class, what makes an instance; None if it inherits that."""
        node = self.definitions[name]
        return _signature(node) if isinstance(node, ast.FunctionDef) else _constructor(node)


def read_helpers(roots: Iterable[Path]) -> HelperFunctions:
    """Read the helpers of folders of tables.

    Args:
        roots: The folders; a later one wins over an earlier one.

    Raises:
        RuleTableError: A helper file is not Python, or two files of a folder define one name.
    """
    found: dict[str, ast.FunctionDef | ast.ClassDef] = {}
    for root in roots:
        homes: dict[str, Path] = {}
        for path in sorted((root / "helpers").glob("*.py")):
            for node in _module(path).body:
                if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    continue
                if node.name in homes:
                    raise RuleTableError(
                        f"The helper {node.name!r} is defined in {homes[node.name].name} too.",
                        where=f"{path}:{node.lineno}",
                        advice="Give one of the two another name, or import it from the other file.",
                    )
                homes[node.name] = path
                found[node.name] = node
    return HelperFunctions(found)


def _module(path: Path) -> ast.Module:
    try:
        return helper_syntax(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RuleTableError(
            f"The helpers cannot be read: {error}.", where=str(path), advice="Check the file."
        ) from error
    except SyntaxError as error:
        place = f"{path}:{error.lineno}:{error.offset}"
        raise RuleTableError(f"The helpers are not Python: {error.msg}.", where=place, advice="Correct it.") from error


def _constructor(node: ast.ClassDef) -> Signature | None:
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return Signature(_signature(item).parameters[1:])
    return None


def _signature(node: ast.FunctionDef) -> Signature:
    return parse_signature(f"({ast.unparse(node.args)})")
