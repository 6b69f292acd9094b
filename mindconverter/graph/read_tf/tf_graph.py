"""Bring what TensorFlow saves to one form: a graph whose variables are constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mindconverter.errors import BadParameterError, ModelLoadingError, ParameterMissingError
from mindconverter.graph.ir import Array

_READ_ENDS = ("/resource", "/ReadVariableOp", "/read")
_NO_RESULTS = frozenset({"NoOp", "Const", "Placeholder", "Assert"})
_KEPT_APART = ("_noinline", "_XlaMustCompile")
_VARIABLES = frozenset({"VarHandleOp", "VariableV2", "Variable"})


@dataclass(frozen=True, eq=False)
class FrozenGraph:
    """Hold a graph without variables.

    Args:
        definition: Its nodes.
        inputs: Full names of the inputs that the model declares, such as "x:0"; None where it declares none.
        outputs: The same of its outputs.
        weights: The values of its weights by their names in the source.
        notes: What to tell of it, one sentence each.
    """

    definition: Any
    inputs: list[str] | None = None
    outputs: list[str] | None = None
    weights: Mapping[str, Array] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_definition(file: Path) -> FrozenGraph:
    """Read a frozen `.pb` file.

    Args:
        file: A file with a serialised graph definition.

    Raises:
        ModelLoadingError: The file is something else, or has variables.
    """
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    definition = tf.compat.v1.GraphDef()
    try:
        definition.ParseFromString(file.read_bytes())
    except DecodeError as error:
        raise ModelLoadingError(
            "The file is not a serialised TensorFlow graph.",
            where=str(file),
            advice="Give a frozen graph (GraphDef), or the folder of a SavedModel.",
        ) from error
    if not definition.node:
        raise ModelLoadingError(
            "The graph is empty.", where=str(file), advice="Freeze the model's graph and save it again."
        )
    variables = [node.name for node in definition.node if node.op in _VARIABLES]
    if variables:
        raise ModelLoadingError(
            f"The graph is not frozen: {variables[0]} is a variable.",
            where=str(file),
            advice="Turn variables into constants with TensorFlow's convert_variables_to_constants_v2, and save again.",
        )
    return FrozenGraph(definition, weights=_constants(definition))


def freeze_function(
    function: Any, inputs: Sequence[Any], names: Sequence[str] | None, weights: Mapping[str, Array]
) -> FrozenGraph:
    """Trace a function of tensors, and turn the variables that it reads into constants.

    Args:
        function: It takes one tensor for each input, and gives a list of tensors.
        inputs: The specification of each input.
        names: Names for the outputs.
        weights: The values of its variables by name.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    told: list[str] = []

    def named(*arguments: Any) -> list[Any]:
        results = list(function(*arguments))
        wanted = names if names is not None and len(names) == len(results) else None
        found = [
            tf.identity(result, name=wanted[index] if wanted else f"output_{index}")
            for index, result in enumerate(results)
        ]
        told[:] = [tensor.name for tensor in found]
        return found

    concrete = tf.function(named, autograph=False).get_concrete_function(*inputs)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False)  # loops keep their bodies
    return FrozenGraph(frozen.graph.as_graph_def(), [tensor.name for tensor in frozen.inputs], list(told), weights)


def specification(shape: Sequence[int | None], dtype: Any, name: str) -> Any:
    """Return the specification of an input, whose name is one that TensorFlow takes."""
    import tensorflow as tf

    plain = "".join(char if char.isalnum() or char in "_./-" else "_" for char in name).lstrip("_/-")
    return tf.TensorSpec(shape, dtype, name=plain or "input")


def model_inputs(model: Any, shape: Sequence[Sequence[int]] | None, where: str) -> list[Any]:
    """Return the specifications of a Keras model's inputs.

    Args:
        model: The model.
        shape: The shapes that the user gave, for a model that does not know them.
        where: The file, for messages.

    Raises:
        ParameterMissingError: Nobody says the shapes.
    """
    declared = getattr(model, "inputs", None)
    if declared:
        return [specification(tensor.shape, tensor.dtype, tensor.name) for tensor in declared]
    if shape is None:
        raise ParameterMissingError(
            "The model does not say the shape of its inputs.",
            where=where,
            advice="Give one for each input, such as --shape 1,224,224,3.",
        )
    return [specification(tuple(sizes), "float32", f"input_{index}") for index, sizes in enumerate(shape)]


def plain_graph(definition: Any, inputs: Iterable[str]) -> Any:
    """Return the graph with the default of every placeholder that is no input, and functions that can be inlined."""
    named = {name.partition(":")[0] for name in inputs}
    result = type(definition)()
    result.CopyFrom(definition)
    for node in result.node:
        if node.op == "PlaceholderWithDefault" and node.name not in named:
            node.op = "Identity"
            node.attr["T"].type = node.attr["dtype"].type
            del node.attr["dtype"], node.attr["shape"]
        for key in _KEPT_APART:
            node.attr.pop(key, None)
    for function in result.library.function:
        for key in _KEPT_APART:
            function.attr.pop(key, None)
    return result


def placeholders(definition: Any) -> list[str]:
    """Return the full names of the placeholders that have to be given.

    Raises:
        BadParameterError: There is none.
    """
    found = [f"{node.name}:0" for node in definition.node if node.op == "Placeholder"]
    if not found:
        raise BadParameterError(
            "The graph has no placeholder to take as its input.", where="--input_nodes", advice="Name the inputs."
        )
    return found


def ends(definition: Any, inputs: Sequence[str]) -> list[str]:
    """Return the full names of what nothing reads and the inputs lead to, in the graph's order.

    Raises:
        BadParameterError: There is none.
    """
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    reached = {name.partition(":")[0] for name in inputs}
    found = []
    for operation in graph.get_operations():  # an import sorts them, except for loops
        if any(tensor.op.name in reached for tensor in operation.inputs):
            reached.add(operation.name)
            if operation.type not in _NO_RESULTS and not any(tensor.consumers() for tensor in operation.outputs):
                found += [tensor.name for tensor in operation.outputs]
    if not found:
        raise BadParameterError(
            f"Nothing is computed of the inputs {', '.join(inputs)}.",
            where="--output_nodes",
            advice="Name the outputs with --output_nodes.",
        )
    return found


def _constants(definition: Any) -> dict[str, Array]:
    """Return the constants of floating point by the names of the variables that they were."""
    import tensorflow as tf

    found: dict[str, Array] = {}
    for node in definition.node:
        if node.op == "Const" and tf.dtypes.as_dtype(node.attr["dtype"].type).is_floating:
            name = node.name
            for end in _READ_ENDS:
                name = name.removesuffix(end)
            found[name] = np.asarray(tf.make_ndarray(node.attr["value"].tensor))
    return found


def cut_inputs(definition: Any, inputs: Sequence[str]) -> tuple[Any, list[str]]:
    """Make values inputs of the graph, whatever computes them.

    Args:
        definition: The graph; it is not changed.
        inputs: Full names of values.

    Returns:
        The graph, and the full names of its inputs.
    """
    import tensorflow as tf

    placed = {node.name for node in definition.node if node.op.startswith("Placeholder")}
    if all(name.partition(":")[0] in placed for name in inputs):
        return definition, list(inputs)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
    result = type(definition)()
    result.CopyFrom(definition)
    names: dict[str, str] = {}
    for full in inputs:
        node, _, index = full.partition(":")
        if node in placed:
            names[full] = full
            continue
        tensor = graph.get_tensor_by_name(full)
        given = result.node.add(name=graph.unique_name(f"{node}/input_{index}"), op="Placeholder")
        given.attr["dtype"].type = tensor.dtype.as_datatype_enum
        given.attr["shape"].shape.CopyFrom(tensor.shape.as_proto())
        names[full] = f"{given.name}:0"
        for reader in result.node:
            for position, read in enumerate(reader.input):
                if read == full or (index == "0" and read == node):
                    reader.input[position] = given.name
    return result, [names[full] for full in inputs]
