"""Follow the sizes that a graph computes with: numbers that are known, or code over the shapes of its values.

Exporters write a shape that depends on an input as a chain of small nodes: ask for the shape, take an item, multiply,
concatenate. The rules say what such a node gives in Python (``content``), so that the chain becomes one expression
such as ``(x.shape[0], 3, 2 * x.shape[1])`` where it is read as sizes.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.graph.ir import Graph, Node
from mindconverter.graph.literals import plain
from mindconverter.graph.lower.node_scope import bind_node, sizes_of
from mindconverter.rules.expr import ExpressionError, evaluate
from mindconverter.rules.model import Rule
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.values import Facts, Unknown, hole, hole_name

CONTENT_LIMIT = 64
"""How many numbers a value may have to be followed."""
CODE_LIMIT = 60
"""How many parts the code of a number may have; what is longer is computed by the network."""
OTHER = "of:"
"""How the names of holes begin that stand for a value which is not an input of the node itself."""

Path = tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """Hold what is known of the numbers in a graph's small values.

    Attributes:
        graph: The graph.
        known: A number or a tuple of numbers for each value that could be followed; a number is known, or code whose
            holes stand for values by name.
        first: The first value with a symbolic size that is at hand in a module, and the place of the size in its
            shape, with the node's number from which on it is there; by the module's path and the symbol.
        numbers: The number of each node, by its identity.
    """

    graph: Graph
    known: Mapping[str, object]
    first: Mapping[tuple[Path, str], tuple[int, str, int]] = field(default_factory=dict)
    numbers: Mapping[int, int] = field(default_factory=dict)

    def read(self, node: Node, name: str) -> object | None:
        """Return the numbers of a value for code of a node, or None if they are not known.

        The holes of code are the places of the node's inputs where one of them has the size; else ``OTHER`` and the
        name of a value, if possible one that is at hand in the node's module.
        """
        content = self.known.get(name)
        return None if content is None else self._local(node, content)

    def output_shape(self, node: Node) -> object:
        """Return the shape of the first output of a node, whose symbolic sizes are code where a value has them."""
        value = self.graph.values.get(node.outputs[0]) if node.outputs else None
        if value is None or value.shape is None:
            return Unknown(None, Facts("tuple"))
        number = self.numbers.get(id(node), -1)
        return tuple(
            size if isinstance(size, int) else Unknown(self._size(node, size, number), Facts("int"))
            for size in value.shape
        )

    def _size(self, node: Node, symbol: str | None, number: int) -> ast.expr | None:
        """Return code for a symbolic size, or None if no value before the node has it."""
        if symbol is None:
            return None
        for index, name in enumerate(node.inputs):
            axis = self._axis(name, symbol)
            if axis is not None:
                return _shape_item(str(index), axis)
        path = path_of(node)
        for depth in range(len(path), -1, -1):
            found = self.first.get((path[:depth], symbol))
            if found is not None and found[0] < number:
                return _shape_item(f"{OTHER}{found[1]}", found[2])
        return None

    def _axis(self, name: str, symbol: str) -> int | None:
        value = self.graph.values.get(name)
        if value is None or value.shape is None or symbol not in value.shape:
            return None
        return value.shape.index(symbol)

    def _local(self, node: Node, content: object) -> object:
        if isinstance(content, tuple):
            return tuple(self._local(node, item) for item in content)
        if isinstance(content, Unknown) and content.code is not None:
            return Unknown(_Localiser(self, node).visit(copy.deepcopy(content.code)), content.facts)
        return content

    def localised(self, node: Node, code: ast.Subscript) -> ast.expr:
        """Return code for ``value.shape[axis]`` in the holes of a node."""
        name, axis = _read_shape_item(code)
        value = self.graph.values.get(name)
        size = value.shape[axis] if value is not None and value.shape is not None else None
        if isinstance(size, int):
            return ast.Constant(size)
        found = self._size(node, size, self.numbers.get(id(node), -1))
        if found is not None:
            return found
        place = str(node.inputs.index(name)) if name in node.inputs else f"{OTHER}{name}"
        return _shape_item(place, axis)


def follow(graph: Graph, tables: RuleTables) -> Contents:
    """Follow the small values of a graph.

    Args:
        graph: The graph.
        tables: The rules and catalogues.
    """
    numbers = {id(node): number for number, node in enumerate(graph.nodes)}
    known: dict[str, object] = {
        name: plain(item.data)
        for name, item in graph.initializers.items()
        if item.data.ndim <= 1 and item.data.size <= CONTENT_LIMIT and item.data.dtype.kind in "iufb"
    }
    constants = set(known)
    contents = Contents(graph, known, _first_places(graph), numbers)
    for node in graph.nodes:
        rule = _rule(tables, node)
        if rule is None or rule.content is None:
            continue
        found = _content(graph, tables, node, rule, known)
        if found is not None:
            known[node.outputs[0]] = found
    return Contents(
        graph, {name: item for name, item in known.items() if name not in constants}, contents.first, numbers
    )


def path_of(node: Node) -> Path:
    """Return the names of the modules that lead to a node."""
    return tuple(scope.name for scope in node.scopes)


def _rule(tables: RuleTables, node: Node) -> Rule | None:
    schema = tables.operators.schema(node.domain, node.op_type, node.opset)
    return None if schema is None else tables.operator_rule(node.domain, node.op_type, schema.since)


def _content(graph: Graph, tables: RuleTables, node: Node, rule: Rule, known: Mapping[str, object]) -> object | None:
    schema = tables.operators.schema(node.domain, node.op_type, node.opset)
    assert schema is not None
    assert rule.content is not None

    def read(position: int, _name: str) -> object:
        name = node.inputs[position]
        if name in known:
            return known[name]
        value = graph.values.get(name)
        shape = None if value is None or value.shape is None else sizes_of(value.shape)
        return Unknown(hole(f"{OTHER}{name}"), Facts("tensor", shape, None if value is None else value.dtype))

    scope = bind_node(graph, node, schema, tables.operators, read, Unknown(None, Facts("tuple")))
    try:
        found = evaluate(rule.content, {name: bound.value for name, bound in scope.bound.items()}, scope.given)
    except ExpressionError:
        return None  # such as an index that is a whole tensor: not a size
    items = found if isinstance(found, tuple) else (found,)
    return found if len(items) <= CONTENT_LIMIT and all(_is_size(item) for item in items) else None


def _is_size(item: object) -> bool:
    """Tell whether a number is known, or code of a sane length over nothing but shapes."""
    if isinstance(item, Unknown):
        if item.code is None or sum(1 for _ in ast.walk(item.code)) > CODE_LIMIT:
            return False
        read = {id(part.value.value) for part in ast.walk(item.code) if _is_shape_item(part)}  # type: ignore[attr-defined]
        return all(id(part) in read for part in ast.walk(item.code) if isinstance(part, ast.Name) and _is_hole(part))
    return isinstance(item, (int, float))


def _is_hole(name: ast.Name) -> bool:
    return hole_name(name.id) is not None


def _is_shape_item(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(
            value=ast.Attribute(value=ast.Name() as name, attr="shape"), slice=ast.Constant(value=int())
        ) if _is_hole(name):
            return True
    return False


def _shape_item(name: str, axis: int) -> ast.Subscript:
    return ast.Subscript(ast.Attribute(hole(name), "shape", ast.Load()), ast.Constant(axis), ast.Load())


def _read_shape_item(code: ast.Subscript) -> tuple[str, int]:
    assert isinstance(code.value, ast.Attribute)
    assert isinstance(code.value.value, ast.Name)
    assert isinstance(code.slice, ast.Constant)
    return (hole_name(code.value.value.id) or "").removeprefix(OTHER), int(code.slice.value)  # type: ignore[arg-type]


class _Localiser(ast.NodeTransformer):
    """Put what a node has at hand in the place of the shapes of other values."""

    def __init__(self, contents: Contents, node: Node) -> None:
        self.contents = contents
        self.node = node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:  # the name is the visitor's
        return self.contents.localised(self.node, node) if _is_shape_item(node) else self.generic_visit(node)


def _first_places(graph: Graph) -> dict[tuple[Path, str], tuple[int, str, int]]:
    """Return where each symbolic size is first at hand in each module.

    A value is at hand in the module that computes it, in the one that calls both that and a reader, and in all modules
    from there to the reader.
    """
    makers: dict[str, Path] = {value.name: () for value in graph.inputs}
    found: dict[tuple[Path, str], tuple[int, str, int]] = {}

    def note(path: Path, number: int, name: str) -> None:
        value = graph.values.get(name)
        for axis, size in enumerate(value.shape or () if value is not None else ()):
            if isinstance(size, str):
                found.setdefault((path, size), (number, name, axis))

    for value in graph.inputs:
        note((), -1, value.name)
    for number, node in enumerate(graph.nodes):
        path = path_of(node)
        for name in _values(graph, node.inputs):
            for depth in range(_shared(makers[name], path), len(path) + 1):
                note(path[:depth], number - 1, name)
        for name in _values(graph, node.outputs):
            makers[name] = path
            note(path, number, name)
    return found


def _shared(one: Path, other: Path) -> int:
    """Return how many modules two paths have in common from the root."""
    pairs = zip(one, other, strict=False)
    return next((depth for depth, (first, second) in enumerate(pairs) if first != second), min(len(one), len(other)))


def _values(graph: Graph, names: Sequence[str]) -> Iterator[str]:
    return (name for name in names if name in graph.values)
