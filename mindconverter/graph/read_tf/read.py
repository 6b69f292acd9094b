"""Read TensorFlow models into the intermediate representation, by way of tf2onnx."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindconverter.errors import BadParameterError, ModelLoadingError, TensorFlowRuntimeError
from mindconverter.graph.ir import Graph
from mindconverter.graph.onnx_model.onnx_file import from_proto
from mindconverter.graph.onnx_model.onnx_graph import subgraphs
from mindconverter.graph.onnx_model.onnx_signature import resolve
from mindconverter.graph.read_onnx.onnx_to_ir import to_graph
from mindconverter.graph.read_onnx.read import prepare
from mindconverter.graph.read_tf.keras_file import load_keras
from mindconverter.graph.read_tf.saved_model import is_saved_model, read_saved_model
from mindconverter.graph.read_tf.tf_graph import (
    FrozenGraph,
    cut_inputs,
    ends,
    freeze_function,
    model_inputs,
    placeholders,
    plain_graph,
    read_definition,
)
from mindconverter.graph.read_tf.tf_names import with_layer_names
from mindconverter.graph.read_tf.tf_norms import with_batch_norms
from mindconverter.graph.read_tf.tf_quiet import quiet, require_tensorflow
from mindconverter.graph.read_tf.tf_weights import weight_names
from mindconverter.rules.tables import RuleTables

if TYPE_CHECKING:
    import onnx

OPSET = 17
DOMAIN = "tensorflow"
_CATCH_ERRORS = "TF2ONNX_CATCH_ERRORS"
_KERAS = (".keras", ".h5", ".hdf5")


def read_tf(
    path: str | Path,
    shape: Sequence[Sequence[int]] | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
    project_path: str | Path | None = None,
    tables: RuleTables | None = None,
    *,
    signature: str | None = None,
) -> Graph:
    """Read a frozen `.pb` file, a SavedModel, or a `.keras` or `.h5` file of Keras.

    Args:
        path: A file with a serialised GraphDef whose variables are constants, the folder of a SavedModel or its
            `saved_model.pb`, or a file that Keras saved.
        shape: The shape of each input, in the order of `input_nodes`; None keeps what the model says.
        input_nodes: The inputs, with or without ":0"; None takes those that the model declares, else its placeholders.
        output_nodes: The outputs, with or without ":0"; None takes those that the model declares, else what its inputs
            lead to and nothing reads.
        project_path: The source folder of a Keras model's own classes.
        tables: The rules by which operators expand to plainer ones; None leaves them as they are.
        signature: The signature of a SavedModel; None takes the usual or only one.

    Raises:
        BadParameterError: A name or shape does not fit the graph, or a SavedModel has no such signature.
        MissingDependencyError: The TensorFlow packages are not installed.
        ModelLoadingError: The file is damaged, not frozen, or refers to code outside the project.
        ParameterMissingError: A Keras model does not say the shape of its inputs.
        TensorFlowRuntimeError: TensorFlow or tf2onnx failed on the graph.
    """
    file = Path(path)
    if not file.exists():
        raise ModelLoadingError("There is no such file.", where=str(file), advice="Check the path of --model_file.")
    project = None if project_path is None else Path(project_path)
    with quiet():
        require_tensorflow(file)
        frozen = load_frozen(file, shape, project, signature)
        definition, inputs = frozen.definition, frozen.inputs
        if input_nodes is not None:
            names = [node.name for node in definition.node]
            definition, inputs = cut_inputs(definition, [_tensor(name, names, "input_nodes") for name in input_nodes])
        elif inputs is None:
            inputs = placeholders(definition)
        definition = plain_graph(definition, inputs)
        outputs = _outputs(definition, inputs, frozen.outputs, output_nodes)
        overrides = _overrides(inputs, shape)
        proto = convert_graph(with_batch_norms(definition), inputs, outputs, overrides, file)
    missing = [name for name in inputs if name not in {value.name for value in proto.graph.input}]
    if missing and input_nodes is not None:
        raise BadParameterError(
            f"The outputs {', '.join(outputs)} do not depend on {', '.join(missing)}.",
            where="--input_nodes",
            advice="Leave it out.",
        )
    kept = [name for name in inputs if name not in missing]
    shapes = None if shape is None else [overrides[name] for name in kept]
    model = prepare(from_proto(proto, str(file)), str(file), shapes, kept, outputs, tables)
    sources = {**model.sources, **weight_names(model, frozen.weights)}
    notes = list(frozen.notes)
    notes += [f"The inputs are {', '.join(kept)}."] if input_nodes is None else []
    notes += [f"The outputs are {', '.join(outputs)}."] if output_nodes is None else []
    return to_graph(replace(model, sources=sources, notes=(*notes, *model.notes)), str(file))


def load_frozen(
    file: Path, shape: Sequence[Sequence[int]] | None, project: Path | None, signature: str | None = None
) -> FrozenGraph:
    """Load a model of any of TensorFlow's forms as a graph without variables.

    Args:
        file: See `read_tf`.
        shape: The shape of each input, where a Keras model leaves it open.
        project: The source folder of a Keras model's own classes.
        signature: The signature of a SavedModel; None takes the usual or only one.

    Raises:
        BadParameterError: A SavedModel has no such signature.
        ModelLoadingError: The file is damaged, not frozen, or refers to code outside the project.
        ParameterMissingError: A Keras model does not say the shape of its inputs.
    """
    if is_saved_model(file):
        return read_saved_model(file if file.is_dir() else file.parent, signature)
    if file.suffix.lower() not in _KERAS:
        return read_definition(file)
    import tensorflow as tf

    with load_keras(file, project) as model:
        inputs = model_inputs(model, shape, str(file))
        weights = {variable.path: variable.numpy() for variable in model.weights}

        def call(*arguments: Any) -> list[Any]:
            given = arguments[0] if len(arguments) == 1 else list(arguments)
            return list(tf.nest.flatten(model(given, training=False)))

        frozen = freeze_function(call, inputs, getattr(model, "output_names", None), weights)
        layers = {layer.name for layer in model._flatten_layers()}
        return replace(frozen, definition=with_layer_names(frozen.definition, layers))


def _outputs(
    definition: Any, inputs: Sequence[str], declared: list[str] | None, output_nodes: Sequence[str] | None
) -> list[str]:
    if output_nodes is not None:
        names = [node.name for node in definition.node]
        return [_tensor(name, names, "output_nodes") for name in output_nodes]
    return ends(definition, inputs) if declared is None else declared


def _tensor(name: str, names: Sequence[str], option: str) -> str:
    """Return the full name of a tensor, such as "input_1:0", for a tensor's or a node's name."""
    node, _, index = name.partition(":")
    return f"{resolve(node, names, option, 'a node of the graph')}:{index or '0'}"


def _overrides(inputs: Sequence[str], shape: Sequence[Sequence[int]] | None) -> dict[str, list[int]]:
    if shape is None:
        return {}
    if len(shape) != len(inputs):
        raise BadParameterError(
            f"--shape gives {len(shape)} shape(s) for {len(inputs)} input(s): {', '.join(inputs)}.",
            where="--shape",
            advice="Give one shape for each input, in the order of --input_nodes.",
        )
    return {name: list(sizes) for name, sizes in zip(inputs, shape, strict=True)}


def convert_graph(
    definition: Any, inputs: list[str], outputs: list[str], overrides: dict[str, list[int]], file: Path
) -> onnx.ModelProto:
    """Convert a graph definition to ONNX.

    Args:
        definition: The frozen GraphDef.
        inputs: Full names of its inputs.
        outputs: Full names of its outputs.
        overrides: The shapes of the inputs that the user gave.
        file: The file, for messages.

    Raises:
        TensorFlowRuntimeError: TensorFlow or tf2onnx failed on it.
    """
    try:
        with _norms_kept():
            try:
                with _optimised_in_place():
                    proto = _to_onnx(definition, inputs, outputs, overrides, file)
            except Exception:  # one of the passes failed: it can be left out where each has a copy
                proto = _to_onnx(definition, inputs, outputs, overrides, file)
    except Exception as error:  # TensorFlow and tf2onnx raise errors of every kind
        lines = str(error).strip().splitlines()
        raise TensorFlowRuntimeError(
            f"The graph cannot be converted: {type(error).__name__}: {lines[0] if lines else ''}.",
            where=str(file),
            advice="Check --input_nodes, --output_nodes and --shape against the graph, or convert it with tf2onnx.",
        ) from error
    _set_domains(proto.graph)
    proto.opset_import.add(domain=DOMAIN, version=1)
    return proto


def _to_onnx(
    definition: Any, inputs: list[str], outputs: list[str], overrides: dict[str, list[int]], file: Path
) -> onnx.ModelProto:
    import tf2onnx

    proto, _ = tf2onnx.convert.from_graph_def(
        definition,
        name=file.stem,
        input_names=inputs,
        output_names=outputs,
        opset=OPSET,
        shape_override=overrides or None,
    )
    return proto


@contextmanager
def _optimised_in_place() -> Iterator[None]:
    """Keep tf2onnx from copying the graph, weights and all, for each of its passes: dozens of copies live at a time."""
    before = os.environ.get(_CATCH_ERRORS)
    os.environ[_CATCH_ERRORS] = "FALSE"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_CATCH_ERRORS]
        else:
            os.environ[_CATCH_ERRORS] = before


@contextmanager
def _norms_kept() -> Iterator[None]:
    """Keep tf2onnx from multiplying the weights of convolutions by the normalization behind them."""
    from tf2onnx.optimizer import back_to_back_optimizer as passes

    known = getattr(passes, "_func_map", {})
    before = dict(known)
    for key in [key for key, handler in before.items() if "batchnorm" in handler.__name__]:
        del known[key]
    try:
        yield
    finally:
        known.update(before)


def _set_domains(graph: onnx.GraphProto) -> None:
    """Give the operators that tf2onnx leaves as they are in TensorFlow a domain of their own."""
    from onnx import defs

    for node in graph.node:
        if not node.domain and not defs.has(node.op_type, OPSET, ""):
            node.domain = DOMAIN
        for body in subgraphs(node):
            _set_domains(body)
