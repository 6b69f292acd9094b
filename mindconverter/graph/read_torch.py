"""Read a whole PyTorch module into the intermediate representation, by exporting it to ONNX."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, TypeAlias

from mindconverter.errors import MissingDependencyError, ModelLoadingError, ParameterMissingError
from mindconverter.graph.ir import Graph
from mindconverter.graph.read_onnx import read_exported
from mindconverter.graph.safe_load import load_module

if TYPE_CHECKING:
    import torch

Exporter: TypeAlias = Literal["dynamo", "torchscript"]


def read_torch(
    path: str | Path,
    shape: Sequence[Sequence[int]] | None,
    project_path: str | Path | None = None,
    *,
    exporter: Exporter | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
) -> Graph:
    """Read a module that was saved whole with `torch.save`.

    Args:
        path: The `.pth` or `.pt` file.
        shape: The shape of each input; a module does not know them.
        project_path: The folder of the source of the module's classes.
        exporter: The exporter to use; None tries the newer one ("dynamo"), then the older.
        input_nodes: Names for the inputs, in the order of `shape`.
        output_nodes: Names for the outputs.

    Raises:
        MissingDependencyError: A package is not installed.
        ModelLoadingError: The file is refused, or neither exporter can export the module.
        ParameterMissingError: No shape is given.
    """
    file = Path(path)
    if not shape:
        raise ParameterMissingError(
            "A PyTorch module does not say the shape of its inputs.",
            where=str(file),
            advice="Give one for each input, such as --shape 1,3,224,224.",
        )
    project = None if project_path is None else Path(project_path)
    with load_module(file, project) as module:
        return export_module(
            module, shape, str(file), exporter=exporter, input_nodes=input_nodes, output_nodes=output_nodes
        )


def export_module(
    module: torch.nn.Module,
    shape: Sequence[Sequence[int]],
    source: str,
    *,
    exporter: Exporter | None = None,
    input_nodes: Sequence[str] | None = None,
    output_nodes: Sequence[str] | None = None,
) -> Graph:
    """Export a module in evaluation mode, and read what came out.

    Args:
        module: The module; it is put into evaluation mode.
        shape: The shape of each input.
        source: The file that it came from.
        exporter: See `read_torch`.
        input_nodes: See `read_torch`.
        output_nodes: See `read_torch`.

    Raises:
        MissingDependencyError: The package that the exporter needs is not installed.
        ModelLoadingError: The module does not run with such inputs, or cannot be exported.
    """
    module.eval()
    module.requires_grad_(False)
    arguments = _example_inputs(module, shape, source)
    classes = {
        name: f"{type(part).__module__}.{type(part).__qualname__}"
        for name, part in module.named_modules(remove_duplicate=False)
    }
    reasons: list[str] = []
    for kind in [exporter] if exporter is not None else list[Exporter](["dynamo", "torchscript"]):
        with TemporaryDirectory(prefix="mindconverter-") as folder:
            target = Path(folder) / "model.onnx"
            reason = _export(module, arguments, target, kind, input_nodes, output_nodes)
            if reason is None:
                return read_exported(target, source, classes)
            reasons.append(f"{kind}: {reason}")
    raise ModelLoadingError(
        f"PyTorch cannot export the module to ONNX ({'; '.join(reasons)}).",
        where=source,
        advice="Change the part of the module that is named, or export it to ONNX yourself and give that file.",
    )


def _example_inputs(module: torch.nn.Module, shape: Sequence[Sequence[int]], source: str) -> tuple[torch.Tensor, ...]:
    """Return inputs that the module accepts: floating-point ones, else integer ones.

    Raises:
        ModelLoadingError: The module accepts neither.
    """
    import torch

    generator = torch.Generator().manual_seed(0)
    floats = tuple(torch.rand(tuple(sizes), generator=generator) for sizes in shape)
    integers = tuple(torch.ones(tuple(sizes), dtype=torch.int64) for sizes in shape)
    reason = ""
    for arguments in (floats, integers):
        try:
            with torch.no_grad(), _quiet():
                module(*arguments)
        except Exception as error:  # the user's own code runs here, and may raise anything
            reason = reason or _first_line(error)
        else:
            return arguments
    told = " ".join(",".join(map(str, sizes)) for sizes in shape)
    raise ModelLoadingError(
        f"The module does not run with inputs of the shape {told}: {reason}.",
        where=source,
        advice="Check --shape: one shape for each input of the module, the batch included.",
    )


def _export(
    module: torch.nn.Module,
    arguments: tuple[torch.Tensor, ...],
    target: Path,
    exporter: Exporter,
    input_nodes: Sequence[str] | None,
    output_nodes: Sequence[str] | None,
) -> str | None:
    """Export a module so that batch normalisation and weights stay as they are; return why that failed, or None."""
    import torch

    names = {
        "input_names": list(input_nodes or _parameter_names(module, len(arguments))),
        "output_names": list(output_nodes or []) or None,
    }
    try:
        with torch.no_grad(), _quiet():
            if exporter == "dynamo":
                torch.onnx.export(
                    module, arguments, str(target), dynamo=True, optimize=False, external_data=True, **names
                )
            else:
                torch.onnx.export(
                    module,
                    arguments,
                    str(target),
                    dynamo=False,
                    do_constant_folding=False,
                    training=torch.onnx.TrainingMode.PRESERVE,
                    **names,
                )
    except ImportError as error:
        raise MissingDependencyError(
            f"Exporting a module needs the package {error.name}.", advice='Run: pip install "mindconverter[torch]"'
        ) from error
    except Exception as error:  # the exporters raise what the module's own code raises, too
        return _first_line(error)
    return None


def _parameter_names(module: torch.nn.Module, count: int) -> list[str]:
    """Return the names of the first parameters of the module's call, or made-up ones if it takes any number."""
    names = [
        parameter.name
        for parameter in signature(module.forward).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return names[:count] if len(names) >= count else [f"input_{index}" for index in range(count)]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' progress, warnings and logs off the terminal."""
    sink = io.StringIO()
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}".rstrip(": ")
