"""Read the folder of a TensorFlow SavedModel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mindconverter.errors import BadParameterError, ModelLoadingError
from mindconverter.graph.read_tf.tf_graph import FrozenGraph, freeze_function, specification

FILE = "saved_model.pb"
_DEFAULT = "serving_default"
_REFUSED = frozenset(
    {
        "PyFunc",
        "PyFuncStateless",
        "EagerPyFunc",
        "ReadFile",
        "WriteFile",
        "WholeFileReader",
        "WholeFileReaderV2",
        "RemoteCall",
        "DatasetFromGraph",
    }
)
"""Operators that run Python code, or reach for files and machines of their own choice."""


def is_saved_model(path: Path) -> bool:
    """Tell whether a path is a folder, or the file that the folder of a SavedModel has."""
    return path.is_dir() or path.name == FILE


def read_saved_model(folder: Path, signature: str | None = None) -> FrozenGraph:
    """Freeze a signature of a SavedModel.

    Args:
        folder: The folder, in which there is a `saved_model.pb`.
        signature: The name of the signature; None takes the usual one, or the only one.

    Raises:
        BadParameterError: It has no such signature, or several of which none is the usual one.
        ModelLoadingError: It is damaged, or has operators that are not run.
    """
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        proto = SavedModel.FromString((folder / FILE).read_bytes())
    except (DecodeError, OSError) as error:
        raise _damaged(folder, error) from error
    if not proto.meta_graphs:
        raise _damaged(folder, "it holds no graph")
    graphs = [graph for graph in proto.meta_graphs if "serve" in graph.meta_info_def.tags] or list(proto.meta_graphs)
    refused = sorted({name for graph in proto.meta_graphs for name in _operators(graph)} & _REFUSED)
    if refused:
        raise ModelLoadingError(
            f"The model has the operators {', '.join(refused)}, which run code or open files. Nothing of it has run.",
            where=str(folder),
            advice="Export it without them.",
        )
    keys = _signatures(graphs[0])
    key = _chosen(keys, folder, signature)
    others = [name for name in keys if name != key]
    notes = [f"The signature {key} was converted; --signature takes another: {', '.join(others)}."]
    try:
        of_session = not graphs[0].object_graph_def.nodes
        frozen = _freeze_session(folder, graphs[0], key) if of_session else _freeze(folder, key)
        return replace(frozen, notes=tuple(notes if others else ()))
    except Exception as error:  # TensorFlow raises errors of every kind
        raise _damaged(folder, error) from error


def _operators(graph: Any) -> Iterator[str]:
    yield from (node.op for node in graph.graph_def.node)
    for function in graph.graph_def.library.function:
        yield from (node.op for node in function.node_def)


def _signatures(graph: Any) -> list[str]:
    keys: list[str] = sorted(key for key, item in graph.signature_def.items() if item.outputs)
    return [key for key in keys if not key.startswith("__saved_model_")]


def _chosen(keys: list[str], folder: Path, wanted: str | None) -> str:
    """Return the name of the signature to convert."""
    if wanted is not None and keys:
        if wanted in keys:
            return wanted
        raise BadParameterError(
            f"The model has no signature {wanted!r}.", where=str(folder), advice=f"It has {', '.join(keys)}."
        )
    if _DEFAULT in keys:
        return _DEFAULT
    if len(keys) == 1:
        return keys[0]
    if not keys:
        raise ModelLoadingError(
            "The model has no signature, so that nothing says how it is called.",
            where=str(folder),
            advice="Save it with signatures, or a Keras model with model.export(FOLDER).",
        )
    raise BadParameterError(
        f"The model has {len(keys)} signatures: {', '.join(keys)}.",
        where=str(folder),
        advice="Name the one that you want by --signature.",
    )


def _freeze(folder: Path, key: str) -> FrozenGraph:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    function = loaded.signatures[key]
    declared = function.structured_input_signature[1]
    outputs = sorted(function.structured_outputs)

    def call(*arguments: Any) -> list[Any]:
        results = function(**dict(zip(declared, arguments, strict=True)))
        return [results[name] for name in outputs]

    inputs = [specification(item.shape, item.dtype, name) for name, item in declared.items()]
    weights = {variable.name.removesuffix(":0"): np.asarray(variable) for variable in function.variables}
    return freeze_function(call, inputs, outputs, weights)


def _freeze_session(folder: Path, graph: Any, key: str) -> FrozenGraph:
    """Freeze a SavedModel of TensorFlow 1."""
    import tensorflow as tf

    v1 = tf.compat.v1
    signature = graph.signature_def[key]
    inputs = [item.name for item in signature.inputs.values()]
    outputs = [item.name for item in signature.outputs.values()]
    with tf.Graph().as_default() as live, v1.Session(graph=live) as session:
        v1.saved_model.load(session, list(graph.meta_info_def.tags), str(folder))
        variables = v1.global_variables()
        weights = dict(zip([item.op.name for item in variables], session.run(variables), strict=True))
        nodes = [name.partition(":")[0] for name in outputs]
        definition = v1.graph_util.convert_variables_to_constants(session, live.as_graph_def(), nodes)
    return FrozenGraph(definition, inputs, outputs, weights)


def _damaged(folder: Path, error: object) -> ModelLoadingError:
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return ModelLoadingError(
        f"TensorFlow cannot load the SavedModel: {reason}.",
        where=str(folder),
        advice="Check that the folder is whole, with its folder 'variables'; else save the model again.",
    )
