"""Read a frozen TensorFlow graph into the intermediate representation, by way of tf2onnx."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindconverter.errors import BadParameterError, MissingDependencyError, ModelLoadingError, TensorFlowRuntimeError
from mindconverter.graph.ir import Graph
from mindconverter.graph.onnx_file import from_proto
from mindconverter.graph.onnx_signature import resolve
from mindconverter.graph.onnx_to_ir import to_graph
from mindconverter.graph.read_onnx import prepare

if TYPE_CHECKING:
    import onnx

OPSET = 17


def read_tf(
    path: str | Path,
    shape: Sequence[Sequence[int]] | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
) -> Graph:
    """Read a frozen `.pb` file.

    Args:
        path: A file with a serialised GraphDef whose variables are constants.
        shape: The shape of each input, in the order of `input_nodes`; None keeps what the graph says.
        input_nodes: The inputs, with or without ":0"; None takes the placeholders.
        output_nodes: The outputs, with or without ":0"; None takes the one node that nothing reads.

    Raises:
        BadParameterError: A name or shape does not fit the graph, or the outputs are ambiguous.
        MissingDependencyError: The TensorFlow packages are not installed.
        ModelLoadingError: The file is not a frozen graph.
        TensorFlowRuntimeError: TensorFlow or tf2onnx failed on the graph.
    """
    file = Path(path)
    if not file.is_file():
        raise ModelLoadingError("There is no such file.", where=str(file), advice="Check the path of --model_file.")
    with _quiet():
        definition = _load_definition(file)
        inputs = _inputs(definition, input_nodes)
        outputs = _outputs(definition, output_nodes, str(file))
        overrides = _overrides(inputs, shape)
        proto = convert_graph(definition, inputs, outputs, overrides, file)
    missing = [name for name in inputs if name not in {value.name for value in proto.graph.input}]
    if missing and input_nodes is not None:
        raise BadParameterError(
            f"The outputs {', '.join(outputs)} do not depend on {', '.join(missing)}.",
            where="--input_nodes",
            advice="Leave it out.",
        )
    kept = [name for name in inputs if name not in missing]
    shapes = None if shape is None else [overrides[name] for name in kept]
    return to_graph(prepare(from_proto(proto, str(file)), str(file), shapes, kept, outputs), str(file))


def _load_definition(file: Path) -> Any:
    try:
        import tensorflow as tf
        import tf2onnx  # noqa: F401 - both or neither
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise MissingDependencyError(
            f"Reading {file.name} needs the package {error.name}.",
            advice='Run: pip install "mindconverter[tensorflow]"',
        ) from error
    definition = tf.compat.v1.GraphDef()
    try:
        definition.ParseFromString(file.read_bytes())
    except DecodeError as error:
        raise ModelLoadingError(
            "The file is not a serialised TensorFlow graph.",
            where=str(file),
            advice="Give a frozen graph (GraphDef); the saved_model.pb of a SavedModel folder must be frozen first.",
        ) from error
    if not definition.node:
        raise ModelLoadingError(
            "The graph is empty.", where=str(file), advice="Freeze the model's graph and save it again."
        )
    variables = [node.name for node in definition.node if node.op in ("VarHandleOp", "VariableV2", "Variable")]
    if variables:
        raise ModelLoadingError(
            f"The graph is not frozen: {variables[0]} is a variable.",
            where=str(file),
            advice="Turn variables into constants with TensorFlow's convert_variables_to_constants_v2, and save again.",
        )
    return definition


def _inputs(definition: Any, input_nodes: Sequence[str] | None) -> list[str]:
    names = [node.name for node in definition.node]
    if input_nodes is not None:
        return [_tensor(name, names, "input_nodes") for name in input_nodes]
    found = [f"{node.name}:0" for node in definition.node if node.op == "Placeholder"]
    if not found:
        raise BadParameterError(
            "The graph has no placeholder to take as its input.", where="--input_nodes", advice="Name the inputs."
        )
    return found


def _outputs(definition: Any, output_nodes: Sequence[str] | None, where: str) -> list[str]:
    names = [node.name for node in definition.node]
    if output_nodes is not None:
        return [_tensor(name, names, "output_nodes") for name in output_nodes]
    read = {name.lstrip("^").partition(":")[0] for node in definition.node for name in node.input}
    sinks = [
        node.name
        for node in definition.node
        if node.name not in read and node.op not in ("NoOp", "Const", "Placeholder", "Assert")
    ]
    if len(sinks) != 1:
        raise BadParameterError(
            f"The graph ends in {len(sinks)} nodes: {', '.join(sinks[:10]) or 'none'}.",
            where="--output_nodes",
            advice="Name those that you want with --output_nodes.",
        )
    return [f"{sinks[0]}:0"]


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
    import tf2onnx

    try:
        proto, _ = tf2onnx.convert.from_graph_def(
            definition,
            name=file.stem,
            input_names=inputs,
            output_names=outputs,
            opset=OPSET,
            shape_override=overrides or None,
        )
    except Exception as error:  # TensorFlow and tf2onnx raise errors of every kind
        lines = str(error).strip().splitlines()
        raise TensorFlowRuntimeError(
            f"The graph cannot be converted: {type(error).__name__}: {lines[0] if lines else ''}.",
            where=str(file),
            advice="Check --input_nodes, --output_nodes and --shape against the graph, or convert it with tf2onnx.",
        ) from error
    return proto


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what TensorFlow and tf2onnx tell about themselves off the terminal."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), _without_native_messages():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


@contextlib.contextmanager
def _without_native_messages() -> Iterator[None]:
    """Send standard error to nowhere, since TensorFlow's native code writes to it before its log level is read."""
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
