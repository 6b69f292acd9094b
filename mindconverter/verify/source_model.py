"""Run the model that a conversion came from, under its own framework."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mindconverter.errors import BadParameterError, MindConverterError
from mindconverter.graph.onnx_model.onnx_graph import sort_nodes
from mindconverter.graph.onnx_model.onnx_signature import select_inputs, select_outputs
from mindconverter.graph.quiet import first_line, quiet
from mindconverter.graph.read import is_onnx, is_tensorflow
from mindconverter.graph.read_tf.read import load_frozen
from mindconverter.graph.read_tf.tf_quiet import quiet as quiet_tensorflow
from mindconverter.graph.read_tf.tf_quiet import require_tensorflow
from mindconverter.graph.read_torch.model_entry import EntryArguments
from mindconverter.graph.read_torch.read import open_module
from mindconverter.graph.read_torch.torch_export import in_single_precision
from mindconverter.graph.read_torch.torch_inputs import Example, example_inputs
from mindconverter.graph.read_torch.torch_kind import TorchKind, torch_kind
from mindconverter.graph.read_torch.torch_nested import plain_inputs
from mindconverter.graph.read_torch.torch_program import load_program, switch
from mindconverter.verify.example_values import Array
from mindconverter.verify.layers import arrays_of, recorded

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class SourceModel:
    """Name a model, with what of ``convert_model``'s arguments says how it is read.

    Attributes:
        model_file: The file; None if the module of ``model_entry`` has its weights.
        shape: The shape of each input.
        input_nodes: The inputs in the order wanted.
        output_nodes: The outputs in the order wanted.
        project_path: The source folder of the model's own classes.
        model_entry: What builds the PyTorch module.
        model_args: What that is called with.
        input_types: The element type of each input of a PyTorch module.
        signature: The signature of a SavedModel.
    """

    model_file: Path | None
    shape: Sequence[Sequence[int]] | None = None
    input_nodes: Sequence[str] | None = None
    output_nodes: Sequence[str] | None = None
    project_path: Path | None = None
    model_entry: str | None = None
    model_args: EntryArguments | None = None
    input_types: Sequence[str] | None = None
    signature: str | None = None

    @property
    def name(self) -> str:
        """What the user called it."""
        return str(self.model_file or self.model_entry)


@dataclass(frozen=True)
class Ran:
    """Hold what a model gave.

    Attributes:
        outputs: Its outputs in order.
        layers: What its layers gave at each call, by name, if they were recorded.
    """

    outputs: list[Array]
    layers: Mapping[str, Sequence[Array]] = field(default_factory=dict)


def run_source_model(model: SourceModel, inputs: Mapping[str, Array], outputs: Sequence[str], *, layers: bool) -> Ran:
    """Run a model under the framework that it is of.

    Args:
        model: The model.
        inputs: The inputs of its conversion by name, in order.
        outputs: The names of the outputs of its conversion, or of values between.
        layers: Whether to record what the layers of a PyTorch module give.

    Raises:
        BadParameterError: It does not run with these inputs.
        MindConverterError: The model cannot be read, or its framework is not installed.
    """
    file = model.model_file
    try:
        if file is not None and is_onnx(file):
            return Ran(_run_onnx(file, inputs, outputs))
        if file is not None and is_tensorflow(file):
            return Ran(_run_tensorflow(file, model, inputs, outputs))
        if file is not None and model.model_entry is None and torch_kind(file) is TorchKind.PROGRAM:
            return Ran(_run_program(file, inputs))
        return _run_module(model, inputs, layers=layers)
    except MindConverterError:
        raise
    except Exception as error:  # the framework and the user's own code run here, and may raise anything
        raise BadParameterError(
            f"The source does not run with these inputs: {first_line(error)}.",
            where=model.name,
            advice="Give inputs that it takes, with --inputs FILE.npz.",
        ) from error


def _run_onnx(file: Path, inputs: Mapping[str, Array], outputs: Sequence[str]) -> list[Array]:
    import onnx
    import onnxruntime

    proto = onnx.load(str(file))
    graph = proto.graph
    own = [value.name for value in graph.input]
    plain = set(inputs) <= set(own) and set(outputs) <= {value.name for value in graph.output}
    if not plain:
        sort_nodes(graph, str(file))
        select_inputs(proto, list(inputs))
        select_outputs(graph, list(outputs), [item.name for item in graph.initializer])
    types = {
        value.name: onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type) for value in graph.input
    }
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    model = str(file) if plain else proto.SerializeToString()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feeds = {item.name: inputs[item.name].astype(types[item.name]) for item in session.get_inputs()}
    return list(session.run(list(outputs), feeds))


def _run_tensorflow(file: Path, model: SourceModel, inputs: Mapping[str, Array], outputs: Sequence[str]) -> list[Array]:
    with quiet_tensorflow():
        require_tensorflow(file)
        import tensorflow as tf

        frozen = load_frozen(file, model.shape, model.project_path, model.signature)
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(frozen.definition, name="")
            with tf.compat.v1.Session(graph=graph) as session:
                return [np.asarray(value) for value in session.run(list(outputs), dict(inputs))]


def _run_program(file: Path, inputs: Mapping[str, Array]) -> list[Array]:
    import torch

    program = load_program(file)
    list(switch(program, dropout=False))
    own = [name for name in program.graph_signature.user_inputs if isinstance(name, str)]
    by_name = dict(zip(own, inputs.values(), strict=False)) if not set(inputs) <= set(own) else inputs
    spec = program.call_spec.in_spec
    assert spec is not None
    kinds = {node.name: node.meta["val"].dtype for node in program.graph.nodes if node.op == "placeholder"}
    given = [torch.from_numpy(by_name[name].copy()).to(kinds[name]) for name in own]
    arguments, keywords = torch.utils._pytree.tree_unflatten(given, spec)
    with torch.no_grad(), quiet():
        return arrays_of(program.module()(*arguments, **keywords))


def _run_module(model: SourceModel, inputs: Mapping[str, Array], *, layers: bool) -> Ran:
    with (
        open_module(model.model_file, model.project_path, model.model_entry, model.model_args) as (module, _),
        plain_inputs(module, model.input_nodes) as names,
    ):
        module.eval()
        in_single_precision(module)
        shape = [array.shape for array in inputs.values()] if model.shape is None else model.shape
        example = example_inputs(module, shape, model.name, names=names, types=model.input_types)
        return run_module(module, example, inputs, layers=layers)


def run_module(module: torch.nn.Module, example: Example, inputs: Mapping[str, Array], *, layers: bool) -> Ran:
    """Run a module of PyTorch.

    Args:
        module: The module, in evaluation mode.
        example: How it is called.
        inputs: What to call it with: by the names of the example's inputs, or else in their order.
        layers: Whether to record what its layers give.
    """
    import torch

    named = inputs if set(inputs) <= set(example.names) else dict(zip(example.names, inputs.values(), strict=False))
    given = {name: torch.from_numpy(array.copy()) for name, array in named.items()}
    own = dict(zip(example.names, (*example.positional, *example.keywords.values()), strict=True)) | given
    positional = [own[name] for name in example.names[: len(example.positional)]]
    keywords = {name: own[name] for name in example.keywords}
    with recorded(module.named_modules() if layers else ()) as found, torch.no_grad(), quiet():
        return Ran(arrays_of(module(*positional, **keywords)), found)
