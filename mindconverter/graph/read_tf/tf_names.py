"""Give the scopes of a traced Keras model the names of its layers again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

_CALL_SUFFIX = re.compile(r"(.+)_\d+")


def with_layer_names(definition: Any, layers: Collection[str]) -> Any:
    """Return a graph whose scopes are called as the layers, without the numbers that tracing adds.

    Args:
        definition: The graph, which is taken over and changed.
        layers: The names of the model, of its layers and of theirs.
    """
    children: dict[str, dict[str, None]] = {}
    for node in definition.node:
        parts = node.name.split("/")[:-1]
        for index, part in enumerate(parts):
            children.setdefault("/".join(parts[:index]), {})[part] = None
    scopes = {
        f"{parent}/{old}" if parent else old: new
        for parent, parts in children.items()
        for old, new in _assign(parts, layers).items()
    }
    names = {node.name: _renamed(node.name, scopes) for node in definition.node}
    if len(set(names.values())) < len(names):
        return definition
    for node in definition.node:
        node.name = names[node.name]
        node.attr.pop("_class", None)
        for index, read in enumerate(node.input):
            mark = "^" if read.startswith("^") else ""
            name, colon, number = read.removeprefix("^").partition(":")
            node.input[index] = f"{mark}{names.get(name, name)}{colon}{number}"
    return definition


def _assign(scopes: Iterable[str], layers: Collection[str]) -> dict[str, str]:
    """Return the layers of scopes; the longest choose first, since "conv_1_2" is a "conv_1", "conv_1" then a "conv"."""
    found: dict[str, str] = {}
    for scope in sorted(scopes, key=len, reverse=True):
        name = scope
        while name not in layers or name in found.values():
            match = _CALL_SUFFIX.fullmatch(name)
            if match is None:
                break
            name = match[1]
        else:
            found[scope] = name
    return found


def _renamed(name: str, scopes: dict[str, str]) -> str:
    parts = name.split("/")
    own = [scopes.get("/".join(parts[: index + 1]), part) for index, part in enumerate(parts[:-1])]
    return "/".join([*own, parts[-1]])
