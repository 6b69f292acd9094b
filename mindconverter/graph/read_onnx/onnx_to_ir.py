"""Turn a normalised ONNX model into the intermediate representation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mindconverter.errors import NodeLoadingError
from mindconverter.graph.ir import Array, Attribute, Dimension, Graph, Initializer, Node, Scope, Value
from mindconverter.graph.modules.scopes import node_scopes, source_location
from mindconverter.graph.onnx_model.onnx_file import LoadedModel, tensor_to_array

if TYPE_CHECKING:
    import onnx

_ANONYMOUS = re.compile(r"onnx::\w+_\d+|const_fold_opt__\d+|val_\d+")


def to_graph(model: LoadedModel, source: str, classes: Mapping[str, str] | None = None) -> Graph:
    """Return the model as plain data.

    Args:
        model: A normalised model.
        source: The file that it came from.
        classes: The full class name of each module by qualified name, where the caller has the modules.

    Raises:
        NodeLoadingError: An attribute of a node cannot be read.
    """
    proto = model.proto
    opsets = {_domain(entry.domain): entry.version for entry in proto.opset_import}
    scopes, root_class = node_scopes(proto, classes)
    nodes = tuple(_node(node, opsets, scope, source) for node, scope in zip(proto.graph.node, scopes, strict=True))
    sources = dict(model.sources)
    sources |= _owned_names(model, nodes)
    initializers = {
        name: Initializer(name, array, sources.get(name, name.removesuffix(":0")), name in model.weights)
        for name, array in model.tensors.items()
    }
    producer = f"{proto.producer_name} {proto.producer_version}".strip()
    return _graph(
        proto.graph,
        nodes,
        initializers,
        opsets,
        root_class=root_class,
        source=source,
        producer=producer,
        notes=model.notes,
    )


def _graph(
    graph: onnx.GraphProto,
    nodes: tuple[Node, ...],
    initializers: Mapping[str, Initializer],
    opsets: Mapping[str, int],
    *,
    root_class: str | None = None,
    source: str = "",
    producer: str = "",
    notes: tuple[str, ...] = (),
) -> Graph:
    known = {value.name: _value(value) for value in (*graph.value_info, *graph.input, *graph.output)}
    live = [value.name for value in graph.input]
    live += [name for node in nodes for name in node.outputs if name]
    live += [value.name for value in graph.output]
    values = {name: known.get(name, Value(name, None, None)) for name in live}
    return Graph(
        name=graph.name,
        inputs=tuple(values[value.name] for value in graph.input),
        outputs=tuple(values[value.name] for value in graph.output),
        nodes=nodes,
        initializers=initializers,
        values=values,
        opsets=opsets,
        root_class=root_class,
        source=source,
        producer=producer,
        notes=notes,
    )


def _subgraph(graph: onnx.GraphProto, opsets: Mapping[str, int], source: str) -> Graph:
    """Return a body, whose tensors lie in the outermost graph, and which is a module of its own."""
    return _graph(graph, tuple(_node(node, opsets, (), source) for node in graph.node), {}, opsets)


def _domain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain


def _node(node: onnx.NodeProto, opsets: Mapping[str, int], scopes: tuple[Scope, ...], source: str) -> Node:
    domain = _domain(node.domain)
    return Node(
        name=node.name,
        op_type=node.op_type,
        domain=domain,
        opset=opsets.get(domain, 1),
        inputs=tuple(node.input),
        outputs=tuple(node.output),
        attributes={item.name: _attribute(item, node, opsets, source) for item in node.attribute},
        scopes=scopes,
        source_location=source_location(node),
    )


def _attribute(
    attribute: onnx.AttributeProto,
    node: onnx.NodeProto,
    opsets: Mapping[str, int],
    source: str,
) -> Attribute:
    import onnx

    kind = onnx.AttributeProto
    match attribute.type:
        case kind.FLOAT:
            return float(attribute.f)
        case kind.INT:
            return int(attribute.i)
        case kind.STRING:
            return _text(attribute.s)
        case kind.TENSOR:
            return tensor_to_array(attribute.t, source)
        case kind.GRAPH:
            return _subgraph(attribute.g, opsets, source)
        case kind.FLOATS:
            return tuple(float(item) for item in attribute.floats)
        case kind.INTS:
            return tuple(int(item) for item in attribute.ints)
        case kind.STRINGS:
            return tuple(_text(item) for item in attribute.strings)
        case kind.TENSORS:
            tensors: tuple[Array, ...] = tuple(tensor_to_array(item, source) for item in attribute.tensors)
            return tensors
        case kind.GRAPHS:
            return tuple(_subgraph(item, opsets, source) for item in attribute.graphs)
        case kind.TYPE_PROTO:
            return str(attribute.tp).strip()
    raise NodeLoadingError(
        f"The attribute {attribute.name!r} is of a kind that is not read ({attribute.type}).",
        where=f"{source}: node {node.name!r} ({node.op_type})",
        advice="Export the model with dense tensors only.",
    )


def _text(data: bytes) -> str | bytes:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _value(value: onnx.ValueInfoProto) -> Value:
    import onnx

    if not value.type.HasField("tensor_type"):
        return Value(value.name, None, None)
    tensor = value.type.tensor_type
    dtype = None
    if tensor.elem_type == onnx.TensorProto.STRING:
        dtype = "str"
    elif tensor.elem_type in onnx.TensorProto.DataType.values() and tensor.elem_type:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name
    shape = tuple(_dimension(item) for item in tensor.shape.dim) if tensor.HasField("shape") else None
    return Value(value.name, shape, dtype)


def _dimension(dimension: onnx.TensorShapeProto.Dimension) -> Dimension:
    if dimension.HasField("dim_value"):
        return int(dimension.dim_value) if dimension.dim_value >= 0 else None
    return dimension.dim_param or None


def _owned_names(model: LoadedModel, nodes: tuple[Node, ...]) -> dict[str, str]:
    """Return names for weights whose own name the exporter lost, from the module that reads them."""
    taken = set(model.tensors) | set(model.sources.values())
    found: dict[str, str] = {}
    for node in nodes:
        path = ".".join(scope.name for scope in node.scopes)
        for name in node.inputs:
            known = name in found or name in model.sources
            if not path or known or name not in model.weights or not _ANONYMOUS.fullmatch(name):
                continue
            role = "weight" if model.tensors[name].ndim > 1 else "bias"
            candidate = f"{path}.{role}"
            if candidate not in taken:
                taken.add(candidate)
                found[name] = candidate
    return found
