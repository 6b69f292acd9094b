"""Say what is known of the values of a graph, for the expressions of the tables."""

from __future__ import annotations

from collections.abc import Mapping

from mindconverter.graph.ir import Initializer, Value
from mindconverter.rules.values import Facts


def facts_of(name: str, initializers: Mapping[str, Initializer], values: Mapping[str, Value]) -> Facts:
    """Return what is known of a value: its shape and element type, and whether it is an initializer."""
    initializer = initializers.get(name)
    if initializer is not None:
        return Facts("tensor", tuple(initializer.data.shape), initializer.data.dtype.name, weight=True)
    value = values.get(name)
    if value is None or value.shape is None:
        return Facts("tensor", None, None if value is None else value.dtype)
    return Facts("tensor", tuple(size if isinstance(size, int) else None for size in value.shape), value.dtype)
