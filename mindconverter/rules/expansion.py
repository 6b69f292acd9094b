"""Expansions: the nodes of plainer operators that take the place of one node, written as Python.

An expansion is a list of lines ``name = Operator(input, ..., parameter=expression)``. An input is an expression over
the node's own inputs and attributes and the names of earlier lines, another operator, ``then if condition else
other``, or ``*(item for name in sequence)``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from mindconverter.rules.expr import Expression, ExpressionError, parse_expression
from mindconverter.rules.template import dotted_name


@dataclass(frozen=True, slots=True)
class Make:
    """Stand for the first result of a new node.

    Attributes:
        domain: The operator's domain; empty for ONNX itself.
        operator: The operator.
        inputs: Its inputs, by position.
        parameters: Attributes and constant inputs, by their names in the specification.
    """

    domain: str
    operator: str
    inputs: tuple[Term, ...]
    parameters: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choose:
    """Stand for one of two terms."""

    when: Expression
    then: Term
    otherwise: Term


@dataclass(frozen=True, slots=True)
class Each:
    """Stand for several inputs, one for each item of a sequence."""

    variable: str
    items: Expression
    term: Term


Term: TypeAlias = Make | Choose | Each | Expression


@dataclass(frozen=True, slots=True)
class Line:
    """Give names to the results of a term."""

    names: tuple[str, ...]
    term: Term


def parse_expansion(text: str) -> Line:
    """Parse one line of an expansion.

    Raises:
        ExpressionError: The text is not in the language.
    """
    try:
        body = ast.parse(text.strip(), mode="exec").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"{text!r} is not a line of an expansion: {error.args[0]}") from error
    match body:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)]:
            return Line((name,), _term(value))
        case [ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as value)]:
            names = tuple(target.id for target in targets if isinstance(target, ast.Name))
            term = _term(value)
            if len(names) == len(targets) and isinstance(term, Make):
                return Line(names, term)
    raise ExpressionError(f"{text!r} is not a line of an expansion: it must be 'name = Operator(...)'")


def _term(node: ast.expr) -> Term:
    match node:
        case ast.IfExp(test=test, body=then, orelse=otherwise):
            return Choose(parse_expression(ast.unparse(test)), _term(then), _term(otherwise))
        case ast.Starred(value=ast.GeneratorExp(elt=item, generators=[generator])):
            match generator:
                case ast.comprehension(target=ast.Name(id=variable), iter=items, ifs=[]):
                    return Each(variable, parse_expression(ast.unparse(items)), _term(item))
        case ast.Call(func=function, args=inputs, keywords=keywords):
            name = dotted_name(function) or ""
            domain, _, operator = name.rpartition(".")
            if not operator[:1].isupper():
                return parse_expression(ast.unparse(node))
            if any(keyword.arg is None for keyword in keywords):
                raise ExpressionError(f"{ast.unparse(node)!r} must name each of its parameters")
            parameters = {str(keyword.arg): parse_expression(ast.unparse(keyword.value)) for keyword in keywords}
            return Make(domain, operator, tuple(_term(item) for item in inputs), parameters)
    return parse_expression(ast.unparse(node))


def parts(term: Term) -> Iterator[Make | Expression]:
    """Yield the new nodes of a term, and all expressions that it reads."""
    match term:
        case Make(inputs=inputs, parameters=parameters):
            yield term
            yield from parameters.values()
            for item in inputs:
                yield from parts(item)
        case Choose(when=when, then=then, otherwise=otherwise):
            yield when
            yield from parts(then)
            yield from parts(otherwise)
        case Each(variable=variable, items=items, term=inner):
            yield items
            yield from (_without(part, {variable}) for part in parts(inner))
        case Expression():
            yield term


def _without(part: Make | Expression, names: Set[str]) -> Make | Expression:
    return part if isinstance(part, Make) else replace(part, names=part.names - names)


def read_expressions(lines: Sequence[Line]) -> Iterator[tuple[int, Expression]]:
    """Yield what lines read, with the line's number; their own results are not among the names of an expression."""
    given: set[str] = set()
    for index, line in enumerate(lines):
        for part in parts(line.term):
            if isinstance(part, Expression):
                yield index, replace(part, names=part.names - given)
        given |= set(line.names)


def read_names(lines: Sequence[Line]) -> frozenset[str]:
    """Return the names that lines read and do not give themselves."""
    return frozenset(name for _, expression in read_expressions(lines) for name in expression.names)
