"""R031: what element types are compared with are element types."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.expr import Expression
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Place
from mindconverter.rules.lint.possible_texts import Lets, possible_items, possible_texts
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.near import near

_ASKING = ("dtype", "known_dtype")
_KNOWN = ("output_dtype",)
_OF_THE_SOURCE = frozenset({"str"})
"""Types that the target has no elements of."""


def _run(subject: Subject) -> Iterator[Problem]:
    known = _types(subject.tables.target_catalog)
    for rule in subject.rules:
        for form in rule.forms:
            asking = {name for name, expression in form.lets.items() if _is_type(expression.tree, {})}
            places: list[tuple[Expression, Place]] = [
                (expression, partial(form.place, "let", name)) for name, expression in form.lets.items()
            ]
            for expression, place in (*places, *form.expressions()):
                if "dtype" not in expression.text and asking.isdisjoint(expression.names):
                    continue
                for text in _compared(expression.tree, form.lets):
                    if text and text not in known:
                        message = f"{text!r} is no type of elements, so that the comparison never holds."
                        yield Problem(place(), message, near(text, known))


def _types(catalog: Catalog) -> frozenset[str]:
    """Return the names of the types of elements: they are values of the target framework, under their own names."""
    values = (name for name in catalog.entries if catalog.entries[name]["kind"] == "value")
    return _OF_THE_SOURCE.union(name.partition(".")[2] for name in values)


def _compared(tree: ast.expr, lets: Lets) -> Iterator[str]:
    """Yield the texts that an expression compares types of elements with."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
                for one, other in ((left, right), (right, left)):
                    if _is_type(one, lets):
                        yield from possible_texts(other, lets)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[right]) if _is_type(left, lets):
                yield from possible_items(right, lets)


def _is_type(node: ast.expr, lets: Lets) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _ASKING
        case ast.Name(id=name):
            return name in _KNOWN or (name in lets and _is_type(lets[name].tree, {}))
    return False


ELEMENT_TYPES = Check("R031", "Types of elements exist", _run)
