"""Convert a model, and compare what comes out with what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mindconverter.graph.convert import ModelConversion, convert_model
from mindconverter.graph.quiet import first_line
from mindconverter.graph.read import is_onnx, is_tensorflow
from mindconverter.graph.read_tf.read import load_frozen
from mindconverter.graph.read_tf.tf_quiet import quiet as quiet_tensorflow
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.verify.difference import Difference, difference, differences
from mindconverter.verify.random_inputs import choose_inputs
from mindconverter.verify.source_model import SourceModel, run_source_model
from mindconverter.verify.target_run import run_network
from mindconverter.verify.verification import Verification


@dataclass(frozen=True)
class Conditions:
    """Say how a source and its conversion are compared.

    Attributes:
        seed: What the random inputs follow from.
        inputs: A file of NumPy (`.npz`) with the inputs that are not to be random.
        tolerance: How far numbers may be apart, as a share of the largest one of their tensor.
        mode: How the conversion runs: ``pynative`` or ``graph``.
        inner: Whether what layers or nodes give is compared too.
        rules: Folders of tables that win over the shipped ones.
        output: Where the conversion is kept; None throws it away.
    """

    seed: int
    inputs: Path | None
    tolerance: float
    mode: str
    inner: bool
    rules: Sequence[Path] = ()
    output: Path | None = None


def verify_model(model: SourceModel, conditions: Conditions) -> Verification:
    """Convert a model for the installed framework, and run both sides with the same inputs.

    Args:
        model: The model.
        conditions: How both are compared.

    Raises:
        MindConverterError: The model cannot be converted, or does not run under its own framework.
    """
    tables = load_tables(conditions.rules)
    with TemporaryDirectory(prefix="mindconverter-") as folder:
        _seed(model, conditions.seed)
        conversion = _convert(model, conditions.output or Path(folder) / "model", tables, model.output_nodes)
        inputs = choose_inputs(conversion.inputs, model.shape, conditions.seed, conditions.inputs)
        names = [value.name for value in conversion.outputs]
        _seed(model, conditions.seed)
        expected = run_source_model(model, inputs, names, layers=conditions.inner)
        blank = Verification(model.name, tables.target_catalog.title, conditions.mode, conditions.tolerance, inputs)
        try:
            found = run_network(conversion.load(), inputs.values(), conditions.mode, layers=conditions.inner)
        except Exception as error:  # what is left unconverted, and the framework, raise anything
            return replace(blank, problem=problem_of(error, conversion.diagnostics))
        outputs = compare_outputs(names, expected.outputs, found.outputs, conditions.tolerance)
        inner = differences(expected.layers, found.layers, conditions.tolerance)
        result = replace(blank, outputs=outputs, inner=inner)
        if conditions.inner and _runs_by_node(model):
            result = _with_nodes(result, model, conversion, tables, Path(folder) / "nodes")
    if conditions.inner and not (result.inner or result.note):
        return replace(result, note="No layer of the conversion has the name of one of the source.")
    return result


def _seed(model: SourceModel, seed: int) -> None:
    """Let a factory give its module the same weights each time, where they are not from a file."""
    if model.model_file is None:
        import torch

        torch.manual_seed(seed)


def compare_outputs(
    names: Sequence[str], expected: Sequence[Any], found: Sequence[Any], tolerance: float
) -> tuple[Difference, ...]:
    """Compare outputs in their order; one that the conversion lacks, or has besides, differs.

    Args:
        names: Their names.
        expected: Those of the source.
        found: Those of the conversion.
        tolerance: How far numbers may be apart.
    """
    pairs = [
        difference(name, left, right, tolerance) for name, left, right in zip(names, expected, found, strict=False)
    ]
    if len(expected) == len(found):
        return tuple(pairs)
    number = Difference("their number", "int64", (), None, f"there are {len(found)}, not {len(expected)}")
    return (*pairs, number)


def _runs_by_node(model: SourceModel) -> bool:
    file = model.model_file
    return file is not None and (is_onnx(file) or is_tensorflow(file))


def _with_nodes(
    result: Verification, model: SourceModel, conversion: ModelConversion, tables: RuleTables, folder: Path
) -> Verification:
    """Convert the model once more, with what each node gives as an output, and compare that."""
    nodes = list(dict.fromkeys(item.node for item in conversion.diagnostics if item.node))
    if model.model_file is not None and is_tensorflow(model.model_file):
        with quiet_tensorflow():
            frozen = load_frozen(model.model_file, model.shape, model.project_path, model.signature)
        known = {node.name for node in frozen.definition.node}
        nodes = [name for name in nodes if name in known]
    try:
        detailed = _convert(model, folder, tables, nodes)
        inputs = {value.name: result.inputs[value.name] for value in detailed.inputs}
        names = [value.name for value in detailed.outputs]
        expected = run_source_model(model, inputs, names, layers=False).outputs
        found = run_network(detailed.load(), inputs.values(), result.mode, layers=False).outputs
    except Exception as error:  # what is cut in other places may be what a framework does not take
        return replace(result, note=f"What the nodes give could not be compared: {first_line(error)}.")
    return replace(result, inner=compare_outputs(nodes, expected, found, result.tolerance))


def problem_of(error: Exception, diagnostics: Sequence[Diagnostic]) -> str:
    """Return why a conversion does not run, with what of it is left unconverted.

    Args:
        error: What it raised.
        diagnostics: What became of its parts.
    """
    left = dict.fromkeys(item.source for item in diagnostics if item.outcome is Outcome.UNCONVERTED)
    told = f" Not converted: {', '.join(left)}." if left else ""
    return f"{first_line(error)}.{told}"


def _convert(
    model: SourceModel, output: Path, tables: RuleTables, output_nodes: Sequence[str] | None
) -> ModelConversion:
    return convert_model(
        model.model_file,
        model.shape,
        model.input_nodes,
        output_nodes,
        output,
        project_path=model.project_path,
        model_entry=model.model_entry,
        model_args=model.model_args,
        input_types=model.input_types,
        signature=model.signature,
        tables=tables,
    )
