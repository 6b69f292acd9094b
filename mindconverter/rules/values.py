"""Values of rule expressions: Python values, and values that are known only when the user's program runs.

A known value is a plain Python object. A tuple or list may hold unknown elements. Code that stands for an unknown value
is a Python syntax tree in which *holes*, names made by ``hole``, stand for the source's own expressions; whoever emits
the code puts those in.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass, replace

_HOLE_PREFIX = "__hole_"


@dataclass(frozen=True, slots=True)
class Facts:
    """Say what is known of an unknown value.

    Attributes:
        type: ``int``, ``float``, ``bool``, ``str``, ``tuple``, ``list``, ``dict``, ``number``, ``tensor``, ``none`` or
            a dotted class name; None if nothing is known.
        shape: Dimensions: a size, the symbol of one that is open, or None; None as a whole if even the rank is unknown.
        dtype: Element type in numpy's words.
        weight: Graph mode: the value is an initializer.
    """

    type: str | None = None
    shape: tuple[int | str | None, ...] | None = None
    dtype: str | None = None
    weight: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """Stand for a value that only the user's program knows.

    Attributes:
        code: The Python expression that computes it, with holes; None if it cannot be written as one.
        facts: What is known of it all the same.
    """

    code: ast.expr | None = None
    facts: Facts = Facts()


@dataclass(frozen=True, slots=True, eq=False)
class Body(Unknown):
    """Stand for a graph that a node runs.

    Attributes:
        captured: The values of the enclosing graph that it reads, which it takes after its own inputs.
        results: How many values it gives.
    """

    captured: tuple[Unknown, ...] = ()
    results: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Starred:
    """Mark an item of ``*args`` that stands for several."""

    value: object


def hole(name: str) -> ast.Name:
    """Return the placeholder of the source expression called ``name``."""
    return ast.Name(id=f"{_HOLE_PREFIX}{name}__", ctx=ast.Load())


def hole_name(identifier: str) -> str | None:
    """Return the name of the source expression that an identifier stands for, or None if it is no hole."""
    if identifier.startswith(_HOLE_PREFIX) and identifier.endswith("__"):
        return identifier[len(_HOLE_PREFIX) : -2]
    return None


def source_value(name: str, facts: Facts = Facts()) -> Unknown:
    """Return the unknown value of the source expression called ``name``."""
    return Unknown(hole(name), facts)


def open_size(symbol: str | None) -> Unknown:
    """Return the unknown value of a size, which is the same wherever it has the same symbol."""
    return Unknown(None if symbol is None else hole(symbol), Facts(type="int"))


def is_known(value: object) -> bool:
    """Tell whether a value, with everything in it, is known."""
    if isinstance(value, (Unknown, Starred)):
        return False
    if isinstance(value, (tuple, list)):
        return all(is_known(item) for item in value)
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    return True


def type_of(value: object) -> str | None:
    """Return the type of a value in the words of ``Facts.type``; None if it is unknown."""
    if isinstance(value, Unknown):
        return value.facts.type
    if value is None:
        return "none"
    if isinstance(value, Starred):
        return "starred"
    return type(value).__name__


def to_code(value: object) -> ast.expr | None:
    """Return the expression that computes a value, or None if there is none."""
    if isinstance(value, Unknown):
        return value.code
    if isinstance(value, Starred):
        several = to_code(value.value)
        return None if several is None else ast.Starred(several, ast.Load())
    if isinstance(value, (tuple, list)):
        items = [to_code(item) for item in value]
        if any(item is None for item in items):
            return None
        elements = [item for item in items if item is not None]
        return ast.Tuple(elements, ast.Load()) if isinstance(value, tuple) else ast.List(elements, ast.Load())
    if isinstance(value, dict):
        keys = [to_code(key) for key in value]
        values = [to_code(item) for item in value.values()]
        if any(item is None for item in (*keys, *values)):
            return None
        return ast.Dict([key for key in keys if key is not None], [item for item in values if item is not None])
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return ast.Call(ast.Name("float", ast.Load()), [ast.Constant(str(value))], [])
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _has_sign(value):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    if isinstance(value, range):
        return ast.parse(repr(value), mode="eval").body
    return ast.Constant(value)  # type: ignore[arg-type]


def _has_sign(value: float) -> bool:
    """Tell whether a number is written with a minus, as -0.0 is too."""
    return value < 0 or (value == 0 and math.copysign(1, value) < 0)


def with_type(value: Unknown, type_name: str) -> Unknown:
    """Return the same unknown value with its type known."""
    return replace(value, facts=replace(value.facts, type=type_name))
