"""Idioms: statements that mean something only together, and what takes their place."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mindconverter.rules.expr import ExpressionError
from mindconverter.rules.template import Template

_HOLE = re.compile(r"\{(\w+)\}")
_MARK = "__hole_{}__"


@dataclass(frozen=True, slots=True)
class StatementPattern:
    """Hold an expression statement with holes.

    Attributes:
        text: The pattern as the rule file has it.
        tree: Its syntax tree, in which a hole is a name that ``hole_of`` knows.
    """

    text: str
    tree: ast.expr


@dataclass(frozen=True, slots=True)
class GradientChange:
    """Describe a statement that changes gradients in place, and the expression for the new ones."""

    source: StatementPattern
    becomes: Template


@dataclass(frozen=True, slots=True)
class ValueDerivative:
    """Describe a function of the source framework that gives the derivatives of values.

    Attributes:
        of: Its name.
        outputs: Its parameter for the values.
        inputs: Its parameter for what they are differentiated by.
        factors: Its parameter for the factors of the values.
        omit: Its parameters that the target does not need.
        units: What gives factors of one.
        name: The name of the function in the result.
        single: The derivative by one input.
        several: The derivatives by several inputs.
    """

    of: str
    outputs: str
    inputs: str
    factors: str
    omit: frozenset[str]
    units: frozenset[str]
    name: str
    single: Template
    several: Template


@dataclass(frozen=True, slots=True)
class Leaves:
    """Describe values that have gradients of their own, as parameters have, though no optimizer has them.

    Attributes:
        gradient: The attribute that is the gradient of a value.
        marks: What makes a value have one.
        keyword: The keyword by which what makes a value lets it have one.
        networks: Expressions for the parameters of a network, whose gradients count where nothing else takes any.
    """

    gradient: str
    marks: frozenset[str]
    keyword: str
    networks: tuple[StatementPattern, ...]


@dataclass(frozen=True, slots=True)
class Idiom:
    """Describe a step of training.

    Attributes:
        name: Its name in messages.
        kinds: The classes of what stands in the holes.
        backward: What computes the gradients of ``{loss}``.
        step: What gives the gradients to the optimizer.
        reset: What sets them to zero.
        gone: What else goes.
        gradients: What changes them in between.
        mode: What brings a network into training mode.
        review: What to say where a script has no such statement.
        reads: APIs that read or change the gradients that parameters have.
        unless: APIs that leave the statements as they are if they stand among them.
        draws: APIs that give other values each time.
        constant: Expressions that no derivative goes through.
        within: What takes the place of an item of ``with`` within what is differentiated, by API.
        names: The names of the function, of its derivative and of the gradients in the result.
        weights: What an optimizer's weights are.
        plain: The derivative of a function that returns the loss.
        several: The derivative of one that returns the loss and more.
        apply: What takes the place of the step.
        accumulate: What takes the place of a backward pass that is no step by itself.
        repeated: What to say of values that are computed once more.
        helpers: The helpers that the templates name.
        numbers: Expressions that are numbers in the source framework and may be arrays in the target.
        items: What ``{item}`` in them is an item of.
        number: The number in such an array.
        derivative: The function that gives derivatives of values, if there is one.
        leaves: What else has gradients, if anything does.
        network_weights: What the weights of a network are, where no optimizer has them.
    """

    name: str
    kinds: Mapping[str, str]
    backward: tuple[StatementPattern, ...]
    step: tuple[StatementPattern, ...]
    reset: tuple[StatementPattern, ...]
    gone: tuple[StatementPattern, ...]
    gradients: tuple[GradientChange, ...]
    mode: tuple[StatementPattern, ...]
    review: str
    reads: frozenset[str]
    unless: frozenset[str]
    draws: frozenset[str]
    constant: tuple[StatementPattern, ...]
    within: Mapping[str, Template]
    names: Mapping[str, str]
    weights: Template
    plain: Template
    several: Template
    apply: Template
    accumulate: Template
    repeated: str
    helpers: frozenset[str]
    numbers: tuple[StatementPattern, ...] = ()
    items: tuple[StatementPattern, ...] = ()
    number: Template | None = None
    derivative: ValueDerivative | None = None
    leaves: Leaves | None = None
    network_weights: Template | None = None


def parse_statement_pattern(text: str) -> StatementPattern:
    """Parse a pattern such as ``{optimizer}.zero_grad(...)``, where ``...`` means any arguments.

    Raises:
        ExpressionError: It is not an expression with holes.
    """
    try:
        return StatementPattern(text, ast.parse(_HOLE.sub(lambda hole: _MARK.format(hole[1]), text), mode="eval").body)
    except SyntaxError as error:
        raise ExpressionError(f"{text!r} is not an expression with holes: {error.msg}") from error


def hole_of(node: ast.AST) -> str | None:
    """Return the name of the hole that a node of a pattern is, or None."""
    match = re.fullmatch(_MARK.format(r"(\w+)"), node.id) if isinstance(node, ast.Name) else None
    return match[1] if match is not None else None
