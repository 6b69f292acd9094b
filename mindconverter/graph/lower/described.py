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
    return Facts("tensor") if value is None else Facts("tensor", value.shape, value.dtype)
