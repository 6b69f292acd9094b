"""Load an ONNX file, and part its bulk data from its structure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mindconverter.errors import MissingDependencyError, ModelLoadingError
from mindconverter.graph.ir import Array
from mindconverter.graph.onnx_model.onnx_graph import name_nodes, rename_reads, subgraphs

if TYPE_CHECKING:
    import onnx

INLINE_ELEMENTS = 1024
"""Initializers up to this size stay in the protobuf too, because shape inference reads their values."""

_FREE_INITIALIZERS = 4
"""The version of the format since which initializers need not be inputs as well."""


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """Hold an ONNX model in two parts, so that no step has to serialise the weights.

    Args:
        proto: The structure. Initializers above `INLINE_ELEMENTS` have a type and a shape here, but no data.
        tensors: The value of every initializer of the outermost graph, by name.
        weights: Names of the initializers that are weights and not constants of the computation.
        sources: The name in the source framework of initializers that have another one here.
        notes: What could not be done on the way, one sentence each.
    """

    proto: onnx.ModelProto
    tensors: dict[str, Array]
    weights: frozenset[str]
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def load_onnx(path: Path) -> LoadedModel:
    """Read an ONNX file and its external data.

    Args:
        path: The `.onnx` file.

    Raises:
        MissingDependencyError: The onnx package is not installed.
        ModelLoadingError: The file or its external data is missing, damaged or not a model.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise MissingDependencyError(
            f"Reading {path.name} needs the package {error.name}.", advice='Run: pip install "mindconverter[onnx]"'
        ) from error

    if not path.is_file():
        raise ModelLoadingError("There is no such file.", where=str(path), advice="Check the path of --model_file.")
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"version https://"):
        raise ModelLoadingError(
            "The file is a Git LFS pointer, not the model.", where=str(path), advice="Run: git lfs pull"
        )
    try:
        proto = onnx.load(str(path))
    except DecodeError as error:
        raise ModelLoadingError(
            "The file is not an ONNX model, or it is cut short.",
            where=str(path),
            advice="Export or copy it again; `python -m onnx.checker FILE` tells whether it is whole.",
        ) from error
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise ModelLoadingError(
            f"The model's external data cannot be read: {error}.",
            where=str(path),
            advice="Keep the data files that were exported with the model beside it.",
        ) from error
    return from_proto(proto, str(path))


def from_proto(proto: onnx.ModelProto, where: str) -> LoadedModel:
    """Part a model's bulk data from its structure.

    Args:
        proto: A model with all its data; it is taken over and changed.
        where: The file, for messages.

    Raises:
        ModelLoadingError: The model has no graph, or a tensor whose data do not fit its shape.
    """
    from onnx.inliner import inline_local_functions

    if not proto.HasField("graph") or not (proto.graph.node or proto.graph.output):
        raise ModelLoadingError(
            "The file holds no graph.", where=where, advice="Give the .onnx file that the exporter wrote."
        )
    if not proto.opset_import:
        raise ModelLoadingError(
            "The model does not say which operator set it uses.", where=where, advice="Export it again."
        )
    if proto.graph.sparse_initializer:
        raise ModelLoadingError(
            "The model stores sparse weights, which are not read.",
            where=where,
            advice="Export it with dense weights.",
        )
    tensors: dict[str, Array] = {}
    for tensor in proto.graph.initializer:
        if tensor.name in tensors:
            raise ModelLoadingError(f"Two initializers have the name {tensor.name!r}.", where=where)
        tensors[tensor.name] = tensor_to_array(tensor, where)
        strip_data(tensor)
    if proto.functions:
        proto = inline_local_functions(proto)
    constants = set(dict(_lift_constants(proto.graph, tensors, where)))
    hoisted = _hoist_tensors(proto.graph, tensors, where)
    constants |= hoisted.constants
    declared = _declared_weights(proto)
    weights = frozenset(
        name
        for name, array in tensors.items()
        if name in declared or _looks_like_weight(array, stored=name not in constants)
    )
    shadowed = [value for value in proto.graph.input if value.name in tensors]
    for value in shadowed:
        proto.graph.input.remove(value)
    proto.ir_version = max(proto.ir_version, _FREE_INITIALIZERS)  # below it, inference overlooks these initializers
    return LoadedModel(proto, tensors, weights, hoisted.sources)


def to_proto(model: LoadedModel) -> onnx.ModelProto:
    """Return a copy of the model that carries its data again."""
    import onnx

    proto = onnx.ModelProto()
    proto.CopyFrom(model.proto)
    for tensor in proto.graph.initializer:
        tensor.CopyFrom(onnx.numpy_helper.from_array(model.tensors[tensor.name], tensor.name))
    return proto


def tensor_to_array(tensor: onnx.TensorProto, where: str) -> Array:
    """Return a tensor's value, after checking that its data fit its shape.

    Raises:
        ModelLoadingError: They do not, or the element type is unknown.
    """
    import onnx

    if any(size < 0 for size in tensor.dims):
        raise ModelLoadingError(f"The tensor {tensor.name!r} has a negative dimension.", where=where)
    try:
        array: Array = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise ModelLoadingError(
            f"The data of the tensor {tensor.name!r} do not fit its shape {tuple(tensor.dims)}: {error}.",
            where=where,
            advice="The file is damaged; export or copy it again.",
        ) from error
    return array


def strip_data(tensor: onnx.TensorProto) -> None:
    """Leave a tensor its name, type and shape only, unless it is small."""
    import onnx

    if prod(tensor.dims) <= INLINE_ELEMENTS:
        return
    light = onnx.TensorProto(name=tensor.name, data_type=tensor.data_type, dims=list(tensor.dims))
    light.data_location = onnx.TensorProto.EXTERNAL
    light.external_data.add(key="location", value="held-in-memory")
    tensor.CopyFrom(light)


def add_initializer(graph: onnx.GraphProto, tensors: dict[str, Array], name: str, array: Array) -> None:
    """Add an initializer to the structure and to the tensors."""
    import onnx

    tensors[name] = array
    tensor = graph.initializer.add()
    if array.size <= INLINE_ELEMENTS:
        tensor.CopyFrom(onnx.numpy_helper.from_array(array, name))
        return
    tensor.name = name
    tensor.data_type = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
    tensor.dims.extend(array.shape)
    strip_data(tensor)


def _lift_constants(graph: onnx.GraphProto, tensors: dict[str, Array], where: str) -> Iterator[tuple[str, Array]]:
    """Turn the outermost graph's Constant nodes into initializers, and yield those."""
    import onnx

    for node in [node for node in graph.node if node.op_type == "Constant" and node.domain in ("", "ai.onnx")]:
        if len(node.attribute) != 1 or len(node.output) != 1:
            raise ModelLoadingError(f"The constant {node.name!r} must have exactly one value.", where=where)
        attribute = node.attribute[0]
        value = onnx.helper.get_attribute_value(attribute)
        match attribute.name:
            case "value":
                array = tensor_to_array(value, where)
            case "value_float" | "value_floats":
                array = np.asarray(value, dtype=np.float32)
            case "value_int" | "value_ints":
                array = np.asarray(value, dtype=np.int64)
            case "value_string" | "value_strings":
                array = np.asarray(value, dtype=object)
            case _:
                raise ModelLoadingError(
                    f"The constant {node.name!r} holds a {attribute.name}, which is not read.",
                    where=where,
                    advice="Export it as a dense tensor.",
                )
        graph.node.remove(node)
        add_initializer(graph, tensors, node.output[0], array)
        yield node.output[0], array


@dataclass(frozen=True)
class _Hoisted:
    """Tell of tensors that were hoisted: the own names of those that got another, and which were constants."""

    sources: dict[str, str] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)


def _hoist_tensors(graph: onnx.GraphProto, tensors: dict[str, Array], where: str) -> _Hoisted:
    """Move the initializers and constants of all bodies to the outermost graph, which alone holds tensors then.

    Args:
        graph: The outermost graph.
        tensors: The known values; those of the bodies are added.
        where: The file, for messages.

    Raises:
        ModelLoadingError: A tensor's data do not fit its shape, or a constant is of a kind that is not read.
    """
    hoisted = _Hoisted()
    bodies = list(_all_bodies(graph))
    taken = {name for part in (graph, *bodies) for name in _value_names(part)} | set(tensors)
    for body in bodies:
        own = {tensor.name: tensor_to_array(tensor, where) for tensor in body.initializer}
        constants = dict(_lift_constants(body, own, where))
        del body.initializer[:]
        names = {}
        for name, array in own.items():
            number, new = 1, name
            while new in taken:
                number, new = number + 1, f"{name}_{number}"
            taken.add(new)
            if new != name:
                names[name] = new
                hoisted.sources[new] = name
            if name in constants:
                hoisted.constants.add(new)
            add_initializer(graph, tensors, new, array)
        rename_reads(body, names)
        name_nodes(body)
        for value in body.output:
            value.name = names.get(value.name, value.name)
    return hoisted


def _all_bodies(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    for node in graph.node:
        for body in subgraphs(node):
            yield body
            yield from _all_bodies(body)


def _value_names(graph: onnx.GraphProto) -> Iterator[str]:
    """Yield the names of a graph's inputs, and of what its nodes other than constants give."""
    yield from (value.name for value in graph.input)
    for node in graph.node:
        if node.op_type != "Constant":
            yield from node.output


def _declared_weights(proto: onnx.ModelProto) -> frozenset[str]:
    """Return the names that PyTorch's graph signature calls parameters and buffers."""
    signature = next(
        (entry.value for entry in proto.graph.metadata_props if entry.key.endswith("ExportedProgram.graph_signature")),
        "",
    )
    quoted = (line.partition("target='")[2] for line in signature.splitlines())
    return frozenset(rest.partition("'")[0] for rest in quoted if rest)


def _looks_like_weight(array: Array, *, stored: bool) -> bool:
    """Tell a weight from a constant by what it is, for exporters that do not say.

    Axes, shapes and indices are wide integers, epsilons are single numbers, and what is written into the code is
    short. Narrow integers are quantised weights.
    """
    if array.dtype == object or array.dtype.kind == "b":
        return False
    if array.dtype.kind in "iu":
        return stored and array.dtype.itemsize == 1 and array.ndim >= 1
    return array.ndim >= 1 if stored else array.size >= 64
