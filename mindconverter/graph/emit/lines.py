"""Statements in the making."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mindconverter.graph.modules.module_tree import Read
from mindconverter.rules.values import hole, hole_name

_GROWING = "growing\0"
_MIN_GROWTH = 3


@dataclass(frozen=True, eq=False)
class Line:
    """Hold a statement in the making: an expression over values and children, or a loop over a list of Cells.

    Attributes:
        code: The expression, with holes.
        reads: What its holes stand for.
        writes: The values that it gives.
        returns_tuple: Whether it gives a tuple of them.
        optional: The child without which the value that the line passes on stays as it is.
        loop: The container whose Cells are called one after the other; "" if it is no loop.
        value: For a loop, the value that goes in.
    """

    code: ast.expr
    reads: Mapping[str, Read]
    writes: tuple[str, ...]
    returns_tuple: bool
    optional: bool = False
    loop: str = ""
    value: str = ""

    def values(self) -> list[str]:
        """Return the values that it reads, one an occurrence."""
        found = [hole_name(node.id) for node in ast.walk(self.code) if isinstance(node, ast.Name)]
        reads = [self.reads.get(name or "") for name in found]
        values = [read.name for read in reads if read is not None and not read.is_child]
        return [*values, self.value] if self.loop else values


def is_growing(value: str) -> bool:
    """Tell whether a value is a tuple that grows from line to line."""
    return value.startswith(_GROWING)


def grown(lines: Sequence[Line], outputs: Sequence[str]) -> list[Line]:
    """Write tuples that each begin with the whole of the one before as one tuple that grows.

    Args:
        lines: The lines of a body.
        outputs: The values that it returns.
    """
    chain: list[tuple[str, ...]] = []
    for line in lines:
        for values in _tuples(line):
            if not chain or (len(values) > len(chain[-1]) and values[: len(chain[-1])] == chain[-1]):
                chain.append(values)
    if len(chain) < _MIN_GROWTH:
        return list(lines)
    result: list[Line] = []
    made = 0
    for line in lines:
        for values in _tuples(line):
            if values not in chain:
                continue
            while made <= chain.index(values):
                result.append(_growth(chain, made))
                made += 1
            line = _with_growth(line, values, chain.index(values))
        result.append(line)
    return result


def _tuples(line: Line) -> list[tuple[str, ...]]:
    """Return the tuples of values in a line."""
    found = []
    for node in ast.walk(line.code):
        if isinstance(node, ast.Tuple) and node.elts:
            names = [hole_name(item.id) if isinstance(item, ast.Name) else None for item in node.elts]
            reads = [line.reads.get(name) if name is not None else None for name in names]
            values = tuple(read.name for read in reads if read is not None and not read.is_child)
            if len(values) == len(node.elts):
                found.append(values)
    return found


def _growth(chain: Sequence[tuple[str, ...]], index: int) -> Line:
    """Return the line that makes a tuple of the chain out of the one before it."""
    before = chain[index - 1] if index else ()
    reads: dict[str, Read] = {}
    items: list[ast.expr] = []
    if index:
        reads[f"{_GROWING}{index}"] = Read(f"{_GROWING}{index - 1}")
        items.append(ast.Starred(hole(f"{_GROWING}{index}"), ast.Load()))
    for place, value in enumerate(chain[index][len(before) :]):
        key = f"{_GROWING}{index}:{place}"
        reads[key] = Read(value)
        items.append(hole(key))
    return Line(ast.Tuple(items, ast.Load()), reads, (f"{_GROWING}{index}",), False)


def _with_growth(line: Line, values: tuple[str, ...], index: int) -> Line:
    code = _TupleReplacer(line, values, f"{_GROWING}use{index}").visit(line.code)
    left = {hole_name(node.id) for node in ast.walk(code) if isinstance(node, ast.Name)}
    reads = {key: read for key, read in line.reads.items() if key in left}
    return replace(line, code=code, reads={**reads, f"{_GROWING}use{index}": Read(f"{_GROWING}{index}")})


class _TupleReplacer(ast.NodeTransformer):
    def __init__(self, line: Line, values: tuple[str, ...], name: str) -> None:
        self.line = line
        self.values = values
        self.name = name

    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:  # the name is the visitor's
        names = [hole_name(item.id) if isinstance(item, ast.Name) else None for item in node.elts]
        reads = [self.line.reads.get(name) if name is not None else None for name in names]
        found = tuple(read.name for read in reads if read is not None)
        return hole(self.name) if found == self.values else node
