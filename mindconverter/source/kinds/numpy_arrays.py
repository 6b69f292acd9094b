"""Arrays of NumPy, whose methods have the names of those of the source frameworks, and are others."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.kind import UNKNOWN, Kind

NUMPY = kind.of("numpy.ndarray")
"""The kind of what the functions of NumPy give: arrays, or numbers of its own types."""

_PLAIN = ("tolist", "item")
"""What gives values of Python."""


def is_numpy(found: Kind) -> bool:
    """Tell whether a value comes from NumPy for certain."""
    return found == NUMPY


def gives_numpy(function: ast.expr, name: str | None, kinds: Mapping[int, Kind]) -> bool:
    """Tell whether a call gives an array of NumPy.

    Args:
        function: What is called.
        name: Its full name, if it has one.
        kinds: The kinds of expressions by identity.
    """
    if name is not None:
        return name.startswith("numpy.")
    of_array = isinstance(function, ast.Attribute) and is_numpy(kinds.get(id(function.value), UNKNOWN))
    return of_array and isinstance(function, ast.Attribute) and function.attr not in _PLAIN


def numpy_item(index: ast.expr) -> Kind:
    """Return the kind of a part of an array of NumPy; what is read by a name is a file's, and may be anything."""
    return UNKNOWN if isinstance(index, ast.Constant) and isinstance(index.value, str) else NUMPY
