"""The pattern language of the fusions: operators of a graph written as Python calls.

A pattern is a list of lines ``name = Operator(input, ..., parameter=value)``. The last line is the value that the
pattern gives; the others name inner values. ``A(x) | B(x)`` are alternatives, ``_`` is anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from mindconverter.rules.template import dotted_name

ANYTHING = "_"


class PatternError(ValueError):
    """A text that is not in the pattern language."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Stand for a value or the value of a parameter; the same one wherever the name stands."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """Stand for a constant of this value; None for an input that is absent."""

    value: object


@dataclass(frozen=True, slots=True)
class Apply:
    """Stand for the result of an operator.

    Attributes:
        domain: The operator's domain; empty for ONNX itself.
        operator: The operator.
        inputs: Its inputs, by position.
        parameters: Attributes and constant inputs, by their names in the specification.
        rest: The name under which all other attributes are kept; without it they must have their defaults.
    """

    domain: str
    operator: str
    inputs: tuple[Term, ...]
    parameters: Mapping[str, Term] = field(default_factory=dict)
    rest: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Stand for what fits one of the alternatives; the first that does."""

    alternatives: tuple[Term, ...]


Term: TypeAlias = Variable | Literal | Apply | Choice


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hold a pattern.

    Attributes:
        root: What it gives.
        definitions: What its inner values are, by name.
        size: How many nodes it has at most.
        names: The variables, with the number of places that each stands in.
    """

    root: Term
    definitions: Mapping[str, Term]
    size: int
    names: Mapping[str, int]

    @property
    def free(self) -> tuple[str, ...]:
        """The variables that are no inner values, in order."""
        return tuple(name for name in self.names if name not in self.definitions)

    @property
    def anchors(self) -> frozenset[tuple[str, str]]:
        """Domain and operator of each node that can give the result."""
        found = self.root.alternatives if isinstance(self.root, Choice) else (self.root,)
        return frozenset((term.domain, term.operator) for term in found if isinstance(term, Apply))


def parse_pattern(lines: Sequence[str]) -> Pattern:
    """Parse a pattern.

    Raises:
        PatternError: A line is not in the language, or a name has two lines.
    """
    definitions: dict[str, Term] = {}
    for line in lines:
        name, term = parse_line(line)
        if name in definitions:
            raise PatternError(f"{name!r} has two lines")
        definitions[name] = term
    root = definitions.pop(name)
    for term in root.alternatives if isinstance(root, Choice) else (root,):
        if not isinstance(term, Apply):
            raise PatternError(f"{lines[-1]!r} must be an operator, or alternatives of operators")
    names: dict[str, int] = {}
    for term in (root, *definitions.values()):
        for apply_ in variables(term):
            names[apply_] = names.get(apply_, 0) + 1
    names.pop(ANYTHING, None)
    size = sum(_size(term) for term in (root, *definitions.values()))
    return Pattern(root, definitions, size, names)


def parse_line(line: str) -> tuple[str, Term]:
    """Parse one line of a pattern into its name and its term.

    Raises:
        PatternError: See ``parse_pattern``.
    """
    try:
        body = ast.parse(line.strip(), mode="exec").body
    except (SyntaxError, ValueError) as error:
        raise PatternError(f"{line!r} is not a line of a pattern: {error.args[0]}") from error
    match body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)] if name != ANYTHING:
            return name, _term(value)
    raise PatternError(f"{line!r} is not a line of a pattern: it must be 'name = Operator(...)'")


def _term(node: ast.expr) -> Term:
    match node:
        case ast.Name(id=name):
            return Variable(name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            first = _term(left)
            return Choice((*(first.alternatives if isinstance(first, Choice) else (first,)), _term(right)))
        case ast.Call():
            return _apply(node)
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError) as error:
        raise PatternError(f"{ast.unparse(node)!r} is neither an operator, a name nor a literal") from error


def _apply(node: ast.Call) -> Apply:
    name = dotted_name(node.func)
    if name is None:
        raise PatternError(f"{ast.unparse(node.func)!r} is not an operator")
    domain, _, operator = name.rpartition(".")
    parameters: dict[str, Term] = {}
    rest = None
    for keyword in node.keywords:
        if keyword.arg is not None:
            parameters[keyword.arg] = _term(keyword.value)
        elif isinstance(keyword.value, ast.Name):
            rest = keyword.value.id
        else:
            raise PatternError(f"'**{ast.unparse(keyword.value)}' must be a name")
    return Apply(domain, operator, tuple(_term(item) for item in node.args), parameters, rest)


def operators(term: Term) -> Iterator[Apply]:
    """Yield the operators of a term, the outermost first."""
    match term:
        case Apply(inputs=inputs):
            yield term
            for item in inputs:
                yield from operators(item)
        case Choice(alternatives=alternatives):
            for item in alternatives:
                yield from operators(item)


def variables(term: Term) -> Iterator[str]:
    """Yield the names of the variables of a term, once for each place."""
    match term:
        case Variable(name=name):
            yield name
        case Apply(inputs=inputs, parameters=parameters, rest=rest):
            for item in (*inputs, *parameters.values()):
                yield from variables(item)
            if rest is not None:
                yield rest
        case Choice(alternatives=alternatives):
            for item in alternatives:
                yield from variables(item)


def _size(term: Term) -> int:
    match term:
        case Apply(inputs=inputs):
            return 1 + sum(_size(item) for item in inputs)
        case Choice(alternatives=alternatives):
            return max(_size(item) for item in alternatives)
    return 0
