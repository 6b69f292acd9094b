"""Find where a pattern of nodes stands in a graph."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mindconverter.graph.ir import Array, Graph, Initializer, Node
from mindconverter.graph.literals import CONSTANT_LIMIT, plain
from mindconverter.graph.lower.uses import Uses
from mindconverter.rules.catalog import OperatorCatalog, OperatorSchema
from mindconverter.rules.pattern import ANYTHING, Apply, Choice, Literal, Pattern, Term, Variable

CLOSE = 2e-6
"""How far a number may be from the one that a pattern has, relative to it: a few units of single precision."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Hold the value of an attribute or of a constant input."""

    value: object


@dataclass(frozen=True, slots=True)
class Match:
    """Say what a pattern stands for in a graph.

    Attributes:
        values: The name of the value behind each variable, or the parameter that it stands for.
        nodes: The names of the nodes.
        rest: The attributes behind the names that keep them.
    """

    values: Mapping[str, str | Parameter] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    rest: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def with_value(self, name: str, value: str | Parameter) -> Match:
        """Return the match with one more variable."""
        return replace(self, values={**self.values, name: value})


@dataclass(frozen=True)
class Matcher:
    """Find the nodes of patterns.

    Args:
        graph: The graph, for its constants.
        uses: What produces and what reads each value now.
        operators: The specification.
        commutative: Domain and name of the operators whose two inputs may change places.
    """

    graph: Graph
    uses: Uses
    operators: OperatorCatalog
    commutative: frozenset[tuple[str, str]]

    def matches(self, pattern: Pattern, node: Node) -> Iterator[Match]:
        """Yield all ways in which a node gives what a pattern describes, the first alternatives first."""
        roots = pattern.root.alternatives if isinstance(pattern.root, Choice) else (pattern.root,)
        for root in roots:
            if isinstance(root, Apply):
                yield from self._node(root, node, Match(), pattern)

    def _value(self, term: Term, name: str, match: Match, pattern: Pattern) -> Iterator[Match]:
        """Yield the ways in which an input of a node, "" for an absent one, fits a term."""
        match term:
            case Choice(alternatives=alternatives):
                for alternative in alternatives:
                    yield from self._value(alternative, name, match, pattern)
            case Literal(value=None):
                if not name:
                    yield match
            case _ if not name:
                return
            case Variable(name=variable):
                if variable == ANYTHING or match.values.get(variable) == name:
                    yield match
                elif variable not in match.values:
                    definition = pattern.definitions.get(variable)
                    found = iter([match]) if definition is None else self._value(definition, name, match, pattern)
                    for inner in found:
                        yield inner.with_value(variable, name)
            case Literal(value=value):
                initializer = self.graph.initializers.get(name)
                if initializer is not None and not initializer.is_weight and _equals(initializer.data, value):
                    yield match
            case Apply():
                node = self.uses.producer(name)
                if node is not None and node.outputs[0] == name:
                    yield from self._node(term, node, match, pattern)

    def _node(self, term: Apply, node: Node, match: Match, pattern: Pattern) -> Iterator[Match]:
        if (node.op_type, node.domain) != (term.operator, term.domain) or any(map(self.uses.is_read, node.outputs[1:])):
            return
        schema = self.operators.schema(node.domain, node.op_type, node.opset)
        if schema is None:
            return
        places = {name: index for index, (name, _) in enumerate(schema.inputs)}
        named = {places[name] for name in term.parameters if name in places}
        inputs = node.inputs
        count = len(term.inputs)
        if any(name and index not in named for index, name in enumerate(inputs) if index >= count):
            return
        first = self._parameters(term, node, schema, replace(match, nodes=(*match.nodes, node.name)))
        if first is None:
            return
        orders: list[Sequence[Term]] = [term.inputs]
        if count == len(inputs) == 2 and (term.domain, term.operator) in self.commutative:
            orders.append(term.inputs[::-1])
        for order in orders:
            yield from self._inputs(order, node, 0, first, pattern)

    def _inputs(
        self, terms: Sequence[Term], node: Node, position: int, match: Match, pattern: Pattern
    ) -> Iterator[Match]:
        if position == len(terms):
            yield match
            return
        name = node.inputs[position] if position < len(node.inputs) else ""
        if isinstance(terms[position], Literal) and name and not self._keeps_rank(name, node):
            return
        for found in self._value(terms[position], name, match, pattern):
            yield from self._inputs(terms, node, position + 1, found, pattern)

    def _keeps_rank(self, name: str, node: Node) -> bool:
        """Tell whether a constant of one element cannot give the result of a node more axes than other inputs have."""
        initializer = self.graph.initializers.get(name)
        if initializer is None or initializer.data.ndim == 0 or initializer.data.size != 1:
            return True
        others = (self.graph.values.get(other) for other in node.inputs if other != name)
        return any(other is not None and (other.rank or 0) >= initializer.data.ndim for other in others)

    def _parameters(self, term: Apply, node: Node, schema: OperatorSchema, match: Match) -> Match | None:
        """Return the match with the parameters of a node, or None if they do not fit."""
        found: Match | None = match
        for name, wanted in term.parameters.items():
            value = self._parameter(name, node, schema)
            found = None if value is None or found is None else _with_parameter(wanted, value, found)
            if found is None:
                return None
        others = {name: value for name, value in node.attributes.items() if name not in term.parameters}
        if term.rest is not None:
            return None if found is None else replace(found, rest={**found.rest, term.rest: others})
        for name, own in others.items():
            if schema.attributes.get(name) is None or plain(own) != plain(schema.attributes[name]):
                return None
        return found

    def _parameter(self, name: str, node: Node, schema: OperatorSchema) -> Parameter | None:
        """Return the value of an attribute or a constant input; None if it is not known."""
        if name in schema.attributes:
            return Parameter(plain(node.attributes.get(name, schema.attributes[name])))
        places = [place for place, (own, _) in enumerate(schema.inputs) if own == name]
        if not places:
            other = self.operators.other_names(node.domain, node.op_type, schema.since)
            return Parameter(plain(other[name])) if name in other else None
        source = node.inputs[places[0]] if places[0] < len(node.inputs) else ""
        if not source:
            return Parameter(None)
        return constant_value(self.graph.initializers.get(source))


def constant_value(initializer: Initializer | None) -> Parameter | None:
    """Return the value of a constant as a literal; None if it is none, or large."""
    if initializer is None or initializer.data.size > CONSTANT_LIMIT:
        return None
    return Parameter(plain(initializer.data))


def _with_parameter(term: Term, value: Parameter, match: Match) -> Match | None:
    match term:
        case Variable(name=name):
            if name == ANYTHING or match.values.get(name) == value:
                return match
            return match.with_value(name, value) if name not in match.values else None
        case Literal(value=wanted):
            return match if _same(value.value, wanted) else None
        case Choice(alternatives=alternatives):
            found = (_with_parameter(alternative, value, match) for alternative in alternatives)
            return next((each for each in found if each is not None), None)
    return None


def _same(value: object, wanted: object) -> bool:
    """Tell whether a parameter is the literal of a pattern, numbers of floating point within a few units."""
    if isinstance(value, (tuple, list)) and isinstance(wanted, (tuple, list)):
        return len(value) == len(wanted) and all(map(_same, value, wanted))
    if isinstance(value, float) and isinstance(wanted, (int, float)):
        return math.isclose(value, wanted, rel_tol=CLOSE)
    return type(value) is type(wanted) and value == wanted


def _equals(data: Array, wanted: object) -> bool:
    """Tell whether a constant is the literal of a pattern: one number of any rank, or the same list."""
    if data.dtype.kind not in "fiu" and data.dtype.name != "bfloat16":
        return False
    if isinstance(wanted, (list, tuple)):
        return data.ndim == 1 and _same(plain(data), tuple(wanted))
    if data.size != 1 or not isinstance(wanted, (int, float)):
        return False
    rounded = np.asarray(wanted).astype(data.dtype)
    return bool(math.isclose(float(data.reshape(())), float(rounded), rel_tol=CLOSE))
