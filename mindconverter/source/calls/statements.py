"""Statements and decorators that go, and what has to stay of the blocks that they stood in."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.with_items import ItemRemovals
from mindconverter.source.edit.text import Span

_BLANK = re.compile(r"[ \t\f]*\Z")
_REST = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")


@dataclass
class Removals:
    """Collect the statements to remove.

    Attributes:
        items: The items of ``with`` statements to remove.
    """

    items: ItemRemovals = field(default_factory=ItemRemovals)
    _statements: dict[int, ast.stmt] = field(default_factory=dict)

    def add(self, statement: ast.stmt) -> None:
        """Let a statement go."""
        self._statements[id(statement)] = statement

    def take(self, context: Context, node: ast.expr) -> bool:
        """Let a call go that is a statement, a decorator or an item of ``with``; tell whether it is one."""
        match context.parent(node):
            case ast.Expr() as statement:
                self.add(statement)
                return True
            case ast.withitem() as item:
                block = context.parent(item)
                assert isinstance(block, (ast.With, ast.AsyncWith))
                return self.items.add(context, block, item)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() as definition:
                return node in definition.decorator_list and remove_decorator(context, node)
        return False

    def apply(self, context: Context) -> None:
        """Remove the statements; a block that would be empty gets ``pass``."""
        self.items.apply(context)
        if not self._statements:
            return
        self._add_emptied(context)
        for node in ast.walk(context.script.tree):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and block:
                    self._apply(context, node, block)

    def _add_emptied(self, context: Context) -> None:
        """Let a condition go with all that it decided about, if testing it changes nothing."""
        for node in reversed(list(ast.walk(context.script.tree))):  # what is within another one comes first
            if isinstance(node, ast.If) and not node.orelse and _only_asks(context, node.test):
                is_first = context.source.text.startswith("if", context.span(node).start)  # and no 'elif'
                if is_first and all(id(statement) in self._statements for statement in node.body):
                    self.add(node)

    def _apply(self, context: Context, owner: ast.AST, block: list[ast.stmt]) -> None:
        going = [statement for statement in block if id(statement) in self._statements]
        emptied = len(going) == len(block) and not isinstance(owner, ast.Module)
        for index, statement in enumerate(going):
            span = context.span(statement)
            lines = _whole_lines(context, span)
            if lines is None or (emptied and index == len(going) - 1):
                context.replace(span, "pass")
            else:
                context.replace(lines)


def _only_asks(context: Context, test: ast.expr) -> bool:
    """Tell whether a condition is a name, or a question to the source framework that takes nothing."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _only_asks(context, inner)
        case ast.Call(func=function, args=[], keywords=[]):
            return context.full_name(function, context.scope_of(test)) is not None
    return dotted_name(test) is not None


def remove_decorator(context: Context, node: ast.expr) -> bool:
    """Remove a decorator with its line; tell whether it had one of its own."""
    span = context.span(node)
    text = context.source.text
    start = text.rindex("@", 0, span.start)
    lines = _whole_lines(context, Span(start, span.end))
    if lines is None:
        return False
    context.replace(lines)
    return True


def _whole_lines(context: Context, span: Span) -> Span | None:
    """Return the lines of a statement, with a comment behind it; None if it shares them with other code."""
    source = context.source
    start = source.line_start(span.start)
    rest = _REST.match(source.text, span.end)
    if rest is None or _BLANK.match(source.text[start : span.start]) is None:
        return None
    return Span(start, source.line_end(rest.end()) if rest.end() < len(source.text) else len(source.text))
