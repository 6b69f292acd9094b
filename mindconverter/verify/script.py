"""Convert a script, and compare a network that it builds with what it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mindconverter.errors import BadParameterError
from mindconverter.graph.ir import Value
from mindconverter.graph.quiet import first_line
from mindconverter.graph.read_torch.model_entry import EntryArguments, build, build_module
from mindconverter.graph.read_torch.torch_inputs import example_inputs
from mindconverter.rules.tables import load_tables
from mindconverter.source.convert import convert_script
from mindconverter.verify.difference import differences
from mindconverter.verify.example_values import Array
from mindconverter.verify.model import Conditions, compare_outputs, problem_of
from mindconverter.verify.random_inputs import choose_inputs
from mindconverter.verify.source_model import Ran, run_module
from mindconverter.verify.target_run import run_network
from mindconverter.verify.verification import Verification
from mindconverter.weights.convert import as_arrays, convert_checkpoint
from mindconverter.weights.transforms import Array as Weight


@dataclass(frozen=True)
class SourceScript:
    """Name a network that a script builds.

    Attributes:
        file: The script.
        entry: The class or function of it that builds the network.
        arguments: What that is called with.
        shape: The shape of each input.
        input_nodes: The parameters of the network's call that the inputs are; the first ones without them.
        input_types: The element type of each input; found out without them.
        project_path: The folder of the project that the script is of, all of which is converted; None for the script
            alone.
    """

    file: Path
    entry: str
    shape: Sequence[Sequence[int]]
    arguments: EntryArguments | None = None
    input_nodes: Sequence[str] | None = None
    input_types: Sequence[str] | None = None
    project_path: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder that what the script imports is looked for in."""
        return (self.project_path or self.file.parent).resolve()

    @property
    def place(self) -> str:
        """The file and the entry, seen from the folder.

        Raises:
            BadParameterError: The script does not lie in the folder.
        """
        file = self.file.resolve()
        if not file.is_relative_to(self.folder):
            raise BadParameterError(
                f"{self.file} does not lie below {self.project_path}.",
                where="--project_path",
                advice="Give the project's folder.",
            )
        return f"{file.relative_to(self.folder).as_posix()}:{self.entry}"


@dataclass(frozen=True)
class _SourceRun:
    """Hold the weights of the source's network, its inputs, which of them are passed by name, and what it gave."""

    weights: dict[str, Weight]
    inputs: dict[str, Array]
    named: frozenset[str]
    ran: Ran


def verify_script(script: SourceScript, conditions: Conditions) -> Verification:
    """Convert a script for the installed framework, and run a network on both sides with the same weights and inputs.

    Args:
        script: What builds the network.
        conditions: How both are compared.

    Raises:
        MindConverterError: The script cannot be converted, or its network does not run under PyTorch.
    """
    tables = load_tables(conditions.rules)
    source = _run_source(script, conditions)
    expected = source.ran
    name = f"{script.file}:{script.entry}"
    blank = Verification(name, tables.target_catalog.title, conditions.mode, conditions.tolerance, source.inputs)
    with TemporaryDirectory(prefix="mindconverter-") as folder:
        output = conditions.output or Path(folder)
        converted = convert_script(script.project_path or script.file, output, rules=conditions.rules)
        diagnostics = [item for result in converted for item in result.diagnostics]
        try:
            found = _run_target(script, conditions, output, source)
        except Exception as error:  # what is left unconverted, and the framework, raise anything
            return replace(blank, problem=problem_of(error, diagnostics))
    names = [f"output {index}" for index in range(len(expected.outputs))]
    outputs = compare_outputs(names, expected.outputs, found.outputs, conditions.tolerance)
    return replace(blank, outputs=outputs, inner=differences(expected.layers, found.layers, conditions.tolerance))


def _run_source(script: SourceScript, conditions: Conditions) -> _SourceRun:
    with _forgotten(script.folder), build_module(script.place, script.arguments, script.folder) as module:
        module.eval()
        example = example_inputs(module, script.shape, script.place, names=script.input_nodes, types=script.input_types)
        tensors = dict(zip(example.names, (*example.positional, *example.keywords.values()), strict=True))
        values = [
            Value(name, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
            for name, tensor in tensors.items()
        ]
        inputs = choose_inputs(values, None, conditions.seed, conditions.inputs)
        weights = {name: array.copy() for name, array in as_arrays(module.state_dict()).items()}
        try:
            ran = run_module(module, example, inputs, layers=conditions.inner)
            return _SourceRun(weights, inputs, frozenset(example.keywords), ran)
        except Exception as error:  # the user's own code runs here, and may raise anything
            raise BadParameterError(
                f"The source does not run with these inputs: {first_line(error)}.",
                where=script.place,
                advice="Give inputs that it takes, with --inputs FILE.npz.",
            ) from error


def _run_target(script: SourceScript, conditions: Conditions, folder: Path, source: _SourceRun) -> Ran:
    import mindspore

    with _forgotten(folder), build(script.place, script.arguments, folder, mindspore.nn.Cell) as network:
        parameters = convert_checkpoint(source.weights, network, rules=conditions.rules)
        mindspore.load_param_into_net(network, parameters)
        network.set_train(False)
        positional = [array for name, array in source.inputs.items() if name not in source.named]
        named = {name: source.inputs[name] for name in source.named}
        return run_network(network, positional, conditions.mode, layers=conditions.inner, named=named)


@contextmanager
def _forgotten(folder: Path) -> Iterator[None]:
    """Forget afterwards which modules of a folder were imported: the other side has modules of the same names."""
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).resolve().is_relative_to(folder.resolve()):
                del sys.modules[name]
