"""Hold a model's graph as plain data, whatever framework and file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.generic]
Dimension: TypeAlias = int | str | None
Attribute: TypeAlias = (
    "int | float | str | bytes | Array | Graph | tuple[int | float | str | bytes | Array | Graph, ...]"
)


@dataclass(frozen=True)
class Value:
    """Describe a tensor that flows between nodes.

    Args:
        name: Its unique name in the graph; "" never occurs.
        shape: One entry a dimension: a size, a symbol, or None if unknown. None as a whole if even the rank is unknown.
        dtype: Element type in NumPy's words ("float32", "bool", "bfloat16", ...), or None if unknown.
    """

    name: str
    shape: tuple[Dimension, ...] | None
    dtype: str | None

    @property
    def rank(self) -> int | None:
        """Return the number of dimensions, or None if it is unknown."""
        return None if self.shape is None else len(self.shape)

    @property
    def static_shape(self) -> tuple[int, ...] | None:
        """Return the shape if every dimension is a known size, else None."""
        if self.shape is None:
            return None
        sizes = tuple(size for size in self.shape if isinstance(size, int))
        return sizes if len(sizes) == len(self.shape) else None


@dataclass(frozen=True, eq=False)
class Initializer:
    """Hold a tensor that the model carries.

    Args:
        name: Its name in the graph.
        data: Its value.
        source_name: Its name in the source framework (state dict, TensorFlow variable) where known, else the graph's.
        is_weight: True for a parameter or buffer of the model, or what was folded from one; False for a constant
            of the computation, such as an axis, a target shape or an epsilon.
        source_shape: Its shape in the source framework, where known: an exporter may have turned it.
        is_buffer: Whether it is a weight that the source framework does not train, as far as known.
    """

    name: str
    data: Array
    source_name: str
    is_weight: bool = True
    source_shape: tuple[int, ...] | None = None
    is_buffer: bool = False

    @cached_property
    def has_infinity(self) -> bool:
        """Whether it holds an infinite number."""
        return _has_infinity(self.data)


@dataclass(frozen=True)
class Scope:
    """Name one step of the module path that leads to a node.

    Args:
        name: The instance's name relative to its parent ("layer1", "0", "conv1"); dotted ("blocks.0") where the
            container between them is never called itself, as with a list of modules.
        class_name: The module's class ("Bottleneck"), if the exporter tells.
        source_class: The class with its module ("torchvision.models.resnet.Bottleneck"), if the exporter tells.
    """

    name: str
    class_name: str | None = None
    source_class: str | None = None

    @property
    def is_library_class(self) -> bool:
        """Return whether the class is one of the framework's own."""
        return self.source_class is not None and self.source_class.split(".")[0] == "torch"


@dataclass(frozen=True, eq=False)
class Node:
    """Hold one operation.

    Args:
        name: Its unique name in the graph.
        op_type: The operator ("Conv").
        domain: The operator's domain; "" is ONNX itself.
        opset: The version of the domain that the model imports.
        inputs: Names of values or initializers; "" is an absent optional input.
        outputs: Names of values; "" is an output that nobody asked for.
        attributes: Attributes by name, as Python or NumPy values; a subgraph is a Graph.
        scopes: The path of modules from the root (left out) to the one that ran this node, outermost first.
        source_location: The source line that made the node, if the exporter tells.
        fused: The names of the model's nodes that it stands for, if those are several.
    """

    name: str
    op_type: str
    domain: str
    opset: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    scopes: tuple[Scope, ...] = ()
    source_location: str = ""
    fused: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Graph:
    """Hold a whole model, or the body of a control flow node.

    Args:
        name: The graph's name; not unique.
        inputs: What the caller passes, in order; initializers are not among them.
        outputs: What the caller gets, in order.
        nodes: The operations, sorted so that producers come first.
        initializers: Tensors by name.
        values: Every input, output and intermediate value by name.
        opsets: The imported version of each domain; "" is ONNX itself.
        root_class: The class of the outermost module, if the exporter tells.
        source: The file that the model was read from; "" for a subgraph.
        producer: The exporter, such as "pytorch 2.13.0"; "" if unknown.
        notes: What the reader could not do but went on without, one sentence each.
        sizes: What sizes that the inputs leave open were in the shapes that were given.
    """

    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    nodes: tuple[Node, ...]
    initializers: Mapping[str, Initializer]
    values: Mapping[str, Value]
    opsets: Mapping[str, int]
    root_class: str | None = None
    source: str = ""
    producer: str = ""
    notes: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def has_infinity(self) -> bool:
        """Whether a constant holds an infinite number, as masks do."""
        tensors = (item for node in self.nodes for item in node.attributes.values() if isinstance(item, np.ndarray))
        return any(item.has_infinity for item in self.initializers.values()) or any(map(_has_infinity, tensors))


def _has_infinity(data: Array) -> bool:
    return data.dtype.kind == "f" and bool(np.isinf(data).any())
