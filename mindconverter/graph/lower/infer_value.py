"""Infer shape and type of the value that a new node gives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mindconverter.graph.ir import Initializer, Node, Value


def infer_value(node: Node, values: Mapping[str, Value], initializers: Mapping[str, Initializer]) -> Value:
    """Describe the first output of a node, as far as the specification tells.

    Args:
        node: A node without bodies.
        values: What is known of the values that it may read.
        initializers: The tensors that it may read.
    """
    import onnx

    name = node.outputs[0]
    unknown = Value(name, None, None)
    types = {}
    for source in filter(None, node.inputs):
        initializer = initializers.get(source)
        value = values.get(source, unknown)
        dtype = value.dtype if initializer is None else initializer.data.dtype.name
        if dtype is None or dtype == "str":
            return unknown
        shape = value.shape if initializer is None else initializer.data.shape
        kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        types[source] = onnx.helper.make_tensor_type_proto(kind, shape)
    proto = onnx.helper.make_node(node.op_type, node.inputs, [name], domain=node.domain, **node.attributes)
    try:
        schema = onnx.defs.get_schema(node.op_type, node.opset, node.domain)
        found = onnx.shape_inference.infer_node_outputs(schema, proto, types)[name].tensor_type
    except (onnx.defs.SchemaError, onnx.shape_inference.InferenceError, KeyError, RuntimeError, ValueError):
        return unknown
    sizes = tuple(item.dim_value if item.HasField("dim_value") else item.dim_param or None for item in found.shape.dim)
    return Value(
        name,
        sizes if found.HasField("shape") else None,
        onnx.helper.tensor_dtype_to_np_dtype(found.elem_type).name if found.elem_type else None,
    )
