"""Load a whole PyTorch module from a file without running code that the file chose."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import isclass, isfunction, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindconverter.errors import MissingDependencyError, ModelLoadingError
from mindconverter.graph.read_torch.project_modules import (
    FoundModule,
    find_module,
    import_module,
    importable,
    is_module_below,
)
from mindconverter.graph.read_torch.torch_kind import TorchKind, torch_kind

if TYPE_CHECKING:
    import torch

_LAYERS = "torch.nn.modules."
_FUNCTIONS = "torch.nn.functional"
_NATIVE = "torch._C._nn"
_QUANTIZED = "torch.ao."
_ALLOWED = {"functools.partial": partial}
"""What holds a function and its arguments runs only what it holds, which is allowed by its own name or not at all."""


@contextmanager
def load_module(path: Path, project_path: Path | None) -> Iterator[torch.nn.Module]:
    """Load a module that was saved whole, and keep its project importable meanwhile.

    The file may name layers of `torch.nn`, and classes and functions that are defined below `project_path`. Every name
    is checked before the first import; PyTorch's restricted unpickler then builds the module from these names alone.

    Args:
        path: The `.pth` or `.pt` file.
        project_path: The folder of the source that the module's classes come from.

    Raises:
        MissingDependencyError: The torch package is not installed.
        ModelLoadingError: The file names something else, or does not hold a module.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError(
            f"Reading {path.name} needs the package torch.", advice='Run: pip install "mindconverter[torch]"'
        ) from error

    kind = torch_kind(path)
    if kind is TorchKind.LEGACY:
        raise ModelLoadingError(
            "The file is not in the format that PyTorch writes since version 1.6.",
            where=str(path),
            advice="If it holds weights, name what builds their module with --model_entry package.module:factory."
            " Otherwise load it where you trust it, and save it again with torch.save(module, FILE).",
        )
    if kind is not TorchKind.SAVED:
        raise ModelLoadingError(
            f"The file is {kind.value}, not a module that was saved whole.",
            where=str(path),
            advice="If it holds weights, name what builds their module with --model_entry package.module:factory.",
        )
    try:
        names = sorted(torch.serialization.get_unsafe_globals_in_checkpoint(str(path)))
    except Exception as error:  # a damaged pickle raises whatever the bytes lead to
        raise ModelLoadingError(
            f"The file is damaged, or was saved with another pickle protocol: {error}.",
            where=str(path),
            advice="Save the module again with torch.save(module, FILE).",
        ) from error
    found = _check_names(names, path, project_path)
    with importable({module.folder for module in found}, project_path):
        allowed = [(_resolve(name, path, project_path), name) for name in names]
        try:
            with torch.serialization.safe_globals(allowed):
                loaded = torch.load(str(path), map_location="cpu", weights_only=True)
        except Exception as error:  # the user's own classes run here, and may raise anything
            raise ModelLoadingError(
                f"The module cannot be loaded: {error}",
                where=str(path),
                advice="Save it again with the current source below --project_path, or export it to ONNX.",
            ) from error
        if not isinstance(loaded, torch.nn.Module):
            loaded = _only_module(loaded, path)
        yield loaded


def _check_names(names: Sequence[str], path: Path, project_path: Path | None) -> list[FoundModule]:
    """Find where each name comes from, without importing anything.

    Raises:
        ModelLoadingError: A name is neither a layer of torch nor in a module of the project.
    """
    found = []
    refused = []
    for name in names:
        if name in _ALLOWED:
            continue
        if name.startswith("torch."):
            if _torch_target(name) is None:
                refused.append(name)
            continue
        module = find_module(name.rpartition(".")[0], project_path) if project_path is not None else None
        if module is None:
            refused.append(name)
        else:
            found.append(module)
    if refused:
        raise ModelLoadingError(
            f"The file refers to {', '.join(refused)}, which {'is' if len(refused) == 1 else 'are'} not allowed."
            " Nothing of it has run.",
            where=str(path),
            advice=_advice(refused, project_path),
        )
    return found


def _resolve(name: str, path: Path, project_path: Path | None) -> Any:
    """Return the class or function of a name that was checked.

    Raises:
        ModelLoadingError: The name stands for something that was defined elsewhere, or is neither of both.
    """
    if name in _ALLOWED:
        return _ALLOWED[name]
    if name.startswith("torch."):
        return _torch_target(name)
    module_name, _, attribute = name.rpartition(".")
    target = getattr(import_module(module_name, path, project_path), attribute, None)
    if (isclass(target) or isfunction(target)) and is_module_below(sys.modules.get(target.__module__), project_path):
        return target
    raise ModelLoadingError(
        f"The file refers to {name}, which is not defined in the project.",
        where=str(path),
        advice="Save the module again with the current source, or export it to ONNX.",
    )


def _torch_target(name: str) -> Any:
    """Return the layer class or activation function of a name, or None; nothing is imported."""
    module_name, _, attribute = name.rpartition(".")
    if module_name == _NATIVE and not attribute.startswith("_"):
        found = getattr(sys.modules[_FUNCTIONS], attribute, None)
        return found if getattr(found, "__module__", None) == _NATIVE else None
    if not module_name.startswith(_LAYERS) and module_name != _FUNCTIONS:
        return None
    target = getattr(sys.modules.get(module_name), attribute, None)
    return target if _is_layer(target) or _is_layer_function(target) else None


def _is_layer(target: object) -> bool:
    import torch

    return isclass(target) and issubclass(target, torch.nn.Module) and target.__module__.startswith(_LAYERS)


def _is_layer_function(target: object) -> bool:
    """Tell whether this is a function of tensors, such as an activation that a layer keeps."""
    if not isfunction(target) or target.__module__ != _FUNCTIONS or target.__name__.startswith("_"):
        return False
    return next(iter(signature(target).parameters), "") == "input"


def _advice(refused: Sequence[str], project_path: Path | None) -> str:
    packages = sorted({name.partition(".")[0] for name in refused})
    if "__main__" in packages:
        return (
            "The class was defined in the script that saved it: move it to a module of the project, import it from"
            " there, and save again."
        )
    if any(name.startswith(_QUANTIZED) for name in refused):
        return "Quantised modules are not read: save the module as it was before, or export the quantised one to ONNX."
    if any(package == "torch" or package in sys.stdlib_module_names for package in packages):
        return "Of torch and of Python's library only layers are allowed; if you trust the file, export it to ONNX."
    known = "" if project_path is None else f" It is not below {project_path}."
    return (
        f"If you trust {', '.join(packages)}, give the folder of its source with --project_path; it may be the folder"
        f" of an installed package.{known} Otherwise export the module to ONNX yourself."
    )


def _only_module(loaded: object, path: Path) -> torch.nn.Module:
    """Return the module that a checkpoint of a training holds beside other things.

    Raises:
        ModelLoadingError: It holds none, or several.
    """
    import torch

    if not isinstance(loaded, dict):
        raise ModelLoadingError(
            f"The file holds a {type(loaded).__name__}, not a module.",
            where=str(path),
            advice="Save the module itself with torch.save(module, FILE).",
        )
    modules = {key: value for key, value in loaded.items() if isinstance(value, torch.nn.Module)}
    if len(modules) == 1:
        return next(iter(modules.values()))
    if modules:
        raise ModelLoadingError(
            f"The file holds several modules: {', '.join(map(str, modules))}.",
            where=str(path),
            advice="Save the one that is meant alone, with torch.save(module, FILE).",
        )
    raise ModelLoadingError(
        "The file holds a state dict, which has the weights of a module but not its structure.",
        where=str(path),
        advice="Name what builds the module with --model_entry package.module:factory, or save the module whole with"
        " torch.save(module, FILE).",
    )
