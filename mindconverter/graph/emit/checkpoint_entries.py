"""List what the checkpoint of a converted model holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mindconverter.graph.ir import Array, Graph
from mindconverter.graph.lower.lowered import CellMake, Held
from mindconverter.graph.modules.module_tree import Module
from mindconverter.weights.transforms import evaluate_weight


@dataclass(frozen=True, eq=False)
class CheckpointEntry:
    """Describe a parameter of the converted model.

    Attributes:
        name: Its name in the target.
        data: Its value.
        sources: Name, shape and element type of each weight of the source that it is made of.
    """

    name: str
    data: Array
    sources: tuple[tuple[str, tuple[int, ...], str], ...]


def checkpoint_entries(root: Module, graph: Graph) -> list[CheckpointEntry]:
    """Return the parameters of the model, in the order of its modules.

    Args:
        root: The tree of modules.
        graph: The graph.

    Raises:
        CheckpointGenerationError: A weight does not fit its expression.
    """
    return list(_entries(root, "", graph))


def _entries(module: Module, prefix: str, graph: Graph) -> Iterator[CheckpointEntry]:
    for name, child in module.children.items():
        own = f"{prefix}{name}"
        if isinstance(child, Module):
            yield from _entries(child, f"{own}.", graph)
        elif isinstance(child, CellMake):
            for parameter, source in child.weights.items():
                arrays = {key: graph.initializers[value].data for key, value in source.initializers.items()}
                arrays |= source.numbers
                data = evaluate_weight(source.expression, arrays, values=source.values, where=source.where)
                sources = tuple(_source(graph, value) for value in dict.fromkeys(source.initializers.values()))
                yield CheckpointEntry(f"{own}.{parameter}", np.ascontiguousarray(data).reshape(data.shape), sources)
        elif isinstance(child, Held) and child.trained:
            data = graph.initializers[child.initializer].data
            yield CheckpointEntry(own, data, (_source(graph, child.initializer),))


def _source(graph: Graph, name: str) -> tuple[str, tuple[int, ...], str]:
    initializer = graph.initializers[name]
    shape = initializer.source_shape
    return initializer.source_name, initializer.data.shape if shape is None else shape, initializer.data.dtype.name
