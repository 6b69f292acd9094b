"""Where values come from that a loss is computed of, if that is before the statements that become a function."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.context import Context
from mindconverter.source.kinds import kind
from mindconverter.source.names.bindings import bound, can_be_moved, reads
from mindconverter.source.names.names import Scope
from mindconverter.source.training.blocks import Place
from mindconverter.source.training.derivative import on_own_lines
from mindconverter.source.training.slices import Slice, carries_derivatives
from mindconverter.source.training.statement_patterns import Matcher


def calls_something(context: Context, node: ast.AST) -> bool:
    """Tell whether a node calls anything but what may be methods of arrays."""
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        if not isinstance(call.func, ast.Attribute):
            return True
        of_value = kind.sure(context.kinds.of(call.func.value))
        if not context.apis.is_array(of_value) and (of_value or call.args or call.keywords):
            return True
    return False


class Origins:
    """Find the statements that have to be repeated for the derivative of a value that they give."""

    def __init__(self, context: Context, matcher: Matcher, scope: Scope) -> None:
        self.context = context
        self.matcher = matcher
        self.scope = scope

    def copies(self, part: Slice, around: Sequence[Place], own: set[str], first: ast.stmt) -> list[ast.stmt] | None:
        """Return the statements to repeat before a part, in order; None if that would not give the same.

        Args:
            part: The statements that become a function.
            around: The blocks that they stand in, from the inside.
            own: The names that they bind.
            first: The first of them, or what they would stand before.
        """
        earlier = [list(block[: part.start if not depth else index]) for depth, (block, index, _) in enumerate(around)]
        before = [statement for block in reversed(earlier) for statement in block]
        found: dict[int, ast.stmt] = {}
        wanted = sorted(part.outside - own)
        while wanted:
            name = wanted.pop()
            index = next((i for i in range(len(before) - 1, -1, -1) if name in bound(before[i])), None)
            if index is None:
                if carries_derivatives(self.context, name, first, self.scope):
                    return None
                continue
            statement = before[index]
            carried = self.carries(statement, before[:index])
            if carried is False or index in found:
                continue
            if carried is None or not self.is_repeatable(statement, before[index + 1 :]):
                return None
            found[index] = statement
            wanted += sorted(reads(statement))
        return [found[index] for index in sorted(found)]

    def carries(self, statement: ast.stmt, before: Sequence[ast.stmt]) -> bool | None:
        """Tell whether derivatives go through what a statement binds; None if that is not known."""
        if not isinstance(statement, ast.Assign):
            calls = any(isinstance(node, ast.Call) for node in ast.walk(statement))
            return None if calls else False
        if self.matcher.matched_value(self.matcher.idiom.constant, statement.value) is not None:
            return False
        answers: list[bool | None] = []
        for node in ast.walk(statement.value):
            if isinstance(node, ast.Call):
                answers.append(self.is_differentiable(node))
        for name in sorted(reads(statement.value)):
            index = next((i for i in range(len(before) - 1, -1, -1) if name in bound(before[i])), None)
            if index is not None:
                answers.append(self.carries(before[index], before[:index]))
        return True if True in answers else None if None in answers else False

    def is_differentiable(self, call: ast.Call) -> bool | None:
        """Tell whether a call runs a network; None if that is not known."""
        context = self.context
        if any(context.apis.instance_call(owner) for owner in context.kinds.of(call.func) if "." in owner):
            return True
        if context.full_name(call.func, self.scope) is not None or kind.sure(context.kinds.of(call.func)):
            return False
        chain = dotted_name(call.func)
        root = chain.partition(".")[0] if chain is not None else ""
        if isinstance(call.func, ast.Attribute) and (chain is None or self.scope.find(root) is self.scope):
            return False if root != "self" else None
        return False if chain is not None and not self.scope.lookup(root) and "." not in chain else None

    def is_repeatable(self, statement: ast.stmt, between: Sequence[ast.stmt]) -> bool:
        """Tell whether a statement gives the same values if it runs once more behind some others."""
        idiom = self.matcher.idiom
        if not can_be_moved([statement]) or not on_own_lines(self.context, [statement]):
            return False
        if self.matcher.names_any(statement, idiom.draws):
            return False
        names = reads(statement)
        return not any(names & bound(item) for item in between) and not names & bound(statement)
