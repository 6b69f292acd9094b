"""The blocks of a function, and those around a statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from mindconverter.source.calls.context import Context

Place = tuple[Sequence[ast.stmt], int, ast.AST]
"""A block, an index in it, and the statement that the block belongs to."""

_ENTERED = (ast.If, ast.With, ast.AsyncWith, ast.Try)


def blocks_around(context: Context, statement: ast.stmt) -> list[Place]:
    """Return the blocks around a statement, from the inside, as far as they run once where the statement does."""
    found: list[Place] = []
    node: ast.AST = statement
    while True:
        owner = context.parent(node)
        assert owner is not None
        blocks = (getattr(owner, name, None) for name in ("body", "orelse", "finalbody"))
        block = next((item for item in blocks if isinstance(item, list) and node in item), None)
        if block is None:
            return found
        assert isinstance(node, ast.stmt)
        found.append((block, block.index(node), owner))
        if not isinstance(owner, _ENTERED):
            return found
        node = owner


def blocks_of(owner: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a function or module, without those of functions and classes in it."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(owner, name, None)
        if isinstance(block, list) and block:
            yield block
            for statement in block:
                if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    yield from blocks_of(statement)
    for handler in (*getattr(owner, "handlers", ()), *getattr(owner, "cases", ())):
        yield from blocks_of(handler)
