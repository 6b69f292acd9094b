"""Small damages to the texts of rules: expressions, templates, lines of expansions and signatures."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from mindconverter.rules.template import dotted_name


def other_literal(value: object) -> object:
    """Return a literal that differs from one; itself for None, of which there is no other."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value * 2 + 1
        case str():
            return f"{value}_"
    return value


def literals_changed(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text of Python with one literal changed, each in turn, and what was done."""
    for node in _nodes(text):
        if isinstance(node, ast.Constant) and other_literal(node.value) != node.value:
            changed = repr(other_literal(node.value))
            yield _put(text, node, changed), f"{ast.unparse(node)} becomes {changed}"


def arguments_changed(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text of Python with an argument of a call left out, or two neighbours exchanged, each in turn."""
    for node in _nodes(text):
        if not isinstance(node, ast.Call) or _is_expression_function(node):
            continue
        for left, right in zip(node.args, node.args[1:], strict=False):
            one, two = _of(text, left), _of(text, right)
            if one != two and not isinstance(left, ast.Starred) and not isinstance(right, ast.Starred):
                yield _put(_put(text, right, one), left, two), f"{one} and {two} are exchanged"
        for word in node.keywords:
            if word.arg is not None:
                yield _without(text, word), f"{_of(text, word)} is left out"


def names_changed(text: str, others: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield a template with one dotted name replaced by another, each in turn, and what was done.

    Args:
        text: The template.
        others: The name that takes the place of each.
    """
    done: set[str] = set()
    for node in _nodes(text):
        name = dotted_name(node)
        if name is not None and name in others and name not in done:
            done.add(name)
            yield _put(text, node, others[name]), f"{name} becomes {others[name]}"


def defaults_changed(signature: str, without: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield a signature with one default changed, each in turn, and what was done.

    Args:
        signature: The signature.
        without: Parameters whose defaults nobody reads.
    """
    start = "def f"
    spec = ast.parse(f"{start}{signature}: ...").body[0].args  # type: ignore[attr-defined]
    positional = [*spec.posonlyargs, *spec.args]
    named = zip(positional[len(positional) - len(spec.defaults) :], spec.defaults, strict=True)
    for parameter, node in (*named, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)):
        if parameter.arg in without:
            continue
        if isinstance(node, ast.Constant) and other_literal(node.value) != node.value:
            changed = repr(other_literal(node.value))
            text = _put(f"{start}{signature}", node, changed).removeprefix(start)
            yield text, f"the default {ast.unparse(node)} becomes {changed}"


def _nodes(text: str) -> Iterator[ast.AST]:
    """Yield the nodes of a text, in the order of their places; none of what is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    placed = (node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.keyword)))
    yield from sorted(placed, key=lambda node: (node.lineno, node.col_offset))


def _is_expression_function(node: ast.Call) -> bool:
    """Tell whether a call is of a function of the rules' own language, whose arguments are not those of a target."""
    from mindconverter.rules.functions import FUNCTION_NAMES

    return isinstance(node.func, ast.Name) and node.func.id in FUNCTION_NAMES


def _place(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def _span(text: str, node: ast.AST) -> tuple[int, int]:
    start = _place(text, node.lineno, node.col_offset)  # type: ignore[attr-defined]
    return start, _place(text, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _of(text: str, node: ast.AST) -> str:
    start, end = _span(text, node)
    return text[start:end]


def _put(text: str, node: ast.AST, new: str) -> str:
    start, end = _span(text, node)
    return text[:start] + new + text[end:]


def _without(text: str, node: ast.AST) -> str:
    """Return a text without an argument and the comma before or after it."""
    start, end = _span(text, node)
    before, after = text[:start].rstrip(), text[end:].lstrip()
    if before.endswith(","):
        return before[:-1] + after
    return before + after.removeprefix(",").lstrip()
