"""What statements read and bind: the parameters and results of a function that would be made of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = (
    ast.Return,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.Global,
    ast.Nonlocal,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def reads(node: ast.AST) -> set[str]:
    """Return the names that a node reads, and those that it changes by an operator."""
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and (isinstance(inner.ctx, ast.Load) or _is_augmented(node, inner))
    }


def _is_augmented(node: ast.AST, name: ast.Name) -> bool:
    return any(isinstance(inner, ast.AugAssign) and inner.target is name for inner in ast.walk(node))


def bound(node: ast.AST) -> set[str]:
    """Return the names that a node binds in the scope that it stands in."""
    found: set[str] = set()
    for inner in _own_nodes(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            found.add(inner.id)
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ExceptHandler)) and inner.name is not None:
            found.add(inner.name)
    return found


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all within it that belongs to the same scope."""
    yield node
    if not isinstance(node, _INNER):
        for child in ast.iter_child_nodes(node):
            yield from _own_nodes(child)


def can_be_moved(statements: Sequence[ast.stmt]) -> bool:
    """Tell whether statements do the same within a function of their own."""
    return all(_stays(node, in_loop=False) for node in statements)


def _stays(node: ast.AST, *, in_loop: bool) -> bool:
    if isinstance(node, _LEAVES):
        return False
    if isinstance(node, (ast.Break, ast.Continue)):
        return in_loop
    if isinstance(node, _INNER):
        return True
    return all(_stays(child, in_loop=in_loop or isinstance(node, _LOOPS)) for child in ast.iter_child_nodes(node))


def taken(statements: Sequence[ast.stmt]) -> set[str]:
    """Return the names that statements bind, but may read before they do so."""
    own = set().union(*(bound(statement) for statement in statements))
    found: set[str] = set()
    _run(statements, set(), found)
    return found & own


def _run(statements: Sequence[ast.stmt], known: set[str], found: set[str]) -> None:
    """Note what statements read that is not ``known`` yet, and add what they bind for certain to that."""
    for node in statements:
        match node:
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    found |= reads(item.context_expr) - known
                    known |= bound(item)
                _run(node.body, known, found)
            case ast.If():
                found |= reads(node.test) - known
                body, orelse = set(known), set(known)
                _run(node.body, body, found)
                _run(node.orelse, orelse, found)
                known |= body & orelse
            case ast.For() | ast.AsyncFor():
                found |= reads(node.iter) - known
                _run(node.body, known | bound(node.target), found)
                _run(node.orelse, set(known), found)
            case ast.While():
                found |= reads(node.test) - known
                _run(node.body, set(known), found)
                _run(node.orelse, set(known), found)
            case ast.Try():
                for part in (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody):
                    _run(part, set(known), found)
            case _:
                found |= reads(node) - known
                known |= bound(node)
