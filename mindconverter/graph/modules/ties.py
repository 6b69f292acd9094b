"""Find weights that several layers of the source share, so that they are one parameter of the network, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mindconverter.graph.emit.checkpoint_entries import CheckpointEntry
from mindconverter.graph.ir import Graph
from mindconverter.graph.lower.lowered import CellMake
from mindconverter.graph.modules.module_tree import Module


@dataclass(frozen=True)
class Tie:
    """Say that a parameter is another one.

    Attributes:
        name: Its name.
        kept: The name of the one that stays, which the network comes to first.
        statement: What makes it so, at the end of the whole model's ``__init__``.
    """

    name: str
    kept: str
    statement: ast.Assign


def find_ties(root: Module, entries: Sequence[CheckpointEntry], graph: Graph) -> list[Tie]:
    """Return the parameters of Cells that are made of one weight of the source, in the same way.

    Vectors of files are left apart: optimisers of graphs merge those that happen to be equal, such as biases of zeros.

    Args:
        root: The tree of modules.
        entries: The parameters of the checkpoint.
        graph: The graph, whose initializers tell which of them are weights of a module at hand.
    """
    known = {entry.name: entry for entry in entries}
    stated = {item.source_name for item in graph.initializers.values() if item.source_shape is not None}
    groups: dict[object, list[CheckpointEntry]] = {}
    for name in _parameter_names(root, ""):
        entry = known[name]
        if len(entry.sources) == 1 and (entry.data.ndim > 1 or entry.sources[0][0] in stated):
            source = entry.sources[0][0]  # its shape may differ: an exporter has transposed it for one of both
            groups.setdefault((source, entry.data.shape, entry.data.dtype), []).append(entry)
    ties = []
    for kept, *others in groups.values():
        for other in others:
            target, value = _reference(root, other.name, ast.Store()), _reference(root, kept.name, ast.Load())
            if target is not None and value is not None and np.array_equal(kept.data, other.data):
                ties.append(Tie(other.name, kept.name, ast.Assign([target], value)))
    return ties


def _parameter_names(module: Module, prefix: str) -> Iterator[str]:
    """Yield the names of the parameters of Cells in the order in which the network comes to them."""
    places = list(dict.fromkeys(name.partition(".")[0] for name in module.children))
    for name in sorted(module.children, key=lambda name: places.index(name.partition(".")[0])):
        child = module.children[name]
        if isinstance(child, Module):
            yield from _parameter_names(child, f"{prefix}{name}.")
        elif isinstance(child, CellMake):
            yield from (f"{prefix}{name}.{parameter}" for parameter in child.weights)


def _reference(root: Module, name: str, context: ast.expr_context) -> ast.expr | None:
    """Return the expression for a parameter by its name; None where a number in it is not its place."""
    code: ast.expr = ast.Name("self", ast.Load())
    module, rest = root, name
    while True:
        key = next((key for key in module.children if rest.startswith(f"{key}.")), None)
        if key is None:
            return None
        parts = key.split(".")
        for index, part in enumerate(parts):
            if not part.isdigit():
                code = ast.Attribute(code, part, ast.Load())
                continue
            before = parts[:index]
            beside = {other.split(".")[index] for other in module.children if other.split(".")[:index] == before}
            if beside != {str(number) for number in range(len(beside))}:
                return None
            code = ast.Subscript(code, ast.Constant(int(part)), ast.Load())
        rest = rest.removeprefix(f"{key}.")
        child = module.children[key]
        if not isinstance(child, Module):
            return ast.Attribute(code, rest, context)
        module = child
