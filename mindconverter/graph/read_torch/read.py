"""Read PyTorch's model files into the intermediate representation, by exporting them to ONNX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mindconverter.errors import BadParameterError, ParameterMissingError
from mindconverter.graph.ir import Graph
from mindconverter.graph.read_torch.model_entry import EntryArguments, build_module, load_weights
from mindconverter.graph.read_torch.safe_load import load_module
from mindconverter.graph.read_torch.script_load import load_script
from mindconverter.graph.read_torch.torch_export import Exporter, export_module
from mindconverter.graph.read_torch.torch_kind import TorchKind, torch_kind
from mindconverter.graph.read_torch.torch_nested import plain_inputs
from mindconverter.graph.read_torch.torch_program import read_program

if TYPE_CHECKING:
    import torch


def read_torch(
    path: str | Path | None,
    shape: Sequence[Sequence[int]] | None,
    project_path: str | Path | None = None,
    *,
    exporter: Exporter | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
    input_types: Sequence[str] | None = None,
    model_entry: str | None = None,
    model_args: EntryArguments | None = None,
) -> Graph:
    """Read a module that was saved whole, one that a factory builds, TorchScript, or an exported program.

    Args:
        path: The file, whose kind its content tells; with `model_entry` the weights of a module. None takes those that
            the factory gives.
        shape: The shape of each input; a module does not know them.
        project_path: The folder of the source of the module's classes.
        exporter: The exporter to use; None tries the newer one ("dynamo"), then the older.
        input_nodes: Names for the inputs, in the order of `shape`. If they are parameters of the module's call, these
            are passed, and others keep their defaults; `batch.ids` is an item of a parameter that is a dictionary, and
            `images.0` one of a list.
        output_nodes: The outputs to keep, by the names that the module gives them; or a name for each.
        input_types: The element type of each input; found out without them.
        model_entry: What builds the module: `package.module:factory`, or `file.py:factory`.
        model_args: What the factory is called with: a list of positional or a mapping of keyword arguments.

    Raises:
        BadParameterError: The number of shapes, types or names does not fit the module.
        MissingDependencyError: A package is not installed.
        ModelLoadingError: The file is refused, or neither exporter can export the module.
        ParameterMissingError: No shape is given.
    """
    file = None if path is None else Path(path)
    source = str(file if file is not None else model_entry)
    if model_args is not None and model_entry is None:
        raise BadParameterError(
            "Arguments are given, but nothing that is called with them.",
            where="--model_args",
            advice="Name the factory with --model_entry package.module:factory.",
        )
    if file is not None and torch_kind(file) is TorchKind.PROGRAM and model_entry is None:
        return read_program(file, shape, input_nodes, output_nodes)
    if not shape:
        raise ParameterMissingError(
            "A PyTorch module does not say the shape of its inputs.",
            where=source,
            advice="Give one for each input, such as --shape 1,3,224,224.",
        )
    project = None if project_path is None else Path(project_path)
    with (
        open_module(file, project, model_entry, model_args) as (module, notes),
        plain_inputs(module, input_nodes) as names,
    ):
        graph = export_module(
            module,
            shape,
            source,
            exporter=exporter,
            input_nodes=names,
            output_nodes=output_nodes,
            input_types=input_types,
        )
    return replace(graph, notes=(*notes, *graph.notes))


@contextmanager
def open_module(
    file: Path | None, project: Path | None, entry: str | None, arguments: EntryArguments | None
) -> Iterator[tuple[torch.nn.Module, list[str]]]:
    """Load or build a module, and tell what is to be said of it; its project is importable meanwhile.

    Args:
        file: The file of the module, which is no exported program; or of its weights, if there is an entry.
        project: The folder of the source of the module's classes.
        entry: What builds the module.
        arguments: What that is called with.

    Raises:
        BadParameterError: The entry names nothing, or the file needs none.
        ModelLoadingError: The file is refused, or the module cannot be built.
    """
    kind = None if file is None else torch_kind(file)
    if entry is not None and kind in (TorchKind.SCRIPT, TorchKind.PROGRAM):
        raise BadParameterError(
            f"The file is {kind.value}, which needs nothing that builds its module.",
            where=str(file),
            advice="Leave out --model_entry, or give a file of weights.",
        )
    if entry is None:
        assert file is not None
        if kind is TorchKind.SCRIPT:
            yield load_script(file), []
            return
        with load_module(file, project) as module:
            yield module, []
        return
    with build_module(entry, arguments, project) as module:
        if file is None:
            yield module, [f"No file of weights was given: the weights are those that {entry} gives its module."]
        else:
            yield module, load_weights(module, file, entry)
