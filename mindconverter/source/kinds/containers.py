"""Containers of the source framework that hold instances of one class, which their kind tells: ``List[Block]``.

The name of a container's class alone stands for any items that it may hold; with empty brackets it holds none so far.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mindconverter.rules.signature import Kind as ParameterKind
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis, Member
from mindconverter.source.kinds.kind import UNKNOWN, UNSURE, Kind


def items_of_class(apis: Apis, name: str) -> Kind:
    """Return the kind of what every instance of a class of containers holds; unknown for any other class."""
    found = apis.container(name) if "." in name and "[" not in name else UNKNOWN
    inner = [kind.split(text)[1] for text in found if kind.outer_name(text) != "iterable"]
    return kind.join(*(kind.alternatives(items[-1]) for items in inner if items)) if any(inner) else UNKNOWN


def new_container(apis: Apis, name: str, node: ast.Call, kinds: Mapping[int, Kind]) -> Kind:
    """Return the kind of what the class of a container gives when it is called.

    Args:
        apis: What is known of APIs.
        name: The public name of the class.
        node: The call.
        kinds: The kinds of its arguments, by the identity of their nodes.
    """
    entry = apis.entry(name)
    parameters = [item for signature in entry.signatures[:1] for item in signature.parameters] if entry else []
    takes_items = bool(parameters) and parameters[0].kind is ParameterKind.ARGS
    found = kind.of(f"{name}[]")
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        given = [kinds.get(id(argument), UNKNOWN)] if takes_items else _contents(argument, kinds)
        for item in _contents(argument.value, kinds) if isinstance(argument, ast.Starred) else given:
            found = with_item(apis, found, item)
    return found


def _contents(node: ast.expr, kinds: Mapping[int, Kind]) -> Iterator[Kind]:
    """Yield what is known of the items of an expression that is a list or a dictionary."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            for element in elements:
                starred = isinstance(element, ast.Starred)
                yield UNKNOWN if starred else kinds.get(id(element), UNKNOWN)
        case ast.Dict(values=values):
            yield from (kinds.get(id(value), UNKNOWN) for value in values)
        case ast.DictComp(value=value):
            yield kinds.get(id(value), UNKNOWN)
        case _:
            found = kinds.get(id(node), UNKNOWN)
            plain = all(kind.outer_name(name) in ("list", "tuple", "iterable") for name in found)
            yield kind.items_of(found) if plain else UNKNOWN


def items_by_key(node: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    """Yield the items that the call of a container's class gives to it by keys which are plain texts."""
    for argument in node.args if isinstance(node, ast.Call) else ():
        match argument:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
                yield from ((keyword.arg, keyword.value) for keyword in keywords if keyword.arg is not None)


def with_item(apis: Apis, found: Kind, item: Kind) -> Kind:
    """Return the kind of containers that hold one more item."""
    return frozenset(_with_item(apis, name, item) for name in found)


def _with_item(apis: Apis, name: str, item: Kind) -> str:
    outer, inner = kind.split(name)
    base = items_of_class(apis, outer)
    if not base or not inner:
        return name
    one = next(iter(item)) if len(item) == 1 and not item & UNSURE else ""
    if not set(apis.ancestors(one)[1:]) & base:
        return outer
    if inner[0] in ("", one):
        return f"{outer}[{one}]"
    same = kind.class_of(inner[0]) == kind.class_of(one)
    return f"{outer}[{kind.class_of(one)}]" if same else outer


def with_arguments(apis: Apis, found: Kind, member: Member, node: ast.Call, kinds: Mapping[int, Kind]) -> Kind:
    """Return the kind of containers after a call of one of their methods, which may add what it is given."""
    bases = frozenset().union(*(items_of_class(apis, kind.outer_name(name)) for name in found))
    adds = member.rule is not None and bool(member.rule.sets)
    if member.name.rpartition(".")[0] in bases and not adds:
        return found
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        given = kinds.get(id(argument), UNKNOWN)
        if given and given <= {"int", "str"}:
            continue
        one = any(bases.intersection(apis.ancestors(name)) for name in given)
        for item in [given] if one else _contents(argument, kinds):
            found = with_item(apis, found, item)
    return found


def settled(found: Kind) -> Kind:
    """Return a kind in which each class of containers has one form: with items only where all have the same."""
    forms: dict[str, set[str]] = {}
    for name in found:
        forms.setdefault(kind.class_of(name), set()).add(name)
    return frozenset(_one_form(outer, names) for outer, names in forms.items())


def _one_form(outer: str, names: set[str]) -> str:
    filled = names - {f"{outer}[]"}
    return filled.pop() if len(filled) == 1 else outer
