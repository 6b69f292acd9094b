"""Evaluate the nodes of an ONNX graph whose inputs are all known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from mindconverter.graph.ir import Array
from mindconverter.graph.onnx_model.onnx_graph import subgraphs

if TYPE_CHECKING:
    import onnx

RESULT_LIMIT = 16 * 2**20
"""Bytes that a result may have even if its inputs are small, so that no count in a file can exhaust the memory."""
UNKNOWN_RESULT_LIMIT = 2**20
"""Bytes that the inputs may have if nothing tells the size of the result."""


def described_results(
    graph: onnx.GraphProto,
    tensors: Mapping[str, Array],
    shapes: Mapping[str, tuple[int, ...]],
    dtypes: Mapping[str, np.dtype[np.generic]],
) -> dict[str, Array]:
    """Return the results of the nodes that only ask for a shape or a type that is known.

    Args:
        graph: The graph.
        tensors: The known values.
        shapes: The values whose shapes are wholly known.
        dtypes: The values whose element types are known.
    """
    import onnx

    results: dict[str, Array] = {}
    outputs = {value.name for value in graph.output}
    for node in graph.node:
        if node.domain not in ("", "ai.onnx") or outputs.intersection(node.output):
            continue
        if node.op_type in ("Shape", "Size") and node.input[0] in shapes:
            shape = shapes[node.input[0]]
            bounds = {item.name: onnx.helper.get_attribute_value(item) for item in node.attribute}
            part = shape[bounds.get("start", 0) : bounds.get("end", len(shape))]
            described: object = prod(shape) if node.op_type == "Size" else part
            results[node.output[0]] = np.asarray(described, dtype=np.int64)
        elif node.op_type == "CastLike" and node.input[0] in tensors and node.input[1] in dtypes:
            array, dtype = tensors[node.input[0]], dtypes[node.input[1]]
            if array.dtype == dtype or (array.dtype.kind in "biuf" and dtype.kind in "biuf"):
                results[node.output[0]] = array.astype(dtype)
    return results


def described_items(
    graph: onnx.GraphProto, inferred: onnx.GraphProto, tensors: Mapping[str, Array]
) -> dict[str, Array]:
    """Return what is taken out of shapes that are known in these places, although they are open in others.

    Args:
        graph: The graph.
        inferred: The same with what inference found.
        tensors: The known values.
    """
    known = {value.name: _sizes(value) for value in (*inferred.input, *inferred.value_info, *inferred.output)}
    asking = [node for node in graph.node if node.op_type == "Shape" and node.domain in ("", "ai.onnx")]
    whole = [node for node in asking if all(item.name == "start" and not item.i for item in node.attribute)]
    shapes = {node.output[0]: known.get(node.input[0], ()) for node in whole}
    outputs = {value.name for value in graph.output}
    results: dict[str, Array] = {}
    for node in asking:
        bounds = {item.name: item.i for item in node.attribute}
        sizes = known.get(node.input[0], ())
        part = sizes[bounds.get("start", 0) : bounds.get("end", len(sizes))]
        if part and all(isinstance(size, int) for size in part) and node.output[0] not in outputs:
            results[node.output[0]] = np.asarray(part, dtype=np.int64)
    for node in graph.node:
        if node.op_type != "Gather" or node.domain not in ("", "ai.onnx") or any(item.i for item in node.attribute):
            continue
        shape, places = shapes.get(node.input[0], ()), tensors.get(node.input[1])
        if not shape or places is None or node.output[0] in outputs:
            continue
        items = [shape[place] for place in places.ravel().tolist() if -len(shape) <= place < len(shape)]
        if len(items) == places.size and all(isinstance(item, int) for item in items):
            results[node.output[0]] = np.asarray(items, dtype=np.int64).reshape(places.shape)
    return results


def described_targets(
    graph: onnx.GraphProto, inferred: onnx.GraphProto, tensors: Mapping[str, Array]
) -> dict[str, Array]:
    """Return constant shapes to ask for where what is asked for hides a size that is known, by the nodes that ask.

    They are for computed shapes of results of which one size at most is open, and for sizes that are left over
    although the input has them at the same place; a zero copies these, so that inference keeps their symbol, unless the
    node takes zeros for sizes.

    Args:
        graph: The graph.
        inferred: The same with what inference found.
        tensors: The known values.
    """
    known = {value.name: _sizes(value) for value in (*inferred.input, *inferred.value_info, *inferred.output)}
    symbols = {dim.dim_param for value in graph.input for dim in value.type.tensor_type.shape.dim} - {""}
    found: dict[str, Array] = {}
    for node in graph.node:
        if node.op_type != "Reshape" or node.domain not in ("", "ai.onnx") or len(node.input) < 2:
            continue
        own, given = known.get(node.output[0], ()), known.get(node.input[0], ())
        places = [place for place, size in enumerate(own) if not isinstance(size, int)]
        if len(places) != 1 or 0 in own:
            continue
        (place,) = places
        copies = not any(item.i for item in node.attribute)  # else a zero is a size
        is_open = place < len(given) and bool(given[place]) and not isinstance(given[place], int)
        if node.input[1] not in tensors:
            copied = is_open and own[place] == given[place]
            wanted = copied or own[place] in symbols
        else:
            others = [size for size in (*given[:place], *given[place + 1 :]) if isinstance(size, int)]
            rest = [size for size in own if isinstance(size, int)]
            copied = is_open and len(others) == len(given) - 1 and prod(others) == prod(rest)
            wanted = copies and copied and int(tensors[node.input[1]][place]) == -1
        if wanted:
            filler = 0 if copied and copies else -1
            found[node.name] = np.asarray([size if isinstance(size, int) else filler for size in own], dtype=np.int64)
    return found


def _sizes(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    if not value.type.tensor_type.HasField("shape"):
        return ()
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else dim.dim_param for dim in dims)


def foldable_nodes(
    proto: onnx.ModelProto, tensors: Mapping[str, Array], sizes: Mapping[str, int], failed: frozenset[str]
) -> list[onnx.NodeProto]:
    """Return the nodes that can be evaluated now.

    Args:
        proto: The model.
        tensors: The known values.
        sizes: The sizes in bytes of the values whose shape and type are known.
        failed: Names of nodes whose evaluation failed before.
    """
    opset = max((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), default=0)
    outputs = {value.name for value in proto.graph.output}
    return [
        node
        for node in proto.graph.node
        if node.name not in failed
        and node.input
        and all(name in tensors for name in node.input if name)
        and not outputs.intersection(node.output)
        and next(subgraphs(node), None) is None
        and _is_deterministic(node, opset)
        and _is_small(node, tensors, sizes)
    ]


def evaluate(
    proto: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], tensors: Mapping[str, Array]
) -> tuple[dict[str, Array], frozenset[str]]:
    """Run the nodes, which must not depend on each other.

    Args:
        proto: The model that they come from.
        nodes: The nodes.
        tensors: Their inputs.

    Returns:
        The results by name, and the names of the nodes that could not be run.
    """
    results = _run(proto, nodes, tensors)
    if results is not None:
        return results, frozenset()
    if len(nodes) == 1:
        return {}, frozenset({nodes[0].name})
    middle = len(nodes) // 2
    left, left_failed = evaluate(proto, nodes[:middle], tensors)
    right, right_failed = evaluate(proto, nodes[middle:], tensors)
    return left | right, left_failed | right_failed


def _run(
    proto: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], tensors: Mapping[str, Array]
) -> dict[str, Array] | None:
    import onnx
    import onnxruntime

    feeds = {name: tensors[name] for node in nodes for name in node.input if name}
    wanted = [name for node in nodes for name in node.output if name]
    inputs = [
        onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), list(array.shape))
        for name, array in feeds.items()
    ]
    outputs = [onnx.ValueInfoProto(name=name) for name in wanted]
    graph = onnx.helper.make_graph(nodes, "constants", inputs, outputs)
    model = onnx.helper.make_model(graph, opset_imports=proto.opset_import, ir_version=min(proto.ir_version, 10))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        results = session.run(wanted, feeds)
    except Exception:  # onnxruntime raises plain RuntimeError and classes of its own that share no base
        return None
    return {name: np.asarray(result) for name, result in zip(wanted, results, strict=True)}


def _is_deterministic(node: onnx.NodeProto, opset: int) -> bool:
    import onnx

    if node.domain not in ("", "ai.onnx"):
        return False
    try:
        schema = onnx.defs.get_schema(node.op_type, opset, "")
    except onnx.defs.SchemaError:
        return False
    return not schema.non_deterministic


def _is_small(node: onnx.NodeProto, tensors: Mapping[str, Array], sizes: Mapping[str, int]) -> bool:
    given = sum(tensors[name].nbytes for name in node.input if name)
    outputs = [name for name in node.output if name]
    if any(name not in sizes for name in outputs):
        return given <= UNKNOWN_RESULT_LIMIT
    return sum(sizes[name] for name in outputs) <= max(RESULT_LIMIT, 2 * given)
