"""Load a whole PyTorch module from a file without running code that the file chose."""

from __future__ import annotations

import importlib
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from inspect import isclass, isfunction, signature
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mindconverter.errors import MissingDependencyError, ModelLoadingError

if TYPE_CHECKING:
    import torch

_LAYERS = "torch.nn.modules."
_FUNCTIONS = "torch.nn.functional"


@dataclass(frozen=True)
class FoundModule:
    """Say where a module of the user's project was found, before anything of it was imported.

    Args:
        name: Its dotted name.
        folder: The folder to import it from.
    """

    name: str
    folder: Path


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

    _check_kind(path)
    try:
        names = sorted(torch.serialization.get_unsafe_globals_in_checkpoint(str(path)))
    except Exception as error:  # a damaged pickle raises whatever the bytes lead to
        raise ModelLoadingError(
            f"The file is damaged, or was saved with another pickle protocol: {error}.",
            where=str(path),
            advice="Save the module again with torch.save(module, FILE).",
        ) from error
    found = _check_names(names, path, project_path)
    with _importable({module.folder for module in found}, project_path):
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
            raise _not_a_module(loaded, path)
        yield loaded


def _check_kind(path: Path) -> None:
    """Refuse files that cannot hold a module in PyTorch's current format, each with its own advice."""
    if not path.is_file():
        raise ModelLoadingError("There is no such file.", where=str(path), advice="Check the path of --model_file.")
    if not zipfile.is_zipfile(path):
        raise ModelLoadingError(
            "The file is not in the format that PyTorch writes since version 1.6.",
            where=str(path),
            advice="Load it where you trust it, and save it again with torch.save(module, FILE); or export it to ONNX.",
        )
    with zipfile.ZipFile(path) as archive:
        members = {name.rpartition("/")[2] for name in archive.namelist()}
    if "constants.pkl" in members:
        raise ModelLoadingError(
            "The file is a TorchScript archive, not a module.",
            where=str(path),
            advice="Save the module itself with torch.save(module, FILE), or export it to ONNX.",
        )
    if "data.pkl" not in members:
        raise ModelLoadingError(
            "The file is an archive, but not one that torch.save writes.",
            where=str(path),
            advice="Save the module with torch.save(module, FILE), or export it to ONNX.",
        )


def _check_names(names: Sequence[str], path: Path, project_path: Path | None) -> list[FoundModule]:
    """Find where each name comes from, without importing anything.

    Raises:
        ModelLoadingError: A name is neither a layer of torch nor in a module of the project.
    """
    found = []
    refused = []
    for name in names:
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


def find_module(name: str, project_path: Path) -> FoundModule | None:
    """Find a module below the project's folder, or in a package that this folder is, without importing it.

    Args:
        name: The module's dotted name.
        project_path: The project's folder.

    Returns:
        Where it is, or None if it is not there, or lies outside once links are followed.
    """
    project = project_path.resolve()
    for folder in (project, project.parent):
        search = [str(folder)]
        spec: ModuleSpec | None = None
        prefix = ""
        for part in name.split("."):
            prefix = f"{prefix}.{part}" if prefix else part
            spec = PathFinder.find_spec(prefix, search) if search and part.isidentifier() else None
            if spec is None or not _lies_below(spec, project):
                spec = None
                break
            search = list(spec.submodule_search_locations or [])
        if spec is not None and spec.origin is not None:
            return FoundModule(name, folder)
    return None


def _lies_below(spec: ModuleSpec, project: Path) -> bool:
    places = [spec.origin] if spec.origin is not None else list(spec.submodule_search_locations or [])
    return bool(places) and all(Path(place).resolve().is_relative_to(project) for place in places)


@contextmanager
def _importable(folders: set[Path], project_path: Path | None) -> Iterator[None]:
    """Put folders on the search path; one above the project comes last, since its other modules are not meant."""
    before = sys.path[:]
    project = None if project_path is None else project_path.resolve()
    inside = [str(folder) for folder in folders if folder == project]
    above = [str(folder) for folder in folders if folder != project]
    sys.path[:] = [*inside, *before, *above]
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = before


def _resolve(name: str, path: Path, project_path: Path | None) -> Any:
    """Return the class or function of a name that was checked.

    Raises:
        ModelLoadingError: The name stands for something that was defined elsewhere, or is neither of both.
    """
    if name.startswith("torch."):
        return _torch_target(name)
    module_name, _, attribute = name.rpartition(".")
    target = getattr(_import(module_name, path, project_path), attribute, None)
    if (isclass(target) or isfunction(target)) and _is_module_below(sys.modules.get(target.__module__), project_path):
        return target
    raise ModelLoadingError(
        f"The file refers to {name}, which is not defined in the project.",
        where=str(path),
        advice="Save the module again with the current source, or export it to ONNX.",
    )


def _torch_target(name: str) -> Any:
    """Return the layer class or activation function of a name, or None; nothing is imported."""
    module_name, _, attribute = name.rpartition(".")
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


def _import(name: str, path: Path, project_path: Path | None) -> ModuleType:
    """Import a module of the project, unless another of that name would be imported in its place.

    Raises:
        ModelLoadingError: Another one would be, or the import fails.
    """
    top = name.partition(".")[0]
    spec = PathFinder.find_spec(top)
    loaded = sys.modules.get(top)
    taken = loaded is not None and not _is_module_below(loaded, project_path)
    if taken or spec is None or project_path is None or not _lies_below(spec, project_path.resolve()):
        raise ModelLoadingError(
            f"Another module named {top} comes before the project's.",
            where=str(path),
            advice="Convert in a new process, or rename the project's module and save again.",
        )
    try:
        return importlib.import_module(name)
    except Exception as error:  # the user's own module runs here, and may raise anything
        raise ModelLoadingError(
            f"The module {name} of the project cannot be imported: {type(error).__name__}: {error}.",
            where=str(path),
            advice=f"Make `python -c 'import {name}'` work in the folder of --project_path.",
        ) from error


def _is_module_below(module: ModuleType | None, project_path: Path | None) -> bool:
    if module is None or project_path is None:
        return False
    file = getattr(module, "__file__", None)
    places = list(getattr(module, "__path__", [])) if file is None else [file]
    project = project_path.resolve()
    return bool(places) and all(Path(place).resolve().is_relative_to(project) for place in places)


def _advice(refused: Sequence[str], project_path: Path | None) -> str:
    packages = sorted({name.partition(".")[0] for name in refused})
    if "__main__" in packages:
        return (
            "The class was defined in the script that saved it: move it to a module of the project, import it from"
            " there, and save again."
        )
    if any(package == "torch" or package in sys.stdlib_module_names for package in packages):
        return "Of torch and of Python's library only layers are allowed; if you trust the file, export it to ONNX."
    known = "" if project_path is None else f" It is not below {project_path}."
    return (
        f"If you trust {', '.join(packages)}, give the folder of its source with --project_path; it may be the folder"
        f" of an installed package.{known} Otherwise export the module to ONNX yourself."
    )


def _not_a_module(loaded: object, path: Path) -> ModelLoadingError:
    if isinstance(loaded, dict):
        return ModelLoadingError(
            "The file holds a state dict, which has the weights of a module but not its structure.",
            where=str(path),
            advice="Load it into the module and save that whole with torch.save(module, FILE), or export it to ONNX.",
        )
    return ModelLoadingError(
        f"The file holds a {type(loaded).__name__}, not a module.",
        where=str(path),
        advice="Save the module itself with torch.save(module, FILE).",
    )
