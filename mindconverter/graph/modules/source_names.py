"""Let parameters that the target's layers name themselves have the names that they have in the source."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from mindconverter.graph.emit import skeleton
from mindconverter.graph.ir import Graph
from mindconverter.graph.lower.lowered import CellMake
from mindconverter.graph.modules.module_tree import Module
from mindconverter.rules.catalog import Catalog


def find_names(root: Module, graph: Graph, catalog: Catalog) -> dict[str, str]:
    """Return the names that parameters of the target's layers have in most of the source, and in none of it others.

    Only parameters count that are a weight as it is, of a layer that stands where it stands in the source.

    Args:
        root: The tree of modules.
        graph: The graph.
        catalog: What the target's layers are made with, and what they have beside; such names are taken.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    layers: dict[str, set[str]] = defaultdict(set)
    for path, cell in _layers(root, "", catalog):
        layers[cell.target] |= set(cell.weights)
        for parameter, source in cell.weights.items():
            initializer = source.initializers.get(source.expression)
            name = "" if initializer is None else graph.initializers[initializer].source_name
            owner, _, last = name.rpartition(".")
            found[parameter][last if owner == path else ""] += 1
    names = {own: new for own, counts in found.items() if (new := _agreed(own, counts)) is not None}
    for layer, parameters in layers.items():
        taken = parameters | skeleton.cell_members(catalog)
        entry = catalog.find(layer)
        for signature in () if entry is None else entry.signatures:
            taken |= {parameter.name for parameter in signature.parameters}
        wished = [names[own] for own in parameters if own in names]
        if taken.intersection(wished) or len(set(wished)) < len(wished):
            names = {own: new for own, new in names.items() if own not in parameters}
    return names


def rename(names: Mapping[str, str]) -> ast.stmt:
    """Return what renames parameters at the end of the whole model's ``__init__``."""
    keywords = [ast.keyword(own, ast.Constant(new)) for own, new in names.items()]
    return ast.Expr(ast.Call(ast.Name(skeleton.RENAME, ast.Load()), [ast.Name("self", ast.Load())], keywords))


def whole_names(root: Module, names: Mapping[str, str], catalog: Catalog) -> dict[str, str]:
    """Return the whole new name of each parameter that gets one, by the name that it had."""
    return {
        f"{path}.{own}": f"{path}.{names[own]}"
        for path, cell in _layers(root, "", catalog)
        for own in cell.weights
        if own in names
    }


def _agreed(own: str, counts: Counter[str]) -> str | None:
    """Return the name that a parameter has in the source, if that is another one, and the same for most layers."""
    names = [name for name in counts if name]
    if len(names) != 1 or counts[names[0]] <= counts[""]:
        return None
    plain = names[0].isidentifier() and names[0].isascii() and own.isidentifier()
    return names[0] if plain and names[0] != own else None


def _layers(module: Module, prefix: str, catalog: Catalog) -> Iterator[tuple[str, CellMake]]:
    """Yield the layers of the target that a module holds, with their paths."""
    for name, child in module.children.items():
        if isinstance(child, Module):
            yield from _layers(child, f"{prefix}{name}.", catalog)
        elif isinstance(child, CellMake) and not child.placeholder and catalog.find(child.target) is not None:
            yield f"{prefix}{name}", child
