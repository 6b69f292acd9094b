"""Bind a node to its operator's specification: the names that a rule may read, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mindconverter.graph.ir import Graph, Node
from mindconverter.graph.literals import plain
from mindconverter.rules.catalog import OperatorCatalog, OperatorSchema
from mindconverter.rules.signature import Bound
from mindconverter.rules.values import Facts, Unknown, is_known


@dataclass(frozen=True, slots=True)
class NodeScope:
    """Hold what a rule sees of a node.

    Attributes:
        bound: The value of each name.
        given: The names that the node has itself.
        positions: The places of the node's inputs behind each name of an input.
        foreign: The attributes that the specification does not have.
    """

    bound: dict[str, Bound]
    given: frozenset[str]
    positions: dict[str, tuple[int, ...]]
    foreign: tuple[str, ...]


def bind_node(
    graph: Graph,
    node: Node,
    schema: OperatorSchema,
    operators: OperatorCatalog,
    read: Callable[[int, str], object],
    output_shape: object,
) -> NodeScope:
    """Return what a rule sees of a node.

    Args:
        graph: The node's graph.
        node: The node.
        schema: Its operator's version.
        operators: The catalogue of operators.
        read: Gives the value of the input at a place, which has a name in the specification.
        output_shape: The shape of the node's first output.
    """
    bound: dict[str, Bound] = {}
    given: set[str] = set()
    positions: dict[str, tuple[int, ...]] = {}
    inputs = node.inputs
    for index, (name, option) in enumerate(schema.inputs):
        if option == "variadic":
            rest = tuple(range(index, len(inputs)))
            bound[name] = Bound(tuple(read(position, name) for position in rest), None, rest)
            given.add(name)
            positions[name] = rest
        elif index < len(inputs) and inputs[index]:
            value = read(index, name)
            bound[name] = Bound(value, index if isinstance(value, Unknown) and not is_known(value) else None)
            given.add(name)
            positions[name] = (index,)
        else:
            bound[name] = Bound(None)
    for name, default in schema.attributes.items():
        value = plain(default)
        if name in node.attributes:
            own = plain(node.attributes[name])
            if own != value or default is None:
                given.add(name)
            value = own
        bound[name] = Bound(value)
    others = operators.other_names(node.domain, node.op_type, schema.since)
    bound |= {name: Bound(plain(default)) for name, default in others.items()}
    bound["output_count"] = Bound(len(trimmed(node.outputs)))
    if "output_shape" not in positions:  # an operator has an input of that name, which says the same
        bound["output_shape"] = Bound(output_shape)
    bound["has_infinity"] = Bound(graph.has_infinity)
    bound["output_dtype"] = Bound(_output_dtype(graph, node))
    foreign = tuple(sorted(set(node.attributes) - set(schema.attributes)))
    return NodeScope(bound, frozenset(given), positions, foreign)


def _output_dtype(graph: Graph, node: Node) -> object:
    value = graph.values.get(node.outputs[0]) if node.outputs else None
    if value is not None and value.dtype is not None:
        return value.dtype
    return Unknown(None, Facts("str"))


def sizes_of(shape: tuple[object, ...]) -> tuple[int | None, ...]:
    """Return a shape with None for what is not a known size."""
    return tuple(size if isinstance(size, int) else None for size in shape)


def trimmed(outputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return outputs without those at the end that nobody reads."""
    while outputs and not outputs[-1]:
        outputs = outputs[:-1]
    return outputs
