"""Read the archive of a program that `torch.export` made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mindconverter.errors import MissingDependencyError, ModelLoadingError
from mindconverter.graph.ir import Graph
from mindconverter.graph.quiet import first_line, quiet
from mindconverter.graph.read_torch.program_checks import check_program
from mindconverter.graph.read_torch.program_outputs import with_plain_outputs
from mindconverter.graph.read_torch.torch_export import other_precisions, read_exported, with_source_shapes
from mindconverter.graph.read_torch.torch_nested import plain_name
from mindconverter.graph.read_torch.torch_outputs import describe_outputs

if TYPE_CHECKING:
    import torch

_TRAINED = ("train", "training")


def read_program(
    path: Path,
    shape: Sequence[Sequence[int]] | None,
    input_nodes: Sequence[str] | None,
    output_nodes: Sequence[str] | None,
) -> Graph:
    """Read a program, whose sizes may be open.

    Args:
        path: The `.pt2` archive.
        shape: Sizes to pin; None keeps what the program says.
        input_nodes: The inputs in the order wanted, or other names for them.
        output_nodes: The outputs to keep, by the names that the program gives them; or a name for each.

    Raises:
        BadParameterError: A shape or the names of outputs do not fit the program.
        MissingDependencyError: A package is not installed.
        ModelLoadingError: The archive is refused or damaged, or the program cannot be exported.
    """
    import torch

    program = load_program(path)
    if "float64" in other_precisions(program.state_dict.values()):
        raise ModelLoadingError(
            "The weights of the program are float64, and the network would compute in float32.",
            where=str(path),
            advice="Export the module again after module.float(), or save it whole with torch.save(module, FILE).",
        )
    notes = list(switch(program, dropout=True))
    own = [name for name in program.graph_signature.user_inputs if isinstance(name, str)]
    if input_nodes is not None and {plain_name(name) for name in input_nodes} == set(own):
        input_nodes = [plain_name(name) for name in input_nodes]
    spec = program.call_spec.out_spec
    assert spec is not None
    given = torch.utils._pytree.tree_unflatten([torch.zeros(()) for _ in range(spec.num_leaves)], spec)
    outputs = describe_outputs(given, own)
    choice = outputs.choose(output_nodes, str(path))
    renamed = input_nodes is not None and len(input_nodes) == len(own) and set(input_nodes) != set(own)
    with TemporaryDirectory(prefix="mindconverter-") as folder:
        target = Path(folder) / "model.onnx"
        options: dict[str, Any] = {
            "input_names": list(input_nodes or ()) if renamed else own,
            "output_names": list(choice.names or []) or None,
        }
        try:
            with torch.no_grad(), quiet():
                torch.onnx.export(program, (), str(target), dynamo=True, optimize=False, external_data=True, **options)
        except ImportError as error:
            raise MissingDependencyError(
                f"Exporting a program needs the package {error.name}.", advice='Run: pip install "mindconverter[torch]"'
            ) from error
        except Exception as error:  # the exporter raises whatever the program leads to
            raise ModelLoadingError(
                f"PyTorch cannot export the program to ONNX: {first_line(error)}.",
                where=str(path),
                advice="Save the module itself with torch.save(module, FILE), or export it to ONNX.",
            ) from error
        graph = read_exported(target, str(path), None, () if renamed else input_nodes or (), shape, choice.kept)
    graph = with_source_shapes(graph, program.state_dict, program.graph_signature.buffers)
    return replace(graph, notes=(*notes, *outputs.notes, *graph.notes))


def load_program(path: Path) -> torch.export.ExportedProgram:
    """Load the program of an archive, whose bytes are held no longer than that, without any Python code of the file.

    Args:
        path: The `.pt2` archive.

    Raises:
        ModelLoadingError: The archive is refused or damaged.
    """
    import torch

    archive = with_plain_outputs(path)
    check_program(archive, path)
    archive.seek(0)
    try:
        with quiet():
            program = torch.export.load(archive)
    except Exception as error:  # the loader raises whatever the file leads to
        raise ModelLoadingError(
            f"The program cannot be loaded: {first_line(error)}.",
            where=str(path),
            advice="Export it again with the installed version of PyTorch, or to ONNX.",
        ) from error
    program._guards_code = []  # Python code of the file, which would be run
    return program


def switch(program: torch.export.ExportedProgram, *, dropout: bool) -> Iterator[str]:
    """Let a program compute as in evaluation, and tell what is to be said of it.

    Args:
        program: The program, which is changed.
        dropout: Whether dropout is as in training all the same, for a network that switches it by itself.
    """
    import torch

    switched = False
    lost: set[str] = set()
    for part in program.graph_module.modules():
        graph = getattr(part, "graph", None)
        for node in [] if graph is None else graph.nodes:
            if not isinstance(node.target, torch._ops.OpOverload):
                continue
            names = [argument.name for argument in node.target._schema.arguments]
            place = next((index for index, name in enumerate(names) if name in _TRAINED), None)
            if place is None or place >= len(node.args):
                continue
            kept = node.target is torch.ops.aten.dropout.default
            if "p" in names and not kept:
                lost.add(node.target._schema.name.partition("::")[2])
            switched = switched or (bool(node.args[place]) and not kept)
            node.update_arg(place, kept and dropout)
    if lost:
        yield f"Dropout that is not kept, as the exporter has no form for it: {', '.join(sorted(lost))}."
    if switched:
        yield "The program was exported in training; the network is switched by set_train, as any other."
