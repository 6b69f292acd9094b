"""Templates: what they hold, and what they become."""

from __future__ import annotations

import ast

import pytest

from mindconverter.rules.expr import ExpressionError
from mindconverter.rules.template import dotted_name, fill, parse_template
from mindconverter.rules.values import Unknown, hole_name, source_value

SCOPE: dict[str, object] = {"x": source_value("x"), "dim": 2, "dims": (0, source_value("d")), "lost": Unknown()}


def filled(text: str) -> str:
    tree = fill(parse_template(text), SCOPE)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = hole_name(node.id) or node.id
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{x}", "x"),
        ("{x}.abs()", "x.abs()"),
        ("a.b.c({x}, axis={dim})", "a.b.c(x, axis=2)"),
        ("f({dims})", "f((0, d))"),
        ("f({dim + 1}, {dims[0]})", "f(3, 0)"),
        ("{x} - ({x} + 1)", "x - (x + 1)"),
        ("f(*{dims})", "f(*(0, d))"),
        ("(lambda y: y + {x})({dim})", "(lambda y: y + x)(2)"),
        ("  {x}\n", "x"),
        ("f({x},\n  {dim})", "f(x, 2)"),
        ("{tuple(i + 1 for i in (dim, 4))}", "(3, 5)"),
        ("f('text', None, -1)", "f('text', None, -1)"),
    ],
)
def test_holes_are_filled(text: str, code: str) -> None:
    assert filled(text) == code


def test_a_template_can_be_filled_again() -> None:
    template = parse_template("f({x})")
    assert ast.dump(fill(template, SCOPE)) == ast.dump(fill(template, SCOPE))
    assert ast.unparse(fill(template, {"x": 1})) == "f(1)"
    assert ast.unparse(fill(template, {"x": 2})) == "f(2)"


def test_names_and_calls() -> None:
    template = parse_template("a.b.c({x}).d + helper({max(y, 1)}, a.e)")
    assert template.names == {"x", "y"}
    assert template.calls == {"a.b.c", "helper", "a.e"}


@pytest.mark.parametrize(
    "text", ["f({x}", "f({})", "f({x.y})", "f({x!r})", "x = {x}", "", "{x} {x}", "f({x:3})", "{lambda: x}"]
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_template(text)


@pytest.mark.parametrize("text", ["{nowhere}", "{lost}", "f({dim / 0})", "{(dim, lost)}"])
def test_a_hole_without_code_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        filled(text)


@pytest.mark.parametrize(
    ("text", "name"), [("a", "a"), ("a.b.c", "a.b.c"), ("a().b", None), ("a[0].b", None), ("1", None), ("a.b()", None)]
)
def test_dotted_names(text: str, name: str | None) -> None:
    assert dotted_name(ast.parse(text, mode="eval").body) == name
