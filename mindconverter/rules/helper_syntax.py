"""The syntax trees of files of helpers, which several readers of the tables look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from mindconverter.errors import RuleTableError


@lru_cache(maxsize=256)
def helper_syntax(text: str) -> ast.Module:
    """Return the syntax tree of a file of helpers, which nobody may change.

    Args:
        text: What the file holds.

    Raises:
        SyntaxError: The text is not Python.
        ValueError: The text cannot be parsed.
    """
    return ast.parse(text)


def definitions_in(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the functions, classes and constants that a file of helpers defines, by their names."""
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node


def helper_definitions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the names of what a file of helpers defines, with their lines.

    Raises:
        RuleTableError: The file is not Python.
    """
    try:
        tree = helper_syntax(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise RuleTableError(
            f"The file of helpers is not Python: {error.msg}.",
            where=f"{path.as_posix()}:{error.lineno or 1}",
            advice="Correct it.",
        ) from error
    for name, node in definitions_in(tree):
        yield name, node.lineno
