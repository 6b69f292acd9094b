"""Statements that are what the patterns of an idiom say."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from mindconverter.rules.idiom import Idiom, StatementPattern, hole_of
from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.context import Context
from mindconverter.source.kinds import kind
from mindconverter.source.names.names import Scope

Holes = dict[str, ast.expr]


class Matcher:
    """Match statements of a script with the patterns of an idiom.

    Attributes:
        rewritten: The names of APIs that are rewritten already, by identity.
        passing: The names of functions of the script that compute gradients themselves.
    """

    def __init__(self, context: Context, idiom: Idiom) -> None:
        self.context = context
        self.idiom = idiom
        self.rewritten: set[int] = set()
        self.passing: frozenset[str] = frozenset()

    def matched(self, patterns: Sequence[StatementPattern], node: ast.AST, holes: Holes | None = None) -> Holes | None:
        """Return what stands in the holes of the first pattern that a statement is, or None."""
        return self.matched_value(patterns, node.value, holes) if isinstance(node, ast.Expr) else None

    def matched_value(
        self, patterns: Sequence[StatementPattern], node: ast.expr, holes: Holes | None = None
    ) -> Holes | None:
        """Return what stands in the holes of the first pattern that an expression is, or None."""
        for pattern in patterns:
            found = dict(holes or {})
            if _match(self.context, pattern.tree, node, self.context.scope_of(node), found) and self.kinds_fit(found):
                return found
        return None

    def resets(self, block: Sequence[ast.stmt]) -> list[ast.Expr]:
        """Return the statements of a block that set gradients to zero."""
        found = (item for item in block if isinstance(item, ast.Expr))
        return [item for item in found if self.matched(self.idiom.reset, item) is not None]

    def kinds_fit(self, holes: Mapping[str, ast.expr]) -> bool:
        """Tell whether nothing in a hole is known to be of another class than the idiom says."""
        return all(self.is_of(node, name) is not False for name, node in holes.items())

    def is_of(self, node: ast.expr, hole: str) -> bool | None:
        """Tell whether an expression is of the class of a hole; None if that is not known."""
        wanted = self.idiom.kinds.get(hole)
        owners = kind.sure(self.context.kinds.of(node))
        if wanted is None or not owners:
            return None
        return all(wanted in self.context.apis.ancestors(owner) for owner in owners)

    def differentiable_names(self, node: ast.expr) -> set[str]:
        """Return the names that an expression reads, but for those that no derivative goes through."""
        if self.matched_value(self.idiom.constant, node) is not None:
            return set()
        found = {node.id} if isinstance(node, ast.Name) else set()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                found |= self.differentiable_names(child)
        return found

    def names_any(self, statement: ast.AST, names: Collection[str]) -> bool:
        """Tell whether a statement names one of some APIs; see ``named``."""
        return next(self.named(statement, names), None) is not None

    def named(self, statement: ast.AST, names: Collection[str]) -> Iterator[ast.AST]:
        """Yield where a statement names one of some APIs; a member of a class counts wherever the class may be."""
        members = {name.rpartition(".")[2] for name in names if self.context.apis.is_class(name.rpartition(".")[0])}
        for node in ast.walk(statement):
            if isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in self.rewritten:
                full = self.context.full_name(node, self.context.scope_of(node))
                if full in names or (full is None and isinstance(node, ast.Attribute) and node.attr in members):
                    yield node


def _match(context: Context, pattern: ast.expr, node: ast.expr, scope: Scope, holes: Holes) -> bool:
    """Tell whether an expression is what a pattern says, and note what stands in its holes."""
    hole = hole_of(pattern)
    if hole is not None:
        if hole in holes:
            return ast.dump(holes[hole]) == ast.dump(node)
        holes[hole] = node
        return True
    name = dotted_name(pattern)
    if name is not None and context.apis.exists(name):
        return context.full_name(node, scope) == context.apis.canonical(name)
    match pattern, node:
        case ast.Attribute(), ast.Attribute():
            return pattern.attr == node.attr and _match(context, pattern.value, node.value, scope, holes)
        case ast.Subscript(), ast.Subscript():
            return _match(context, pattern.value, node.value, scope, holes) and _match(
                context, pattern.slice, node.slice, scope, holes
            )
        case ast.Constant(), ast.Constant():
            return pattern.value == node.value
        case ast.Call(), ast.Call():
            return _match(context, pattern.func, node.func, scope, holes) and _match_arguments(
                context, pattern, node, scope, holes
            )
    return False


def _match_arguments(
    context: Context, pattern: ast.Call, node: ast.Call, scope: Scope, holes: dict[str, ast.expr]
) -> bool:
    if len(pattern.args) == 1 and isinstance(pattern.args[0], ast.Constant) and pattern.args[0].value is ...:
        return True
    entry = context.apis.entry(context.full_name(node.func, scope) or "")
    names = [parameter.name for parameter in entry.signatures[0].parameters] if entry and entry.signatures else []
    given, wanted = _by_place(node, names), _by_place(pattern, names)
    return set(given) == set(wanted) and all(
        _match(context, item, given[index], scope, holes) for index, item in wanted.items()
    )


def _by_place(call: ast.Call, names: Sequence[str]) -> dict[object, ast.expr]:
    """Return the arguments of a call by their index, or by their name where the signature is not known."""
    found: dict[object, ast.expr] = dict(enumerate(call.args))
    for keyword in call.keywords:
        found[names.index(keyword.arg) if keyword.arg in names else keyword.arg] = keyword.value
    return found
