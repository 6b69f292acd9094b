"""Bring a model whose weights are of half precision to single precision, which the target's layers have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mindconverter.graph.ir import Array
from mindconverter.graph.onnx_model.onnx_file import LoadedModel, add_initializer, tensor_to_array
from mindconverter.graph.onnx_model.onnx_graph import subgraphs

if TYPE_CHECKING:
    import onnx

_HALF = frozenset({"float16", "bfloat16"})
_TYPE_ATTRIBUTES = frozenset({"to", "dtype", "output_dtype"})


def in_single_precision(model: LoadedModel, source: str) -> LoadedModel:
    """Return a model that computes in float32 where it did so in half precision, if weights of it are of that kind.

    Args:
        model: The loaded model, which is taken over and changed.
        source: The file, for messages.
    """
    kinds = {model.tensors[name].dtype.name for name in model.weights} & _HALF
    if not kinds:
        return model
    tensors = {name: _widened(array) for name, array in model.tensors.items()}
    del model.proto.graph.initializer[:]
    for name, array in tensors.items():
        add_initializer(model.proto.graph, tensors, name, array)
    _widen_graph(model.proto.graph, source)
    note = (
        f"The weights are {', '.join(sorted(kinds))} in the source; they are converted to float32, as is the network."
    )
    return replace(model, tensors=tensors, notes=(*model.notes, note))


def _widened(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype.name in _HALF else array


def _widen_graph(graph: onnx.GraphProto, source: str) -> None:
    """Make values, attributes and bodies of a graph float32 where they are of half precision."""
    _widen_values((*graph.input, *graph.value_info, *graph.output))
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name in _TYPE_ATTRIBUTES and attribute.i in _half_codes():
                attribute.i = _single()
            elif attribute.HasField("t") and attribute.t.data_type in _half_codes():
                _widen_tensor(attribute.t, source)
        for body in subgraphs(node):
            _widen_graph(body, source)


def _widen_values(values: Iterable[onnx.ValueInfoProto]) -> None:
    for value in values:
        kind = value.type
        while kind.HasField("sequence_type") or kind.HasField("optional_type"):
            kind = (kind.sequence_type if kind.HasField("sequence_type") else kind.optional_type).elem_type
        if kind.HasField("tensor_type") and kind.tensor_type.elem_type in _half_codes():
            kind.tensor_type.elem_type = _single()


def _widen_tensor(tensor: onnx.TensorProto, source: str) -> None:
    import onnx

    tensor.CopyFrom(onnx.numpy_helper.from_array(_widened(tensor_to_array(tensor, source)), tensor.name))


def _half_codes() -> frozenset[int]:
    import onnx

    return frozenset({onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16})


def _single() -> int:
    import onnx

    return int(onnx.TensorProto.FLOAT)
