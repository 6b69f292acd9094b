"""Code templates of the rules: Python expressions with ``{holes}``, each hole a rule expression."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mindconverter.rules.expr import Expression, ExpressionError, evaluate, parse_expression
from mindconverter.rules.values import to_code

_HOLE = re.compile(r"\{([^{}]*)\}")
_MARK = "__template_hole_{}__"


@dataclass(frozen=True, slots=True)
class Template:
    """Hold a parsed template.

    Attributes:
        text: The template as the rule file has it.
        tree: Its syntax tree, with a mark for each hole.
        holes: The expression of each mark.
        names: The names that the expressions read.
        calls: The dotted names that the template itself uses: target APIs and helpers.
    """

    text: str
    tree: ast.expr
    holes: Mapping[str, Expression]
    names: frozenset[str]
    calls: frozenset[str]


@cache
def parse_template(text: str) -> Template:
    """Parse a template.

    Raises:
        ExpressionError: A hole or the code around the holes is not what the language allows.
    """
    holes: dict[str, Expression] = {}

    def mark(match: re.Match[str]) -> str:
        name = _MARK.format(len(holes))
        holes[name] = parse_expression(match.group(1))
        return name

    try:
        tree = ast.parse(_HOLE.sub(mark, text.strip()), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{text!r} is not a template: {error.msg}") from error
    names = frozenset(name for hole in holes.values() for name in hole.names)
    return Template(text, tree, holes, names, frozenset(_dotted_names(tree, frozenset(holes))))


def _dotted_names(tree: ast.expr, marks: frozenset[str]) -> list[str]:
    found: list[str] = []

    def visit(node: ast.AST) -> None:
        name = dotted_name(node)
        if name is not None:
            if name.split(".")[0] not in marks:
                found.append(name)
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


def dotted_name(node: ast.AST) -> str | None:
    """Return ``a.b.c`` for a chain of attributes that starts at a name, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def fill(template: Template, scope: Mapping[str, object], given: frozenset[str] = frozenset()) -> ast.expr:
    """Return the template's code with the values of its holes, in which source expressions are holes still.

    Raises:
        ExpressionError: A hole cannot be computed, or has no code.
    """
    codes: dict[str, ast.expr] = {}
    for name, expression in template.holes.items():
        code = to_code(evaluate(expression, scope, given))
        if code is None:
            raise ExpressionError(
                f"{expression.text!r} is known only at run time, in a way that cannot be written down"
            )
        codes[name] = code
    return _Filler(codes).visit(copy.deepcopy(template.tree))  # type: ignore[no-any-return]


class _Filler(ast.NodeTransformer):
    def __init__(self, codes: Mapping[str, ast.expr]) -> None:
        self.codes = codes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.codes[node.id]) if node.id in self.codes else node
