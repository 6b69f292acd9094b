"""Convert a model file to a script, a checkpoint, a weight map and a report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mindconverter.errors import (
    CodeGenerationError,
    MindConverterError,
    ModelLoadingError,
    ParameterMissingError,
    ScriptGenerationError,
    StructureSearchError,
)
from mindconverter.graph.emit.checkpoint_entries import CheckpointEntry, checkpoint_entries
from mindconverter.graph.emit.emit import Script, emit, reserved_names
from mindconverter.graph.emit.findings import findings
from mindconverter.graph.emit.skeleton import RENAME, cell_members
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.identifiers import camel_case, identifier
from mindconverter.graph.ir import Graph, Value
from mindconverter.graph.loader import load_network
from mindconverter.graph.lower.fuse import fuse
from mindconverter.graph.lower.index_grids import fold_indices
from mindconverter.graph.lower.live import live_operations, without_bypasses
from mindconverter.graph.lower.lower import lower
from mindconverter.graph.lower.lowered import with_inner
from mindconverter.graph.lower.settle import settle
from mindconverter.graph.lower.shared import lift_shared
from mindconverter.graph.modules.classes import find_classes
from mindconverter.graph.modules.layouts import lift_layouts
from mindconverter.graph.modules.module_tree import Module
from mindconverter.graph.modules.modules import build_modules
from mindconverter.graph.modules.prefixes import list_blocks, split_prefixes
from mindconverter.graph.modules.repeats import name_repeats
from mindconverter.graph.modules.source_names import find_names, rename, whole_names
from mindconverter.graph.modules.ties import find_ties
from mindconverter.graph.read import read_model
from mindconverter.graph.read_torch.model_entry import EntryArguments
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.report import Report
from mindconverter.report.reports import report_formats, write_reports
from mindconverter.report.text import one_line
from mindconverter.report.write import atomic_write_text
from mindconverter.rules.helper_source import collect_helpers
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.weights.checkpoint import write_checkpoint
from mindconverter.weights.weight_map import Weight, write_weight_map

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class ModelConversion:
    """Hold what a conversion wrote.

    Attributes:
        script: The path of the script.
        checkpoint: The path of the checkpoint.
        weight_map: The path of the weight map.
        report: The path of the report.
        network: The class of the whole model in the script.
        inputs: What the network takes, in order, by the names of the source.
        outputs: What it gives, likewise.
        diagnostics: What became of each node.
    """

    script: Path
    checkpoint: Path
    weight_map: Path
    report: Path
    network: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    diagnostics: tuple[Diagnostic, ...]

    def load(self) -> Any:
        """Return the network with its checkpoint loaded, in evaluation mode.

        It is called with tensors in the order of the input nodes, and gives a tensor, or a tuple in the order of the
        output nodes.

        Raises:
            ScriptGenerationError: The script cannot be imported.
            CheckpointGenerationError: The checkpoint does not fit the script.
        """
        return load_network(self.script, self.network, self.checkpoint)


@dataclass(frozen=True)
class Conversion:
    """Hold what a graph becomes, before anything is written.

    Attributes:
        script: The script.
        entries: The checkpoint's parameters.
        diagnostics: What became of each node; their file is empty.
    """

    script: Script
    entries: list[CheckpointEntry]
    diagnostics: tuple[Diagnostic, ...]


def convert_model(
    model_file: str | Path | None = None,
    shape: Sequence[Sequence[int]] | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
    output: str | Path = "output",
    report: str | Path | None = None,
    project_path: str | Path | None = None,
    *,
    model_entry: str | None = None,
    model_args: EntryArguments | None = None,
    input_types: Sequence[str] | None = None,
    signature: str | None = None,
    rules: Iterable[str | Path] = (),
    target_version: str | None = None,
    tables: RuleTables | None = None,
    fusion: bool = True,
    report_format: str = "text",
    progress: Progress | None = None,
) -> ModelConversion:
    """Convert a model file.

    Args:
        model_file: An ``.onnx``, TensorFlow ``.pb`` or PyTorch ``.pth`` file; None takes the weights that the module of
            ``model_entry`` has.
        shape: The shape of each input, in the order of ``input_nodes``; where the model does not say it.
        input_nodes: The inputs in the order wanted.
        output_nodes: The outputs in the order wanted.
        output: The folder of the script, the checkpoint and the weight map.
        report: The folder of the report; that of the script without it.
        project_path: The source folder of a PyTorch module's classes.
        model_entry: What builds the PyTorch module that the file has the weights of: ``package.module:factory``, or
            ``file.py:factory`` with a file below ``project_path``.
        model_args: What the factory is called with: a list of positional or a mapping of keyword arguments.
        input_types: The element type of each input of a PyTorch module, such as ``int64``; found out without them.
        signature: The signature of a SavedModel; its ``serving_default`` or only one without it.
        rules: Folders of tables that win over the shipped ones.
        target_version: The version of the target framework; without it the installed one, else the newest known.
        tables: The tables to convert by; by default those that ``rules`` and ``target_version`` name.
        fusion: Whether nodes that form one operation become one.
        report_format: Further forms of the report beside the text: ``json``, ``sarif`` and ``html``, with commas.
        progress: Called with what is done, how much of it is done, and how much there is.

    Raises:
        MindConverterError: The model cannot be read, converted or written; nothing is half-written.
    """
    if model_file is None and model_entry is None:
        raise ParameterMissingError(
            "There is no model to convert.", advice="Give a model file, or what builds a PyTorch module (model_entry)."
        )
    formats = report_formats(report_format)
    path = None if model_file is None else Path(model_file)
    tell = progress if progress is not None else _silent
    tell("Reading the model", 0, 1)
    if tables is None:
        tables = load_tables([Path(folder) for folder in rules], target_version=target_version)
    graph = read_model(
        path,
        model_entry=model_entry,
        model_args=model_args,
        input_types=input_types,
        signature=signature,
        shape=shape,
        input_nodes=input_nodes,
        output_nodes=output_nodes,
        project_path=project_path,
        tables=tables,
    )
    tell("Reading the model", 1, 1)
    name = identifier(path.stem if path is not None else graph.source.rpartition(":")[2], "model")
    conversion = convert_graph(graph, tables, name, about_model(path, graph, tables), fusion=fusion, progress=tell)
    folder = Path(output)
    told = Report(
        name, str(path or model_entry), tables.target_catalog.title, conversion.diagnostics, folder / f"{name}.py"
    )
    return _write(graph, conversion, told, folder, folder if report is None else Path(report), formats, tell)


def convert_graph(
    graph: Graph,
    tables: RuleTables,
    name: str,
    about: str,
    *,
    fusion: bool = True,
    progress: Progress | None = None,
) -> Conversion:
    """Convert a graph, without reading or writing any file.

    Args:
        graph: The graph.
        tables: The rules and catalogues.
        name: The name of the model, an identifier.
        about: The docstring of the script.
        fusion: See ``convert_model``.
        progress: See ``convert_model``.

    Raises:
        CodeGenerationError: The nodes cannot be turned into code.
        StructureSearchError: The modules cannot be rebuilt.
    """
    tell = progress if progress is not None else _silent
    if graph.producer.startswith("tf2onnx"):
        graph = replace(graph, nodes=tuple(split_prefixes(graph.nodes)))
    if fusion:
        graph = _stage(CodeGenerationError, graph, lambda: fuse(fold_indices(graph, tables), tables))
        if graph.producer.startswith("tf2onnx"):
            graph = _stage(CodeGenerationError, graph, lambda: settle(graph, tables))
    lowered = _stage(CodeGenerationError, graph, lambda: lower(graph, tables))
    tell("Converting the nodes", len(lowered), len(lowered))
    operations, outputs = without_bypasses(graph, lowered)
    operations = live_operations(operations, outputs)
    live = frozenset(id(operation.node) for operation in with_inner(operations))
    if graph.producer.startswith("tf2onnx"):
        operations = lift_layouts(list_blocks(operations), tables)
    operations = lift_shared(name_repeats(operations))
    names = TargetNames(tables)
    root: Module = _stage(
        StructureSearchError,
        graph,
        lambda: build_modules(graph, operations, outputs, cell_members(tables.target_catalog)),
    )
    entries = checkpoint_entries(root, graph)
    ties = find_ties(root, entries, graph)
    own_names = find_names(root, graph, tables.target_catalog)
    needed = [helper for operation in with_inner(operations) for helper in operation.helpers]
    helpers = collect_helpers(tables, needed + [RENAME] * bool(own_names))
    taken = reserved_names(names, helpers)
    classes = _stage(StructureSearchError, graph, lambda: find_classes(root, graph, tables.node_catalog, taken))
    network = graph.root_class or camel_case(name, "Network")
    script = _stage(
        CodeGenerationError,
        graph,
        lambda: emit(
            graph,
            classes,
            operations,
            helpers,
            names,
            network=network,
            about=about,
            has_parameters=bool(entries),
            ending=[*(tie.statement for tie in ties), *([rename(own_names)] if own_names else [])],
        ),
    )
    renamed = whole_names(root, own_names, tables.target_catalog)
    shared = {tie.name: tie.kept for tie in ties}
    version = [tables.target.note] if tables.target.note else []
    same = [(renamed.get(name, name), renamed.get(kept, kept)) for name, kept in shared.items()]
    told = [f"Layers share a weight, as in the source: {name} is {kept}." for name, kept in same]
    notes = tuple(Diagnostic(Outcome.NOTE, graph.name, say=note) for note in (*version, *graph.notes, *told))
    kept_entries = (entry for entry in entries if entry.name not in shared)
    entries = [replace(entry, name=renamed.get(entry.name, entry.name)) for entry in kept_entries]
    return Conversion(script, entries, notes + findings(lowered, live, script, names))


def about_model(path: Path | None, graph: Graph, tables: RuleTables) -> str:
    """Return the docstring of a script: what it was converted from, and by what.

    Args:
        path: The model's file, if it has one.
        graph: The graph that was read.
        tables: The tables that convert it.
    """
    from mindconverter import __version__

    opsets = ", ".join(f"{domain or 'ai.onnx'} {version}" for domain, version in sorted(graph.opsets.items()))
    name = graph.source if path is None else path.name
    target = tables.target_catalog.title
    lines = [f"{one_line(name)}, converted by mindconverter {__version__} with the rules for {target}.", ""]
    if path is not None:
        lines.append(f"SHA-256: {_checksum(path)}")
    exporter = f"; exported by {one_line(graph.producer)}" if graph.producer else ""
    return "\n".join([*lines, f"Opset: {one_line(opsets)}{exporter}."])


def _checksum(path: Path) -> str:
    """Return the checksum of a file, or of all files of a folder in the order of their names."""
    digest = hashlib.sha256()
    try:
        for file in sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]:
            with file.open("rb") as stream:
                while block := stream.read(2**20):
                    digest.update(block)
    except OSError as error:
        raise ModelLoadingError(
            f"The model cannot be read: {error.strerror}.", where=str(path), advice="Check the path of --model_file."
        ) from error
    return digest.hexdigest()


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody of the progress."""


def _stage(error: type[MindConverterError], graph: Graph, work: Callable[[], Any]) -> Any:
    """Run a stage; what it did not foresee is reported as its error."""
    try:
        return work()
    except MindConverterError:
        raise
    except (LookupError, TypeError, ValueError, AssertionError, RecursionError, StopIteration) as failure:
        raise error(
            f"The model cannot be converted: {type(failure).__name__}: {failure}.",
            where=graph.source,
            advice="Please report it with the model; --debug shows where it happened.",
        ) from failure


def _write(
    graph: Graph,
    conversion: Conversion,
    report: Report,
    output: Path,
    reports: Path,
    formats: frozenset[str],
    tell: Progress,
) -> ModelConversion:
    tell("Writing the files", 0, 4)
    name, script = report.name, report.shown
    atomic_write_text(script, conversion.script.text, ScriptGenerationError)
    tell("Writing the files", 1, 4)
    checkpoint = output / f"{name}.ckpt"
    write_checkpoint([(entry.name, entry.data) for entry in conversion.entries], checkpoint)
    tell("Writing the files", 2, 4)
    pairs = [
        (Weight(entry.name, tuple(entry.data.shape), entry.data.dtype.name), Weight(*source))
        for entry in conversion.entries
        for source in entry.sources
    ]
    weight_map = write_weight_map(name, pairs, output)
    tell("Writing the files", 3, 4)
    written = write_reports(report, reports, formats)
    tell("Writing the files", 4, 4)
    return ModelConversion(
        script,
        checkpoint,
        weight_map,
        written,
        conversion.script.network,
        graph.inputs,
        graph.outputs,
        conversion.diagnostics,
    )
