"""Read from the text of a script what a network holds, without running it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mindconverter.errors import BadParameterError
from mindconverter.graph.emit.skeleton import DICT, LIST, SEQUENTIAL
from mindconverter.rules.template import dotted_name

_SEQUENCES = frozenset(name.rpartition(".")[2] for name in (SEQUENTIAL, LIST))
_NAMED = DICT.rpartition(".")[2]


@dataclass(frozen=True, eq=False)
class Part:
    """Describe something that a network holds.

    Attributes:
        kind: What makes it: the name of a layer's class, or "" where that is a class or a container of the script.
        arguments: What it is made with, as text.
        parts: What it holds itself, by name, in order.
        uses: The names of its parts in the order in which its call first reads them.
        is_numbered: Whether it is a list, whose parts have their places for names.
    """

    kind: str
    arguments: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    is_numbered: bool = False

    def form(self, *, with_arguments: bool) -> tuple[object, ...]:
        """Return a value that parts share which are made alike, whatever the names within."""
        inner = tuple(part.form(with_arguments=with_arguments) for part in self.parts.values())
        return self.kind, self.arguments if with_arguments else "", inner


def read_network(path: Path, network: str | None = None) -> Part:
    """Return what a script's network holds.

    Args:
        path: The script, which does not run.
        network: The name of its class; the one that no other class of the script uses, if that is one.

    Raises:
        BadParameterError: The file is no script, or which class is the network is not clear.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise BadParameterError(
            f"The script cannot be read: {error}.", where=str(path), advice="Give a converted script."
        ) from error
    reader = _Reader({item.name: item for item in tree.body if isinstance(item, ast.ClassDef)})
    return reader.of_class(_root(reader.classes, path, network), {}, 0)


def _root(classes: Mapping[str, ast.ClassDef], path: Path, network: str | None) -> ast.ClassDef:
    if network is not None:
        if network not in classes:
            raise BadParameterError(
                f"There is no class {network!r}.", where=str(path), advice="Name a class of the script."
            )
        return classes[network]
    used = {name for item in classes.values() for name in _names(item) if name != item.name}
    built = [item for item in classes.values() if item.name not in used and _function(item, "construct", "__init__")]
    if len(built) == 1:
        return built[0]
    found = ", ".join(item.name for item in built) or "none"
    raise BadParameterError(
        f"Which class is the network is not clear: {found}.",
        where=str(path),
        advice="Name it with --old_network or --new_network.",
    )


def _names(node: ast.AST) -> Iterator[str]:
    return (item.id for item in ast.walk(node) if isinstance(item, ast.Name))


def _function(item: ast.ClassDef, *names: str) -> ast.FunctionDef | None:
    return next((part for part in item.body if isinstance(part, ast.FunctionDef) and part.name in names), None)


@dataclass(frozen=True)
class _Bound:
    """An argument: an expression, and what the names in it stand for."""

    code: ast.expr
    names: Mapping[str, _Bound]


_DEPTH = 40


@dataclass(frozen=True)
class _Reader:
    classes: Mapping[str, ast.ClassDef]

    def of_class(self, item: ast.ClassDef, names: Mapping[str, _Bound], depth: int) -> Part:
        """Return the part that a class makes of its arguments."""
        parts: dict[str, Part] = {}
        init = _function(item, "__init__")
        is_numbered = False
        for statement in init.body if init is not None else ():
            match statement:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value):
                    found = self.of_value(value, names, depth)
                    if found is not None:
                        parts[name] = found
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr="__init__"), args=[value])):
                    parts |= self._items(value, names, depth)  # a subclass of a sequence
                    is_numbered = all(name.isdigit() for name in parts)
        call = _function(item, "construct")
        reads = (
            node.attr
            for node in (ast.walk(call) if call is not None else ())
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        )
        uses = tuple(name for name in dict.fromkeys(_in_order(call, reads)) if name in parts)
        return Part("", "", parts, uses, is_numbered and bool(parts))

    def of_value(self, value: ast.expr, names: Mapping[str, _Bound], depth: int) -> Part | None:
        """Return the part that an expression makes; None for a plain value, which holds no parameters."""
        if depth > _DEPTH:
            raise BadParameterError("A class of the script holds itself.", advice="Give a script that runs.")
        if isinstance(value, ast.Name) and value.id in names:
            bound = names[value.id]
            return self.of_value(bound.code, bound.names, depth + 1)
        if not isinstance(value, ast.Call):
            return None
        name = dotted_name(value.func) or ast.unparse(value.func)
        if name in self.classes:
            item = self.classes[name]
            return self.of_class(item, _arguments(item, value, names), depth + 1)
        last = name.rpartition(".")[2]
        if last in (*_SEQUENCES, _NAMED) and value.args and not value.keywords:
            listed = value.args[0] if len(value.args) == 1 else ast.List(value.args, ast.Load())
            items = self._items(listed, names, depth)
            if items:
                return Part("", "", items, (), last != _NAMED and all(key.isdigit() for key in items))
        call = _Filled(names).visit(copy.deepcopy(value))
        return Part(name, ", ".join(ast.unparse(item) for item in (*call.args, *call.keywords)))

    def _items(self, value: ast.expr, names: Mapping[str, _Bound], depth: int) -> dict[str, Part]:
        """Return the parts in a list or a dictionary in order; nothing where they are not written out."""
        if isinstance(value, ast.Call) and len(value.args) == 1:
            value = value.args[0]  # an ordered dictionary
        pairs: list[tuple[str, ast.expr]] = []
        for item in value.elts if isinstance(value, ast.List) else [value]:
            match item:
                case (
                    ast.Tuple(elts=[ast.Constant(value=str(name)), inner])
                    | ast.List(elts=[ast.Constant(value=str(name)), inner])
                ):
                    pairs.append((name, inner))
                case ast.Starred(value=ast.ListComp() as repeated) | (ast.ListComp() as repeated):
                    count = _count(repeated, names)
                    if count is None:
                        return {}
                    pairs += [(str(len(pairs) + place), repeated.elt) for place in range(count)]
                case _:
                    pairs.append((str(len(pairs)), item))
        found = {name: self.of_value(inner, names, depth) for name, inner in pairs}
        return {name: part for name, part in found.items() if part is not None}


def _in_order(call: ast.FunctionDef | None, reads: Iterator[str]) -> list[str]:
    """Return the attributes that a function reads, in the order of the text."""
    wanted = set(reads)
    found = [
        (node.lineno, node.col_offset, node.attr)
        for node in (ast.walk(call) if call is not None else ())
        if isinstance(node, ast.Attribute) and node.attr in wanted
    ]
    return [name for *_, name in sorted(found)]


def _count(repeated: ast.ListComp, names: Mapping[str, _Bound]) -> int | None:
    match repeated.generators:
        case [ast.comprehension(iter=ast.Call(func=ast.Name(id="range"), args=[count]), ifs=[])]:
            value: ast.expr = count
            while isinstance(value, ast.Name) and value.id in names:
                bound = names[value.id]
                value, names = bound.code, bound.names
            if isinstance(value, ast.Constant) and isinstance(value.value, int):
                return value.value
    return None


def _arguments(item: ast.ClassDef, call: ast.Call, names: Mapping[str, _Bound]) -> dict[str, _Bound]:
    init = _function(item, "__init__")
    if init is None:
        return {}
    parameters = [parameter.arg for parameter in init.args.args[1:]]
    defaults = init.args.defaults
    found = {
        name: _Bound(default, {})
        for name, default in zip(parameters[len(parameters) - len(defaults) :], defaults, strict=True)
    }
    found |= {name: _Bound(value, names) for name, value in zip(parameters, call.args, strict=False)}
    found |= {keyword.arg: _Bound(keyword.value, names) for keyword in call.keywords if keyword.arg}
    return found


class _Filled(ast.NodeTransformer):
    """Put the arguments of ``__init__`` in the place of their names."""

    def __init__(self, names: Mapping[str, _Bound]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name is the visitor's
        bound = self.names.get(node.id)
        if bound is None:
            return node
        filled = _Filled(bound.names).visit(copy.deepcopy(bound.code))
        assert isinstance(filled, ast.expr)
        return filled
