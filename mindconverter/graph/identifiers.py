"""Make Python identifiers out of names that a model brought along, which may hold anything."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection

_BUILTINS = frozenset(dir(builtins))
_MAX_LENGTH = 60


def identifier(text: str, default: str) -> str:
    """Return a plain ASCII identifier that resembles ``text``.

    Args:
        text: Any text.
        default: The identifier to return where nothing of the text can be used; also put before a leading digit.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[A-Za-z0-9]+", plain)
    name = "_".join(words)[:_MAX_LENGTH].rstrip("_")
    if not name:
        return default
    if name[0].isdigit():
        name = f"{default}_{name}"
    return f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _BUILTINS else name


def snake_case(text: str, default: str) -> str:
    """Return an identifier in lower case, with the humps of the text separated: ``MaxPool2d`` is ``max_pool2d``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return identifier(spaced.lower(), default)


def camel_case(text: str, default: str) -> str:
    """Return an identifier in camel case: ``dense_block.1`` is ``DenseBlock1``."""
    name = identifier(text, default).rstrip("_")
    camel = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return identifier(camel, default)


def unique(name: str, taken: Collection[str]) -> str:
    """Return the name, with the smallest number from 2 added that makes it new."""
    if name not in taken:
        return name
    separator = "_" if name[-1].isdigit() else ""
    number = 2
    while f"{name}{separator}{number}" in taken:
        number += 1
    return f"{name}{separator}{number}"
