"""Kinds: what is known of a value, as the set of names of the classes that it may be of.

A kind name is a Python class (``int``, ``tuple``, ``none`` for None, ``number`` for an int or float), the full name of
a class, ``call[X]`` for what gives an X when it is called, or a class with its items, such as ``list[X]``; where only
iterating is known to work, that is ``iterable[X]``. ``bool[X]`` tells whether an argument is an X. ``?`` stands beside
what is likely, such as the default of a parameter that callers may replace. The empty set means that nothing is known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache

Kind = frozenset[str]

UNKNOWN: Kind = frozenset()
NONE: Kind = frozenset({"none"})
UNSURE: Kind = frozenset({"?"})

_SEQUENCES = {"Sequence", "MutableSequence", "Collection", "Iterable", "Iterator", "Generator", "Set", "FrozenSet"}
_SPELLINGS = {"List": "list", "Tuple": "tuple", "Dict": "dict", "Type": "type", "float": "number", "None": "none"}
_PYTHON = frozenset({"int", "number", "bool", "str", "bytes", "tuple", "list", "dict", "set", "none"})
_TRANSPARENT = {"Final", "ClassVar", "Annotated", "Required", "NotRequired"}


def of(*names: str) -> Kind:
    """Return the kind of these names."""
    return frozenset(names)


def join(*kinds: Kind) -> Kind:
    """Return what holds whichever of some kinds a value is of."""
    return frozenset().union(*kinds) if all(kinds) else UNKNOWN


def items_of(kind: Kind) -> Kind:
    """Return the kind of what iterating over a value gives; over None nothing iterates."""
    found: set[str] = set()
    for name in sure(kind):
        outer, inner = split(name)
        if not inner:
            return UNKNOWN
        if outer == "tuple" and not all(inner):
            return UNKNOWN
        if outer == "tuple":
            found.update(*(alternatives(item) for item in inner if item != "..."))
        else:
            found.update(alternatives(inner[0]))
    return frozenset(found) | (kind & UNSURE) if found else UNKNOWN


def item_at(kind: Kind, index: int, count: int | None = None) -> Kind:
    """Return the kind of one item of a value.

    Args:
        kind: The kind of the value.
        index: The place of the item.
        count: How many items the value is taken apart into; None if that is not known.
    """
    found: list[Kind] = []
    for name in sure(kind):
        outer, inner = split(name)
        if outer == "tuple" and "..." not in inner and (count is None or len(inner) == count) and index < len(inner):
            found.append(alternatives(inner[index]))
        elif outer == "tuple" and "..." not in inner:
            return UNKNOWN
        else:
            found.append(items_of(of(name)))
    return join(*found, *([UNSURE] if kind >= UNSURE else [])) if found else UNKNOWN


def called(kind: Kind) -> Kind | None:
    """Return the kind of what calling a value gives; None if the kind does not say that it can be called."""
    results = [alternatives(split(name)[1][0]) for name in kind if split(name)[0] == "call"]
    if not results or len(results) != len(sure(kind)):
        return None
    return join(*results, *([UNSURE] if kind >= UNSURE else []))


def sure(kind: Kind) -> Kind:
    """Return a kind without None, of which nothing can be read, and without what stands for unknown classes."""
    return kind - NONE - UNSURE


def calling(kind: Kind) -> Kind:
    """Return the kind of what gives ``kind`` when it is called."""
    return of(f"call[{write(kind)}]") if kind else UNKNOWN


def write(kind: Kind) -> str:
    """Return a kind as one text, which ``alternatives`` reads."""
    return "|".join(sorted(kind))


def alternatives(text: str) -> Kind:
    """Return the kind that ``write`` wrote."""
    return frozenset(part for part in _split(text, "|") if part)


def outer_name(name: str) -> str:
    """Return the name of a kind without its items."""
    return name.partition("[")[0]


def class_of(name: str) -> str:
    """Return the class of a kind without what is known of the items of its instances; other names as they are."""
    outer = outer_name(name)
    return outer if "." in outer else name


def tested_for(kind: Kind) -> Kind:
    """Return the kind that an argument has where the call that gave a value gave True."""
    return join(*(alternatives(split(name)[1][0]) for name in kind if name.startswith("bool["))) if kind else UNKNOWN


def with_last_item(name: str, item: str) -> str:
    """Return the name of a container's kind with another kind of its items, or of the values of a dictionary."""
    outer, inner = split(name)
    return f"{outer}[{','.join([*inner[:-1], item])}]"


def split(name: str) -> tuple[str, list[str]]:
    """Return the name of a kind and the kinds of its items."""
    outer, bracket, rest = name.partition("[")
    return outer, _split(rest[:-1], ",") if bracket else []


def _split(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if char == separator and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


@cache
def parsed(text: str) -> ast.expr | None:
    """Return the annotation that a text is, which is often asked for; None if it is not Python."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


@cache
def parameters_in(text: str) -> frozenset[str]:
    """Return the names of parameters in words of the tables: what is neither a class nor the module of one."""
    tree = ast.parse(text, mode="eval")
    modules = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in modules}
    return frozenset(name for name in names - _PYTHON - set(_SPELLINGS) if name.islower())


def annotated(
    node: ast.expr | None,
    resolve: Callable[[ast.expr], str | None],
    own: Callable[[ast.expr], Kind | None] = lambda _: None,
) -> Kind:
    """Return the kind that an annotation says.

    Args:
        node: The annotation.
        resolve: Gives the full name of the class that a name means; None if it is not known.
        own: Gives the kind of what is no annotation of Python; None for anything else.
    """
    found = own(node) if node is not None else None
    if found is not None:
        return found
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            return annotated(parsed(text), resolve, own)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return join(annotated(left, resolve, own), annotated(right, resolve, own))
        case ast.Subscript(value=value, slice=inner):
            name = resolve(value) or ""
            last = name.rpartition(".")[2]
            parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
            return _generic(_SPELLINGS.get(last, last), name, parts, lambda part: annotated(part, resolve, own))
        case ast.Name() | ast.Attribute():
            name = resolve(node) or ""
            last = name.rpartition(".")[2]
            plain = _SPELLINGS.get(last, last)
            if plain in _PYTHON and (name == last or name.startswith("typing.")):
                return of(plain)
            return of(name) if "." in name and not name.startswith(("typing.", "collections.")) else UNKNOWN
    return UNKNOWN


def _generic(last: str, name: str, parts: list[ast.expr], read: Callable[[ast.expr], Kind]) -> Kind:
    if last.lower() == "optional":
        return join(read(parts[0]), NONE)
    if last == "Union":
        return join(*map(read, parts))
    if last == "Callable" and len(parts) == 2:
        return calling(read(parts[1]))
    if last == "type":
        return calling(read(parts[0]))
    if last in _TRANSPARENT:
        return read(parts[0])
    if last == "TypeIs":
        return of(f"bool[{write(read(parts[0]))}]")
    if last in ("list", "set", "dict", "tuple", *_SEQUENCES):
        outer = "iterable" if last in _SEQUENCES else last
        inner = ["..." if _is_ellipsis(part) else write(read(part)) for part in parts]
        return of(f"{outer}[{','.join(inner)}]") if all(inner) else of(outer) if outer == last else UNKNOWN
    return of(name) if "." in name and not name.startswith(("typing.", "collections.")) else UNKNOWN


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
