"""What functions and literals of Python give."""

from __future__ import annotations

import ast
from collections.abc import Mapping

CALLS: Mapping[str, str] = {
    **{name: name for name in ("int", "bool", "str", "bytes", "tuple", "list", "dict", "set", "float")},
    "len": "int",
    "isinstance": "bool",
    "issubclass": "bool",
    "hasattr": "bool",
    "callable": "bool",
    "range": "iterable[int]",
    "repr": "str",
    "ord": "int",
    "sorted": "list",
}
"""What Python's functions give."""

COPIES = ("copy.copy", "copy.deepcopy")
"""Functions that give what they take once more."""

LITERALS: Mapping[type, str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.JoinedStr: "str",
}
"""What literals are."""
