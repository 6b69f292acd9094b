"""Which statements of a block lead to a value."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.context import Context
from mindconverter.source.inplace.aliases import is_view
from mindconverter.source.kinds import kind
from mindconverter.source.names.bindings import bound, reads
from mindconverter.source.names.names import Scope


@dataclass(frozen=True, slots=True)
class Slice:
    """Hold what leads to a value.

    Attributes:
        statements: The statements, from the first one that may matter for derivatives, to the last, with what stands
            between them.
        start: The index of the first of them in the block.
        end: The index behind the last.
        outside: The names that they read of what stands before them.
    """

    statements: Sequence[ast.stmt]
    start: int
    end: int
    outside: frozenset[str]


def slice_of(
    context: Context,
    block: Sequence[ast.stmt],
    end: int,
    value: ast.expr,
    scope: Scope,
    start: int = 0,
    without: Collection[ast.stmt] = (),
) -> Slice:
    """Return what leads to a value in the statements from ``start`` to before ``end``, some of which do not count."""
    needed = chains(value)
    chosen: list[int] = []
    for index in range(end - 1, start - 1, -1):
        statement = block[index]
        if statement not in without and changed_by(context, statement) & needed:
            chosen.append(index)
            if isinstance(statement, (ast.Assign, ast.AnnAssign)):
                needed -= bound(statement)
            needed |= chains(statement)
    chosen.reverse()
    while chosen and moves_data(context, block[chosen[0]], block[: chosen[0]], scope):
        chosen.pop(0)
    if not chosen:
        return Slice((), end, end, frozenset(chains(value)))
    statements = block[chosen[0] : chosen[-1] + 1]
    outside = set().union(*(chains(statement) for statement in statements), chains(value))
    return Slice(statements, chosen[0], chosen[-1] + 1, frozenset(outside))


def chains(node: ast.AST) -> set[str]:
    """Return the names that a node reads, and the chains such as ``self.x`` that start from them."""
    dotted = (dotted_name(inner) for inner in ast.walk(node) if isinstance(inner, ast.Attribute))
    return reads(node) | {chain for chain in dotted if chain is not None}


def changed_by(context: Context, statement: ast.stmt) -> set[str]:
    """Return the names and chains that a statement binds, or whose values it may change by a method or in a part."""
    found = bound(statement)
    for node in ast.walk(statement):
        target: ast.expr | None = None
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Attribute)
        ):
            owners = kind.sure(context.kinds.of(node.value.func.value))
            if not owners or context.apis.is_array(owners) or not all(map(context.apis.is_source, owners)):
                target = node.value.func.value
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            target = node
        while isinstance(target, (ast.Subscript, ast.Call)):
            target = target.value if isinstance(target, ast.Subscript) else target.func
        chain = dotted_name(target) if target is not None else None
        if chain is not None:
            root = chain.partition(".")[0]
            found |= {chain, root} if root != "self" else {chain}
    return found - {"self"}


def moves_data(context: Context, statement: ast.stmt, before: Sequence[ast.stmt], scope: Scope) -> bool:
    """Tell whether a statement only takes data apart, or brings it elsewhere: no derivative goes through it."""
    if not isinstance(statement, ast.Assign):
        return False
    data = _given_by_loops(context, statement)
    data |= set().union(*(bound(item) for item in before if isinstance(item, ast.Assign) and item is not statement))
    items = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
    return all(_is_data(context, item, data, scope) for item in items)


def _is_data(context: Context, node: ast.expr, data: set[str], scope: Scope) -> bool:
    match node:
        case ast.Name(id=name):
            return name in data
        case ast.Subscript(value=value):
            return _is_data(context, value, data, scope)
        case ast.Call(func=ast.Attribute(value=value)):
            return is_view(context, node, scope) and _is_data(context, value, data, scope)
    return False


def _given_by_loops(context: Context, node: ast.AST) -> set[str]:
    """Return the names that the loops around a node bind."""
    found: set[str] = set()
    around = context.parent(node)
    while around is not None and not isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if isinstance(around, (ast.For, ast.AsyncFor)):
            found |= bound(around.target)
        around = context.parent(around)
    return found


def carries_derivatives(context: Context, name: str, place: ast.stmt, scope: Scope) -> bool:
    """Tell whether a name may be what an instance of an API gives, computed before ``place`` in the same function."""
    for node in ast.walk(scope.node):
        if isinstance(node, ast.Assign) and name in changed_by(context, node) and node.lineno < place.lineno:
            calls = (inner for inner in ast.walk(node.value) if isinstance(inner, ast.Call))
            if any(is_instance_call(context, call) for call in calls):
                return True
    return False


def is_instance_call(context: Context, call: ast.Call) -> bool:
    """Tell whether a call runs an instance of a class of networks for certain."""
    owners = kind.sure(context.kinds.of(call.func))
    return any("." in owner and "[" not in owner and context.apis.instance_call(owner) for owner in owners)
