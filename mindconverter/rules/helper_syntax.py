"""The syntax trees of files of helpers, which several readers of the tables look at."""

from __future__ import annotations

import ast
from functools import lru_cache


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
