"""Fusions: patterns of nodes, and the one node that takes their place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from mindconverter.rules.expr import Expression, ExpressionError, parse_expression
from mindconverter.rules.location import Location
from mindconverter.rules.pattern import Pattern, PatternError
from mindconverter.rules.template import dotted_name


@dataclass(frozen=True, slots=True)
class Replacement:
    """Describe the node that takes the place of a pattern's nodes.

    Attributes:
        domain: The operator's domain; empty for ONNX itself.
        operator: The operator.
        inputs: Its inputs in order: weight expressions over the pattern's variables, or nodes that give them; None for
            one that is left out.
        parameters: Attributes and constant inputs by name, as expressions over the pattern's variables.
        rest: The variable whose attributes are all passed on.
    """

    domain: str
    operator: str
    inputs: tuple[str | Replacement | None, ...]
    parameters: Mapping[str, Expression] = field(default_factory=dict)
    rest: str | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that are inputs as they are, those of the nodes that give its inputs among them."""
        own = [part for part in self.inputs if isinstance(part, str) and part.isidentifier()]
        return (*own, *(name for part in self.inner for name in part.variables))

    @property
    def inner(self) -> tuple[Replacement, ...]:
        """The nodes that give its inputs, producers first."""
        own = [part for part in self.inputs if isinstance(part, Replacement)]
        return tuple(found for part in own for found in (*part.inner, part))


@dataclass(frozen=True, slots=True)
class FusionExample:
    """Give the values of a pattern's variables, for a model that proves the fusion.

    Attributes:
        inputs: What the model is called with, as expressions over numpy.
        weights: Its weights, likewise.
        constants: The values of constants and parameters, likewise.
        opsets: The versions of the operator set to run at.
        location: Where the example stands.
    """

    inputs: Mapping[str, str]
    weights: Mapping[str, str]
    constants: Mapping[str, str]
    opsets: tuple[int, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Fusion:
    """Say which nodes become one.

    Attributes:
        name: A name of its own.
        location: Where it stands.
        pattern: What the nodes are.
        becomes: What takes their place.
        const: The variables whose constant values the expressions read.
        lets: Named intermediate values, in order.
        when: What must hold for the nodes; None if nothing more.
        examples: What proves it.
        counterexamples: Values under which the nodes stay as they are, each on top of the first example.
        moves: Whether it is applied only where nodes of the result's operator become fewer in the end.
    """

    name: str
    location: Location
    pattern: Pattern
    becomes: Replacement
    const: tuple[str, ...] = ()
    lets: Mapping[str, Expression] = field(default_factory=dict)
    when: Expression | None = None
    examples: tuple[FusionExample, ...] = ()
    counterexamples: tuple[FusionExample, ...] = ()
    moves: bool = False


def parse_replacement(text: str) -> Replacement:
    """Parse what takes the place of a pattern: ``Operator(input, ..., parameter=expression)``.

    Raises:
        PatternError: The text is something else.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise PatternError(f"{text!r} is not an operator: {error.args[0]}") from error
    name = dotted_name(node.func) if isinstance(node, ast.Call) else None
    if name is None or not isinstance(node, ast.Call):
        raise PatternError(f"{text!r} must be an operator with its inputs, as in 'Relu(x)'")
    return _replacement(node, name)


def _replacement(node: ast.Call, name: str) -> Replacement:
    domain, _, operator = name.rpartition(".")
    inputs = tuple(_input(item) for item in node.args)
    parameters: dict[str, Expression] = {}
    rest = None
    for keyword in node.keywords:
        if keyword.arg is not None:
            try:
                parameters[keyword.arg] = parse_expression(ast.unparse(keyword.value))
            except ExpressionError as error:
                raise PatternError(str(error)) from error
        elif isinstance(keyword.value, ast.Name):
            rest = keyword.value.id
        else:
            raise PatternError(f"'**{ast.unparse(keyword.value)}' must be a name")
    return Replacement(domain, operator, inputs, parameters, rest)


def _input(node: ast.expr) -> str | Replacement | None:
    """Read an input; operators begin with a capital letter, and the functions of weight expressions do not."""
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    name = dotted_name(node.func) if isinstance(node, ast.Call) else None
    if isinstance(node, ast.Call) and name is not None and name.rpartition(".")[2][:1].isupper():
        return _replacement(node, name)
    return ast.unparse(node)
