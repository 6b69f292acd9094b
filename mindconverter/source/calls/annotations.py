"""Annotations that are written as strings."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.source.calls.context import Context
from mindconverter.source.edit.parse import move

_VALUES = ("Literal", "Annotated")


def quoted_annotations(context: Context, annotation: ast.expr) -> Iterator[ast.expr]:
    """Yield what the strings in an annotation say, as expressions at their places in the script.

    Strings that span lines or have escapes are passed over.
    """
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _is_value(context, node):
            parsed = _parse(context, node, node.value)
            if parsed is not None:
                yield parsed


def _is_value(context: Context, node: ast.expr) -> bool:
    """Tell whether a string stands for itself, as in ``Literal["a"]``."""
    parent = context.parent(node)
    while isinstance(parent, (ast.Tuple, ast.Subscript)):
        if isinstance(parent, ast.Subscript):
            return ast.unparse(parent.value).rpartition(".")[2] in _VALUES
        parent = context.parent(parent)
    return False


def _parse(context: Context, node: ast.Constant, text: str) -> ast.expr | None:
    span = context.span(node)
    if context.source.text[span.start + 1 : span.end - 1] != text or text != text.strip():
        return None
    try:
        parsed = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:
        return None
    context.adopt(parsed, node)
    for inner in ast.walk(parsed):
        if isinstance(inner, ast.expr):
            move(inner, node.lineno, node.col_offset + 1)
    return parsed
