"""Put one node in the place of several, where the tables have a pattern of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

import numpy as np

from mindconverter.errors import CheckpointGenerationError
from mindconverter.graph.ir import Graph, Initializer, Node, Scope
from mindconverter.graph.lower.described import facts_of
from mindconverter.graph.lower.infer_value import infer_value
from mindconverter.graph.lower.match import Match, Matcher, Parameter, constant_value
from mindconverter.graph.lower.uses import Uses
from mindconverter.rules.expr import ExpressionError, evaluate, truth
from mindconverter.rules.fusion import Fusion, Replacement
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.values import Unknown, is_known, open_size
from mindconverter.weights.expressions import weight_names
from mindconverter.weights.transforms import evaluate_weight

_WAYS = 64
"""How many ways to read a node as a pattern are tried."""


def fuse(graph: Graph, tables: RuleTables) -> Graph:
    """Return a graph in which nodes that form one operation are one node.

    A pattern holds only where nothing else reads what is inside it. Longer patterns come first, and all are tried again
    until none fits, since what one gives may be a part of another.

    Args:
        graph: A normalised graph.
        tables: The rules and catalogues.
    """
    return _fused_graph(replace(graph, initializers=dict(graph.initializers)), tables)


def _fused_graph(graph: Graph, tables: RuleTables) -> Graph:
    """Return the graph with its nodes fused, those of bodies too, which share its initializers."""
    graph = replace(
        graph, values=dict(graph.values), nodes=tuple(_with_fused(node, graph, tables) for node in graph.nodes)
    )
    uses = Uses(graph)
    fusing = Fusing(graph, uses, tables, Matcher(graph, uses, tables.operators, tables.commutative))
    fusions = [fusion for fusion in tables.fusions if not fusion.moves]
    for _ in graph.nodes:
        if not sum(map(fusing.apply, fusions)):
            break
    nodes = uses.nodes
    live = {value.name for value in (*graph.inputs, *graph.outputs)} | {name for node in nodes for name in node.outputs}
    return replace(graph, nodes=nodes, values={name: graph.values[name] for name in graph.values if name in live})


def _with_fused(node: Node, graph: Graph, tables: RuleTables) -> Node:
    """Return a node whose bodies are fused."""
    bodies = {
        name: _fused_graph(
            replace(body, initializers=graph.initializers, values={**graph.values, **body.values}), tables
        )
        for name, body in node.attributes.items()
        if isinstance(body, Graph)
    }
    return replace(node, attributes={**node.attributes, **bodies}) if bodies else node


@dataclass(frozen=True)
class Fusing:
    """Apply fusions to a graph.

    Args:
        graph: The graph; its values and initializers are added to.
        uses: Its nodes as they are now.
        tables: The rules and catalogues.
        matcher: Finds the nodes of patterns.
    """

    graph: Graph
    uses: Uses
    tables: RuleTables
    matcher: Matcher

    def apply(self, fusion: Fusion) -> int:
        """Apply a fusion wherever it holds, and return how often it did."""
        return sum(self.apply_at(fusion, node) for node in self.uses.of_operators(fusion.pattern.anchors))

    def apply_at(self, fusion: Fusion, node: Node, *, copies: bool = False) -> bool:
        """Apply a fusion to the node that gives its result, and tell whether it held.

        Args:
            fusion: The fusion.
            node: The node.
            copies: Whether what others read of the pattern's inner values may stay beside what takes their place.
        """
        if not self.uses.has(node):
            return False
        for match in islice(self.matcher.matches(fusion.pattern, node), _WAYS):
            names = self._replaced(fusion, match)
            if copies:
                names = self._unread(node, names)
            fused = self._fused(fusion, node, match, names)
            if fused is not None:
                self.uses.substitute(names, fused)
                return True
        return False

    def _unread(self, root: Node, names: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the nodes whose values nothing else reads."""
        kept = list(names)
        while read := [
            name
            for name in kept
            if name != root.name and not all(self.uses.is_inside(value, kept) for value in self.uses.node(name).outputs)
        ]:
            kept = [name for name in kept if name not in read]
        return tuple(kept)

    def _replaced(self, fusion: Fusion, match: Match) -> tuple[str, ...]:
        """Return the names of the matched nodes that go: not those that give a value which the new node reads."""
        names = dict.fromkeys(match.nodes)
        kept = [match.values.get(name) for name in fusion.becomes.variables if name in fusion.pattern.definitions]
        while kept:
            value = kept.pop()
            node = self.uses.producer(value) if isinstance(value, str) else None
            if node is not None and node.name in names:
                del names[node.name]
                kept.extend(node.inputs)
        return tuple(names)

    def _fused(self, fusion: Fusion, root: Node, match: Match, names: Sequence[str]) -> list[Node] | None:
        """Return what takes the place of the nodes of a match, producers first, or None if they have to stay."""
        nodes = [self.uses.node(name) for name in names]
        inner = {value for node in nodes for value in node.outputs if value and value != root.outputs[0]}
        if not all(self.uses.is_inside(value, names) for value in inner):
            return None
        try:
            scope = self._scope(fusion, root, match)
            if fusion.when is not None and truth(fusion.when, scope) is not True:
                return None
            # What moves leaves its place in the modules; what it passes stays where it was.
            scopes = root.scopes if fusion.moves else _common(node.scopes for node in nodes)
            return list(self._nodes(fusion.becomes, root, match, nodes, scope, scopes))
        except (_CannotFuse, ExpressionError, CheckpointGenerationError):
            return None

    def _scope(self, fusion: Fusion, root: Node, match: Match) -> dict[str, object]:
        """Return the names that the expressions of a fusion read."""
        scope: dict[str, object] = dict.fromkeys((*fusion.pattern.definitions, *fusion.pattern.names))
        for name, value in match.values.items():
            scope[name] = value.value if isinstance(value, Parameter) else self._described(value, name in fusion.const)
        output = self._described(root.outputs[0], False)
        shape = output.facts.shape if isinstance(output, Unknown) else None
        scope["output_shape"] = _sizes(shape)
        scope["output_dtype"] = output.facts.dtype if isinstance(output, Unknown) and output.facts.dtype else Unknown()
        for name, expression in fusion.lets.items():
            scope[name] = evaluate(expression, scope)
        return scope

    def _described(self, name: str, const: bool) -> object:
        """Return what is known of a value: all of it if it is a constant whose value is wanted."""
        known = constant_value(self.graph.initializers.get(name)) if const else None
        facts = facts_of(name, self.graph.initializers, self.graph.values)
        return Unknown(None, facts) if known is None else known.value

    def _nodes(
        self,
        becomes: Replacement,
        root: Node,
        match: Match,
        nodes: Sequence[Node],
        scope: Mapping[str, object],
        scopes: tuple[Scope, ...],
        inner: str = "",
    ) -> Iterator[Node]:
        """Yield a new node after those that give its inputs.

        Args:
            becomes: What it is.
            root: The node that gives the result of the pattern.
            match: What the pattern stands for.
            nodes: The nodes of the pattern.
            scope: What the expressions read.
            scopes: The module that it belongs to.
            inner: The end of the node's name, if it gives an input of another one.
        """
        versions = self.tables.operators.versions(becomes.domain, becomes.operator)
        schema = self.tables.operators.schema(becomes.domain, becomes.operator, versions[-1]) if versions else None
        if schema is None or (len(nodes) == 1 and (root.domain, root.op_type) == (becomes.domain, becomes.operator)):
            raise _CannotFuse
        inputs = []
        for index, part in enumerate(becomes.inputs):
            if isinstance(part, Replacement):
                made = list(self._nodes(part, root, match, nodes, scope, scopes, f"{inner}/{part.operator}_{index}"))
                yield from made
                inputs.append(made[-1].outputs[0])
            else:
                inputs.append(self._input(part, root, match, scope))
        attributes = dict(match.rest.get(becomes.rest, {})) if becomes.rest is not None else {}
        for name, expression in becomes.parameters.items():
            value = evaluate(expression, scope)
            if not is_known(value):
                raise _CannotFuse
            if name in schema.attributes and value is not None:
                attributes[name] = value
            elif name not in schema.attributes:
                place = [own for own, _ in schema.inputs].index(name)
                inputs += [""] * (place + 1 - len(inputs))
                inputs[place] = self._constant(f"{root.name}{inner}/{name}", value, scope["output_dtype"])
        while inputs and not inputs[-1]:
            inputs.pop()
        given = {value for node in nodes for value in node.outputs}
        if given.intersection(inputs):
            raise _CannotFuse
        new = Node(
            name=f"{root.name}{inner}",
            op_type=becomes.operator,
            domain=becomes.domain,
            opset=schema.since,
            inputs=tuple(inputs),
            outputs=(f"{root.outputs[0]}{inner}",),
            attributes=attributes,  # type: ignore[arg-type]
            scopes=scopes,
            source_location=root.source_location,
            fused=tuple(name for node in nodes for name in (node.fused or (node.name,))),
        )
        if inner:
            assert isinstance(self.graph.values, dict)
            value = infer_value(new, self.graph.values, self.graph.initializers)
            self.graph.values[value.name] = value
        yield new

    def _input(self, text: str | None, root: Node, match: Match, scope: Mapping[str, object]) -> str:
        """Return the name of the value that a weight expression gives; "" for one that is absent."""
        if text is None:
            return ""
        if text.isidentifier():
            value = match.values.get(text, "")
            if isinstance(value, Parameter):
                raise _CannotFuse
            return value
        sources = {name: match.values.get(name, "") for name in sorted(weight_names(text))}
        found = {name: self.graph.initializers.get(value) for name, value in sources.items() if isinstance(value, str)}
        weights = {name: initializer for name, initializer in found.items() if initializer is not None}
        if len(weights) < len(sources):
            raise _CannotFuse
        arrays = {name: initializer.data for name, initializer in weights.items()}
        known = {name: value for name, value in scope.items() if is_known(value)}
        data = evaluate_weight(text, arrays, values=known)
        first = next(iter(weights.values()))
        is_weight = any(initializer.is_weight for initializer in weights.values())
        return self._add(Initializer(f"{first.name}/{text}", data, first.source_name, is_weight, first.source_shape))

    def _constant(self, name: str, value: object, dtype: object) -> str:
        """Return the name of a new constant, in which numbers of floating point are of the given type."""
        if value is None:
            return ""
        data = np.asarray(value)
        if data.dtype.kind == "f" and isinstance(dtype, str):
            data = data.astype(dtype)
        return self._add(Initializer(name, data, name, is_weight=False))

    def _add(self, initializer: Initializer) -> str:
        assert isinstance(self.graph.initializers, dict)
        name = initializer.name
        while not _is_equal(self.graph.initializers.setdefault(name, replace(initializer, name=name)), initializer):
            name += "_"
        return name


def _sizes(shape: tuple[int | str | None, ...] | None) -> object:
    """Return a shape for expressions."""
    return Unknown() if shape is None else tuple(size if isinstance(size, int) else open_size(size) for size in shape)


class _CannotFuse(Exception):
    """The nodes of a match cannot become what the fusion says."""


def _is_equal(first: Initializer, second: Initializer) -> bool:
    return first.data.dtype == second.data.dtype and np.array_equal(first.data, second.data)


def _common(paths: Iterable[tuple[Scope, ...]]) -> tuple[Scope, ...]:
    """Return the steps that all paths begin with."""
    steps = takewhile(lambda step: len(set(step)) == 1, zip(*paths, strict=False))
    return tuple(step[0] for step in steps)
