"""Hold what each node of a graph becomes, before the module structure is rebuilt."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.graph.ir import Array, Graph, Node, Scope
from mindconverter.rules.decide import Note
from mindconverter.rules.location import Location

CELL = "cell"
"""The hole of a lowered node's code that stands for its Cell."""
BODY = "body:"
"""How the names of holes begin that stand for a body which the node runs."""


@dataclass(frozen=True, slots=True)
class WeightSource:
    """Say what a parameter of a Cell is made of.

    Attributes:
        expression: A weight expression.
        initializers: The initializer of each name in it.
        values: The values of other names in it: attributes of the node.
        where: The rule's place, for messages.
        numbers: What stands in the place of an initializer for other names: numbers in attributes of the node.
    """

    expression: str
    initializers: Mapping[str, str]
    values: Mapping[str, object] = field(default_factory=dict)
    where: str = ""
    numbers: Mapping[str, Array] = field(default_factory=dict)

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """A value that two parameters share if they are made of the same."""
        numbers = ((name, data.dtype.name, data.tobytes()) for name, data in sorted(self.numbers.items()))
        return self.expression, tuple(sorted(self.initializers.items())), tuple(numbers)


@dataclass(frozen=True, slots=True)
class CellArgument:
    """Give an argument of a Cell's constructor: a literal."""

    parameter: str
    value: object
    keyword: bool


@dataclass(frozen=True, eq=False)
class CellMake:
    """Describe a Cell to be made.

    Attributes:
        target: The full name of its class.
        arguments: The arguments of its constructor.
        weights: What each of its parameters is made of.
        placeholder: Whether it stands in for an operator that was not converted; the target is then the operator.
    """

    target: str
    arguments: tuple[CellArgument, ...]
    weights: Mapping[str, WeightSource]
    placeholder: bool = False

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """A value that two Cells share if one can stand for the other, weights included."""
        arguments = tuple((item.parameter, repr(item.value)) for item in self.arguments)
        weights = tuple((name, source.fingerprint) for name, source in sorted(self.weights.items()))
        return self.target, arguments, weights


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor that a module holds for the code in ``construct``.

    Attributes:
        initializer: Its name in the graph.
        trained: Whether it is a Parameter of the checkpoint; else a constant that is written out.
    """

    initializer: str
    trained: bool


@dataclass(frozen=True, eq=False)
class BodyMake:
    """Describe a body that a node runs: it becomes a module of its own.

    Attributes:
        name: The node's attribute that holds it.
        graph: The body. Its inputs are its own, and then the values of the enclosing graph that it reads.
        captured: The names of the latter.
        lowered: What its nodes became, in order.
        operations: Those of them that its outputs need.
        outputs: The value or initializer of each output.
    """

    name: str
    graph: Graph
    captured: tuple[str, ...]
    lowered: tuple[Operation | Bypass, ...]
    operations: tuple[Operation, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Operation:
    """Hold what a node becomes.

    Attributes:
        node: The node.
        code: The expression that computes it, with holes: ``CELL``, and one an operand.
        operands: What the other holes stand for: the name of a value, or a tensor or body to hold.
        outputs: The names of the values that it gives, in order; "" for one that nobody reads.
        returns_tuple: Whether the code gives a tuple of the outputs, even if there is one.
        cell: The Cell that the code calls; None if it calls none.
        target: What the node became, for the report; empty if it was not converted.
        helpers: The helpers that the code needs.
        notes: Remarks for the report.
        scopes: The path of modules to the one that computes it.
        refusal: Why the node was not converted; empty if it was.
        rule: Where the rule stands; None if there is none.
    """

    node: Node
    code: ast.expr
    operands: Mapping[str, str | Held | BodyMake]
    outputs: tuple[str, ...]
    returns_tuple: bool
    cell: CellMake | None
    target: str
    scopes: tuple[Scope, ...]
    helpers: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    refusal: str = ""
    rule: Location | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The names of the values that it reads, without initializers."""
        return tuple(operand for operand in self.operands.values() if isinstance(operand, str))

    @property
    def bodies(self) -> tuple[BodyMake, ...]:
        """The bodies that it runs."""
        return tuple(operand for operand in self.operands.values() if isinstance(operand, BodyMake))


@dataclass(frozen=True, eq=False)
class Bypass:
    """A node that goes: its output is its input."""

    node: Node
    source: str
    output: str
    notes: tuple[Note, ...] = ()
    rule: Location | None = None


def with_inner(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yield operations, and after each those of the bodies that it runs."""
    for operation in operations:
        yield operation
        for body in operation.bodies:
            yield from with_inner(body.operations)
