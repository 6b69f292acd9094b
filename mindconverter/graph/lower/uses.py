"""Keep track of which node gives a value and which ones read it, while nodes come and go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mindconverter.graph.ir import Graph, Node, Value


class Uses:
    """Index the nodes of a graph.

    Args:
        graph: The graph.
    """

    def __init__(self, graph: Graph) -> None:
        self._nodes: dict[str, Node] = {node.name: node for node in graph.nodes}
        self._order: dict[str, float] = {node.name: index for index, node in enumerate(graph.nodes)}
        self._outputs = {value.name for value in graph.outputs}
        self._producers = {name: node.name for node in graph.nodes for name in node.outputs if name}
        self._readers: dict[str, set[str]] = {}
        self._operators: dict[tuple[str, str], dict[str, None]] = {}
        for node in graph.nodes:
            self._note(node)

    def _note(self, node: Node) -> None:
        self._operators.setdefault((node.domain, node.op_type), {})[node.name] = None
        for name in reads(node):
            self._readers.setdefault(name, set()).add(node.name)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes that are there now, producers first."""
        return tuple(sorted(self._nodes.values(), key=lambda node: self._order[node.name]))

    def of_operators(self, operators: Iterable[tuple[str, str]]) -> list[Node]:
        """Return the nodes of some operators, by domain and name, producers first."""
        names = [name for operator in operators for name in self._operators.get(operator, ())]
        return [self._nodes[name] for name in sorted(names, key=self._order.__getitem__)]

    def has(self, node: Node) -> bool:
        """Tell whether a node is still there."""
        return self._nodes.get(node.name) is node

    def node(self, name: str) -> Node:
        """Return the node of that name."""
        return self._nodes[name]

    def producer(self, value: str) -> Node | None:
        """Return the node that gives a value, or None."""
        name = self._producers.get(value)
        return None if name is None else self._nodes[name]

    def readers(self, value: str) -> list[Node]:
        """Return the nodes that read a value, producers first."""
        return [self._nodes[name] for name in sorted(self._readers.get(value, ()), key=self._order.__getitem__)]

    def is_read(self, value: str) -> bool:
        """Tell whether a node reads a value, or the graph returns it."""
        return bool(self._readers.get(value)) or value in self._outputs

    def is_inside(self, value: str, nodes: Iterable[str]) -> bool:
        """Tell whether only the given nodes read a value."""
        return value not in self._outputs and self._readers.get(value, set()) <= set(nodes)

    def substitute(self, names: Iterable[str], nodes: Sequence[Node]) -> None:
        """Put nodes, producers first, in the place of several; the last has name and outputs of one of those."""
        for name in names:
            old = self._nodes.pop(name)
            del self._operators[old.domain, old.op_type][name]
            for value in reads(old):
                self._readers[value].discard(name)
            for value in old.outputs:
                self._producers.pop(value, None)
        for node in nodes:
            self._nodes[node.name] = node
            if node.name not in self._order:
                sources = [self._producers[name] for name in node.inputs if name in self._producers]
                before = max((self._order[name] for name in sources), default=-1.0)
                self._order[node.name] = (before + self._order[nodes[-1].name]) / 2
            self._producers |= {value: node.name for value in node.outputs if value}
            self._note(node)


def needed_nodes(nodes: Sequence[Node], outputs: Iterable[Value]) -> tuple[Node, ...]:
    """Return the nodes that the outputs need, in their order.

    Args:
        nodes: The nodes, producers first.
        outputs: What the graph gives.
    """
    needed = {value.name for value in outputs}
    kept: list[Node] = []
    for node in reversed(nodes):
        if needed.intersection(node.outputs):
            needed.update(reads(node))
            kept.append(node)
    return tuple(reversed(kept))


def reads(node: Node) -> Iterator[str]:
    """Yield the names that a node reads, with those that its bodies read, their own among them."""
    yield from (name for name in node.inputs if name)
    for attribute in node.attributes.values():
        for item in attribute if isinstance(attribute, tuple) else (attribute,):
            if isinstance(item, Graph):
                yield from (value.name for value in item.outputs)
                for inner in item.nodes:
                    yield from reads(inner)
