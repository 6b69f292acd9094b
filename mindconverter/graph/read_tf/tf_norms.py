"""Put batch normalizations together again, which Keras spells out and TensorFlow would fold into their neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

_RANK = 4


@dataclass(frozen=True)
class _Norm:
    """Hold a normalization: the node that ends it, and the full names of what it reads.

    Attributes:
        end: The node.
        image: What is normalized.
        weights: Its factor, term, mean and variance; None where it has no factor or no term.
        epsilon: What is added to the variance.
    """

    end: Any
    image: str
    weights: tuple[str | None, str | None, str, str]
    epsilon: float


def with_batch_norms(definition: Any) -> Any:
    """Return a graph in which each batch normalization of images is one operator with its own weights.

    At inference Keras multiplies by ``rsqrt(variance + epsilon) * gamma`` and adds the rest, all of which TensorFlow's
    folding of constants makes part of a convolution, or two constants without a name.

    Args:
        definition: The frozen graph, channels last; it is not changed.
    """
    import tensorflow as tf

    result = type(definition)()
    result.CopyFrom(definition)
    nodes = {node.name: node for node in result.node}
    norms = [found for node in result.node if (found := _norm(node, nodes)) is not None]
    if not norms:
        return definition
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    for norm in norms:
        image = graph.get_tensor_by_name(norm.image if ":" in norm.image else f"{norm.image}:0")
        if image.shape.rank == _RANK and image.dtype == tf.float32:
            _merge(norm, result)
    return result


def _merge(norm: _Norm, definition: Any) -> None:
    """Make the node that ends a normalization the whole of it."""
    import tensorflow as tf

    factor, term, mean, variance = norm.weights
    if factor is None:
        factor = _filled(definition, f"{norm.end.name}/ones", mean, 1.0)
    if term is None:
        term = _filled(definition, f"{norm.end.name}/zeros", mean, 0.0)
    end = norm.end
    end.op = "FusedBatchNormV3"
    end.input[:] = [norm.image, factor, term, mean, variance]
    end.attr.clear()
    end.attr["T"].type = end.attr["U"].type = tf.float32.as_datatype_enum
    end.attr["epsilon"].f = norm.epsilon
    end.attr["is_training"].b = False
    end.attr["data_format"].s = b"NHWC"


def _filled(definition: Any, name: str, like: str, value: float) -> str:
    """Add a constant with the shape of another, and return its name."""
    import tensorflow as tf

    (model,) = (node for node in definition.node if node.name == like)
    shape = [dim.size for dim in model.attr["value"].tensor.tensor_shape.dim]
    added = definition.node.add(name=name, op="Const")
    added.attr["dtype"].type = model.attr["dtype"].type
    added.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(np.full(shape, value, np.float32)))
    return name


def _norm(end: Any, nodes: Mapping[str, Any]) -> _Norm | None:
    """Return the normalization that a node ends: ``image * scale + (term - mean * scale)``."""
    product, rest = _arguments(end, nodes, "AddV2")
    image, scale = _arguments(product, nodes, "Mul")
    if image is None or scale is None or rest is None:
        return None
    root, factor = _arguments(scale, nodes, "Mul")
    variance, epsilon = _arguments(_argument(scale if root is None else root, nodes, "Rsqrt"), nodes, "AddV2")
    term, shift = _arguments(rest, nodes, "Sub")
    mean, again = _arguments(rest if term is None else shift, nodes, "Mul")
    if term is None:
        mean = _argument(mean, nodes, "Neg")
    names = [None if item is None else _vector(item, nodes) for item in (factor, term, mean, variance)]
    is_known = all((item is None) == (name is None) for item, name in zip((factor, term), names[:2], strict=True))
    if again is not scale or not is_known or names[2] is None or names[3] is None or not _is_number(epsilon):
        return None
    return _Norm(end, product.input[0], (names[0], names[1], names[2], names[3]), _number(epsilon))


def _arguments(node: Any, nodes: Mapping[str, Any], operator: str) -> tuple[Any, Any]:
    """Return the nodes that an operator of two arguments reads, or twice None for any other."""
    if node is None or node.op != operator:
        return None, None
    first, second = (nodes.get(name.partition(":")[0]) for name in node.input[:2])
    return first, second


def _argument(node: Any, nodes: Mapping[str, Any], operator: str) -> Any:
    """Return the node that an operator of one argument reads, or None for any other."""
    return None if node is None or node.op != operator else nodes.get(node.input[0].partition(":")[0])


def _vector(node: Any, nodes: Mapping[str, Any]) -> str | None:
    """Return the name of the constant vector that a node hands on along the last axis; None for anything else."""
    import tensorflow as tf

    while node is not None and node.op in ("Identity", "Reshape"):
        if node.op == "Reshape":
            shape = nodes.get(node.input[1].partition(":")[0])
            if shape is None or shape.op != "Const" or (tf.make_ndarray(shape.attr["value"].tensor)[:-1] != 1).any():
                return None
        node = nodes.get(node.input[0].partition(":")[0])
    if node is None or node.op != "Const" or len(node.attr["value"].tensor.tensor_shape.dim) != 1:
        return None
    return str(node.name)


def _is_number(node: Any) -> bool:
    return node is not None and node.op == "Const" and not node.attr["value"].tensor.tensor_shape.dim


def _number(node: Any) -> float:
    import tensorflow as tf

    return float(tf.make_ndarray(node.attr["value"].tensor))
