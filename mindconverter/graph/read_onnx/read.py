"""Read an ONNX model into the intermediate representation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mindconverter.graph.ir import Graph
from mindconverter.graph.normalise.normalise import normalise
from mindconverter.graph.normalise.single_precision import in_single_precision
from mindconverter.graph.onnx_model.onnx_file import LoadedModel, load_onnx
from mindconverter.graph.onnx_model.onnx_graph import sort_nodes
from mindconverter.graph.onnx_model.onnx_signature import (
    drop_unused_inputs,
    pin_shapes,
    restate_sizes,
    select_inputs,
    select_outputs,
)
from mindconverter.graph.read_onnx.expand import describe, expand
from mindconverter.graph.read_onnx.onnx_to_ir import to_graph
from mindconverter.rules.tables import RuleTables


def read_onnx(
    path: str | Path,
    shape: Sequence[Sequence[int]] | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
    tables: RuleTables | None = None,
) -> Graph:
    """Read an ONNX file.

    Args:
        path: The `.onnx` file; its external data lie beside it.
        shape: The shape of each input, in the order of `input_nodes`; None keeps what the model says.
        input_nodes: Inputs, or values and nodes at which the graph begins, in the order that the result has; None
            keeps the model's inputs.
        output_nodes: Values or nodes at which the graph ends; None keeps the model's outputs.
        tables: The rules by which operators expand to plainer ones; None leaves them as they are.

    Raises:
        BadParameterError: A name or shape does not fit the model.
        MissingDependencyError: The onnx packages are not installed.
        ModelLoadingError: The file cannot be read or is not a sound model.
        NodeLoadingError: A node cannot be read.
    """
    model = prepare(load_onnx(Path(path)), str(path), shape, input_nodes, output_nodes, tables)
    return to_graph(model, str(path))


def prepare(
    model: LoadedModel,
    source: str,
    shape: Sequence[Sequence[int]] | None,
    input_nodes: Sequence[str] | None,
    output_nodes: Sequence[str] | None,
    tables: RuleTables | None = None,
) -> LoadedModel:
    """Cut and pin a loaded model as the user asked, and normalise it.

    Args:
        model: The loaded model, which is taken over and changed.
        source: The file, for messages.
        shape: See `read_onnx`.
        input_nodes: See `read_onnx`.
        output_nodes: See `read_onnx`.
        tables: See `read_onnx`.
    """
    model = in_single_precision(model, source)
    graph = model.proto.graph
    sort_nodes(graph, source)
    is_cut = select_inputs(model.proto, input_nodes)
    select_outputs(graph, output_nodes, model.tensors)
    if is_cut or output_nodes is not None:
        drop_unused_inputs(graph, input_nodes)
    symbols = pin_shapes(graph, shape, None if input_nodes is None else len(input_nodes))
    restate_sizes(graph, symbols)
    if tables is not None:
        expand(model, tables)
        describe(model, tables)
    return normalise(model)
