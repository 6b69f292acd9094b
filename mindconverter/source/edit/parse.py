"""Scripts as syntax trees in which every node has its right place."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator

from mindconverter.source.edit.text import SourceText, Span

_LITERAL = re.compile(r"([A-Za-z]*)('''|\"\"\"|'|\")")
_OPENING, _CLOSING = "([{", ")]}"


def parse_script(source: SourceText) -> ast.Module:
    """Parse a script.

    Raises:
        SyntaxError: It is not Python.
    """
    tree = parse_text(source.text)
    if sys.version_info < (3, 12) and _may_have_formatted_strings(source.text):
        for node in list(ast.walk(tree)):
            if isinstance(node, ast.JoinedStr):
                _place_formatted_values(node, source)
    return tree


def parse_text(text: str) -> ast.Module:
    """Parse a text; before Python 3.12 what is within f-strings may have wrong places.

    Raises:
        SyntaxError: It is not Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from error


def _may_have_formatted_strings(text: str) -> bool:
    return any(mark in text for mark in ("f'", 'f"', "F'", 'F"', "fr", "rf", "fR", "Rf", "FR", "RF", "Fr", "rF"))


def _place_formatted_values(node: ast.JoinedStr, source: SourceText) -> None:
    """Give the expressions within an f-string their places: before Python 3.12 the parser gets many of them wrong."""
    values = list(_formatted_values(node))
    span = source.span(node)
    places = list(_expressions(source.text, span.start, span.end))
    if len(values) != len(places):
        return
    for value, (start, end, _) in zip(values, places, strict=True):
        line, column = source.position(start)
        prefix = len(source.text[start - column : start].encode())
        parsed = ast.parse(f"({source.text[start:end]}\n)", mode="eval").body
        for inner in ast.walk(parsed):
            if isinstance(inner, (ast.expr, ast.keyword, ast.arg)):
                move(inner, line, prefix)
        value.value = parsed


def move(node: ast.expr | ast.keyword | ast.arg, line: int, column: int) -> None:
    """Give a node of an expression that was parsed by itself, in parentheses, its place in a script.

    Args:
        node: The node.
        line: The line of the expression, from 1.
        column: The column of its start, in UTF-8 bytes.
    """
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    if node.lineno == 1:
        node.col_offset += column - 1
    if node.end_lineno == 1:
        node.end_col_offset += column - 1
    node.lineno += line - 1
    node.end_lineno += line - 1


def _formatted_values(node: ast.JoinedStr) -> Iterator[ast.FormattedValue]:
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            yield value
            if isinstance(value.format_spec, ast.JoinedStr):
                yield from _formatted_values(value.format_spec)


def formatted_places(tree: ast.Module, source: SourceText) -> Iterator[tuple[Span, str]]:
    """Yield the places of the expressions within f-strings, each with the quotation mark that it cannot have."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            span = source.span(node)
            for start, end, quote in _expressions(source.text, span.start, span.end):
                yield Span(start, end), quote


def _expressions(text: str, position: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield the places of the expressions within the string literals of a part of the text, with their quotes."""
    while position < end:
        if text[position] == "#":
            position = _line_end(text, position)
            continue
        match = _LITERAL.match(text, position)
        if match is None:
            position += 1
            continue
        raw, quote = "r" in match[1].lower(), match[2]
        body = match.end()
        close = _literal_end(text, body, quote, raw)
        if "f" in match[1].lower():
            yield from ((*place, quote) for place in _replacement_fields(text, body, close))
        position = close + len(quote)


def _line_end(text: str, position: int) -> int:
    ends = [found for found in (text.find("\n", position), text.find("\r", position)) if found >= 0]
    return min(ends, default=len(text))


def _literal_end(text: str, position: int, quote: str, raw: bool) -> int:
    while not text.startswith(quote, position):
        position += 2 if text[position] == "\\" else 1
    return position


def _replacement_fields(text: str, position: int, end: int) -> Iterator[tuple[int, int]]:
    while position < end:
        if text.startswith(("{{", "}}"), position):
            position += 2
        elif text[position] == "{":
            stop = _expression_end(text, position + 1, end)
            yield position + 1, stop
            position = stop
            while position < end and text[position] not in ":}":
                position += 1
            if position < end and text[position] == ":":
                spec_end = _spec_end(text, position + 1, end)
                yield from _replacement_fields(text, position + 1, spec_end)
                position = spec_end
            position += 1
        else:
            position += 1


def _expression_end(text: str, position: int, end: int) -> int:
    depth = 0
    while position < end:
        char = text[position]
        if char in "'\"":
            quote = char * 3 if text.startswith(char * 3, position) else char
            position = _literal_end(text, position + len(quote), quote, False) + len(quote)
            continue
        if depth == 0:
            if char in ":}" or (char == "!" and text[position + 1] != "="):
                return position
            if char == "=" and text[position + 1] != "=" and text[position - 1] not in "=!<>":
                return position
        depth += (char in _OPENING) - (char in _CLOSING)
        position += 1
    return end


def _spec_end(text: str, position: int, end: int) -> int:
    depth = 0
    while position < end:
        if text[position] == "}":
            if depth == 0:
                return position
            depth -= 1
        depth += text[position] == "{"
        position += 1
    return end
