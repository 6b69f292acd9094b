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
    """Hold the signatures of helpers by name: for a class, what instances take; None if it inherits that."""

    signatures: Mapping[str, Signature | None]

    def __contains__(self, name: str) -> bool:
        return name in self.signatures


def read_helpers(roots: Iterable[Path]) -> HelperFunctions:
    """Read the helpers of folders of tables.

    Args:
        roots: The folders; a later one wins over an earlier one.

    Raises:
        RuleTableError: A helper file is not Python, or two files of a folder define one name.
    """
    found: dict[str, Signature | None] = {}
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
                found[node.name] = _signature(node) if isinstance(node, ast.FunctionDef) else _constructor(node)
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
