"""Context managers that go: their ``with`` statements lose an item, or become their bodies."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass, field
from itertools import pairwise

from mindconverter.source.calls.context import Context
from mindconverter.source.edit.edit import Dedented
from mindconverter.source.edit.text import SourceText, Span

WithStatement = ast.With | ast.AsyncWith

_COMMA = re.compile(r"(?:\s|\\\r?\n|#[^\r\n]*)*,(?:\s|\\\r?\n|#[^\r\n]*)*")
_TO_COLON = re.compile(r"(?:[\s,)]|\\\r?\n|#[^\r\n]*)*:")
_COMMENT = re.compile(r"[ \t]*#")


@dataclass
class ItemRemovals:
    """Collect the items of ``with`` statements to remove."""

    _statements: dict[int, tuple[WithStatement, set[int]]] = field(default_factory=dict)

    def add(self, context: Context, statement: WithStatement, item: ast.withitem) -> bool:
        """Let an item go; tell whether it can."""
        removable = _has_plain_commas(context, statement) and _is_open(context, statement)
        if item.optional_vars is not None or not removable:
            return False
        self._statements.setdefault(id(statement), (statement, set()))[1].add(id(item))
        return True

    def apply(self, context: Context) -> None:
        """Remove the items; a statement without any becomes its body."""
        for statement, going in self._statements.values():
            kept = [_span(context, item) for item in statement.items if id(item) not in going]
            if not kept:
                _unwrap(context, statement)
                continue
            place = Span(_span(context, statement.items[0]).start, _span(context, statement.items[-1]).end)
            pieces = [piece for span in kept for piece in (", ", span)][1:]
            context.replace(place, *pieces)


def _span(context: Context, item: ast.withitem) -> Span:
    last = item.optional_vars if item.optional_vars is not None else item.context_expr
    return Span(context.span(item.context_expr).start, context.span(last).end)


def _has_plain_commas(context: Context, statement: WithStatement) -> bool:
    """Tell whether nothing but a comma stands between any two items, not even a parenthesis."""
    spans = [_span(context, item) for item in statement.items]
    between = (Span(before.end, after.start) for before, after in pairwise(spans))
    return all(_COMMA.fullmatch(context.source.slice(span)) for span in between)


def _is_open(context: Context, statement: WithStatement) -> bool:
    """Tell whether the body stands on lines of its own, deeper than the statement, or all of it on one line."""
    colon = _colon(context, statement)
    if colon is None:
        return False
    start = _first(context, statement)
    return start < context.source.line_end(colon) or _deeper(context, statement) is not None


def _colon(context: Context, statement: WithStatement) -> int | None:
    """Return the offset behind the colon."""
    match = _TO_COLON.match(context.source.text, _span(context, statement.items[-1]).end)
    return match.end() if match is not None else None


def _first(context: Context, statement: WithStatement) -> int:
    """Return where the body's first statement starts, with its decorators."""
    first = statement.body[0]
    decorators = getattr(first, "decorator_list", [])
    if not decorators:
        return context.span(first).start
    return context.source.text.rindex("@", 0, context.span(decorators[0]).start)


def _deeper(context: Context, statement: WithStatement) -> str | None:
    """Return by what the body is indented beyond the statement."""
    source = context.source
    place, start = context.span(statement).start, _first(context, statement)
    outer, inner = source.text[source.line_start(place) : place], source.text[source.line_start(start) : start]
    return inner[len(outer) :] if not inner.strip() and inner.startswith(outer) else None


def _unwrap(context: Context, statement: WithStatement) -> None:
    source, span = context.source, context.span(statement)
    colon = _colon(context, statement)
    assert colon is not None
    body = _first(context, statement)
    if body < source.line_end(colon):
        context.replace(Span(span.start, body))
        return
    indent = _deeper(context, statement)
    assert indent is not None
    start, end = source.line_start(span.start), source.line_end(span.end - 1)
    deep = source.text[start : span.start] + indent
    while _COMMENT.match(source.text, end) and source.text.startswith(deep, end):
        end = source.line_end(end)
    for offset in lines_in_strings(source, Span(colon, end)):
        context.edits.keep_line(offset)
    context.dedent(Span(start, end), Dedented(Span(source.line_end(colon), end), indent, len(deep) - len(indent)))


def lines_in_strings(source: SourceText, span: Span) -> list[int]:
    """Return the offsets in a part of a script at which a line starts within a string."""
    found: list[int] = []
    opened: list[int] = []
    names = tokenize.tok_name
    for token in tokenize.generate_tokens(io.StringIO(source.text, newline="").readline):
        kind = names[token.type]
        if kind in ("FSTRING_START", "TSTRING_START"):
            opened.append(token.start[0])
        elif kind in ("FSTRING_END", "TSTRING_END"):
            first = opened.pop()
            if not opened:
                found += source.line_starts[first : token.end[0]]
        elif kind == "STRING" and not opened:
            found += source.line_starts[token.start[0] : token.end[0]]
    return [offset for offset in found if span.start <= offset < span.end]
