"""Bring an ONNX model to its plainest form: shapes known, constants folded, nothing dead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from mindconverter.graph.ir import Array
from mindconverter.graph.normalise.branches import inline_branches
from mindconverter.graph.normalise.fold import (
    described_items,
    described_results,
    described_targets,
    evaluate,
    foldable_nodes,
)
from mindconverter.graph.onnx_model.onnx_file import LoadedModel, add_initializer
from mindconverter.graph.onnx_model.onnx_graph import prune, rename_reads
from mindconverter.graph.onnx_model.onnx_shapes import infer
from mindconverter.graph.onnx_model.open_sizes import resolve_sizes

if TYPE_CHECKING:
    import onnx

_SHARED_BY_EXPORTER = re.compile(r"Identity_\d+")


def normalise(model: LoadedModel) -> LoadedModel:
    """Infer shapes, fold constants, and remove copies and dead code.

    Nothing is fused and no operator is replaced by another; what the model computes stays the same.

    Args:
        model: A model with sorted nodes that have unique names.

    Returns:
        The model in its plain form; the given one must not be used again.
    """
    proto = model.proto
    tensors = dict(model.tensors)
    weights = set(model.weights)
    sources = dict(model.sources)
    failed: frozenset[str] = frozenset()
    notes = list(model.notes)

    prune(proto.graph)
    _remove_copies(proto.graph, tensors, weights, sources)
    while True:
        if inline_branches(proto.graph, tensors):
            prune(proto.graph)
            _remove_copies(proto.graph, tensors, weights, sources)
        # Inference never replaces a symbol that it made up before, so each round starts from what the file says.
        inferred, note = infer(proto)
        shapes, dtypes = static_shapes(inferred.graph), _dtypes(inferred.graph)
        results = described_results(proto.graph, tensors, shapes, dtypes)
        results |= described_items(proto.graph, inferred.graph, tensors)
        for name, array in results.items():
            add_initializer(proto.graph, tensors, name, array)
        _drop_producers(proto.graph, results)
        targets = described_targets(proto.graph, inferred.graph, tensors)
        if targets:
            _set_targets(proto.graph, inferred.graph, targets, tensors)
            prune(proto.graph)

        sizes = {name: prod(shapes[name]) * dtype.itemsize for name, dtype in dtypes.items() if name in shapes}
        count = len(proto.graph.node)
        while nodes := foldable_nodes(proto, tensors, sizes, failed):
            folded, broken = evaluate(proto, nodes, tensors)
            failed |= broken
            for node in nodes:
                origin = next((name for name in node.input if name in weights), None)
                for name in node.output:
                    if origin is not None and name in folded:
                        weights.add(name)
                        sources[name] = sources.get(origin, origin)
            for name, array in folded.items():
                add_initializer(proto.graph, tensors, name, array)
            _drop_producers(proto.graph, folded)
        if (
            not results
            and not targets
            and len(proto.graph.node) == count
            and not resolve_sizes(proto.graph, inferred.graph)
        ):
            break
    proto = inferred
    _drop_zero_biases(proto, tensors, weights)
    prune(proto.graph)
    notes += [note] if note else []
    if failed:
        notes.append(f"Nodes with constant inputs that could not be evaluated: {', '.join(sorted(failed))}.")
    kept = {tensor.name for tensor in proto.graph.initializer}
    return replace(
        model,
        proto=proto,
        tensors={name: array for name, array in tensors.items() if name in kept},
        weights=frozenset(weights & kept),
        sources={name: source for name, source in sources.items() if name in kept},
        notes=tuple(notes),
    )


def static_shapes(graph: onnx.GraphProto) -> dict[str, tuple[int, ...]]:
    """Return the shape of every value whose shape is wholly known."""
    shapes = {
        value.name: tuple(dimension.dim_value for dimension in value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info, *graph.output)
        if value.type.tensor_type.HasField("shape")
        and all(dimension.HasField("dim_value") for dimension in value.type.tensor_type.shape.dim)
    }
    return shapes | {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}


def _dtypes(graph: onnx.GraphProto) -> dict[str, np.dtype[np.generic]]:
    import onnx

    known = {
        value.name: value.type.tensor_type.elem_type for value in (*graph.input, *graph.value_info, *graph.output)
    } | {tensor.name: tensor.data_type for tensor in graph.initializer}
    table = onnx.helper.get_all_tensor_dtypes()
    return {name: onnx.helper.tensor_dtype_to_np_dtype(kind) for name, kind in known.items() if kind in table and kind}


def _remove_copies(
    graph: onnx.GraphProto, tensors: dict[str, Array], weights: set[str], sources: dict[str, str]
) -> None:
    """Remove Identity nodes; a copied initializer becomes an initializer of its own, so that each keeps its name."""
    inputs = {value.name for value in graph.input}
    outputs = {value.name for value in graph.output}
    names: dict[str, str] = {}
    doomed: set[str] = set()
    for node in graph.node:
        if node.op_type != "Identity" or node.domain not in ("", "ai.onnx"):
            continue
        read, written = _follow(names, node.input[0]), node.output[0]
        if read in tensors and written not in outputs:
            add_initializer(graph, tensors, written, tensors[read])
            if read in weights:
                weights.add(written)
            if not _SHARED_BY_EXPORTER.fullmatch(node.name):
                sources[written] = sources.get(read, read)
        elif written not in outputs:
            names[written] = read
        elif read not in tensors and read not in inputs and read not in outputs:
            names[read] = written
        else:
            continue
        doomed.add(node.name)
    for index in reversed(range(len(graph.node))):
        if graph.node[index].name in doomed:
            del graph.node[index]
    resolved = {name: _follow(names, name) for name in names}
    for node in graph.node:
        for index, name in enumerate(node.output):
            node.output[index] = resolved.get(name, name)
    rename_reads(graph, resolved)


def _set_targets(
    graph: onnx.GraphProto, inferred: onnx.GraphProto, targets: Mapping[str, Array], tensors: dict[str, Array]
) -> None:
    """Make nodes read constant shapes, and keep what the computed ones told of their results."""
    declared = {value.name for value in graph.value_info}
    told = {value.name: value for value in inferred.value_info if value.name not in declared}
    symbols = {dim.dim_param for value in graph.input for dim in value.type.tensor_type.shape.dim}
    for node in graph.node:
        if node.name not in targets:
            continue
        node.input[1] = f"{node.name}/shape"
        add_initializer(graph, tensors, node.input[1], targets[node.name])
        value = told.get(node.output[0])
        if value is not None and all(dim.dim_param in {"", *symbols} for dim in value.type.tensor_type.shape.dim):
            graph.value_info.add().CopyFrom(value)


def _drop_zero_biases(proto: onnx.ModelProto, tensors: Mapping[str, Array], weights: set[str]) -> None:
    """Drop a bias of zeros that the source does not have; PyTorch's exporter writes one where a layer has none."""
    import onnx

    opset = max((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), default=0)
    optional = onnx.defs.OpSchema.FormalParameterOption.Optional
    for node in proto.graph.node:
        if node.domain not in ("", "ai.onnx") or not node.input:
            continue
        last = node.input[-1]
        if last not in tensors or last in weights or not onnx.defs.has(node.op_type, opset, ""):
            continue
        parameters = onnx.defs.get_schema(node.op_type, opset, "").inputs
        parameter = parameters[min(len(node.input), len(parameters)) - 1]
        if parameter.option == optional and parameter.name in ("B", "C") and not tensors[last].any():
            del node.input[-1]


def _follow(names: Mapping[str, str], name: str) -> str:
    while name in names:
        name = names[name]
    return name


def _drop_producers(graph: onnx.GraphProto, results: Mapping[str, Array]) -> None:
    for index in reversed(range(len(graph.node))):
        if any(name in results for name in graph.node[index].output):
            del graph.node[index]
