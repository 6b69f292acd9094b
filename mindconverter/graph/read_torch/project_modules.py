"""Find and import modules of the user's project, and nothing that lies elsewhere."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from mindconverter.errors import ModelLoadingError


@dataclass(frozen=True)
class FoundModule:
    """Say where a module of the user's project was found, before anything of it was imported.

    Args:
        name: Its dotted name.
        folder: The folder to import it from.
    """

    name: str
    folder: Path


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


def find_definition(name: str, project_path: Path) -> FoundModule | None:
    """Find the module below the project's folder that defines a class or function, without importing any.

    Args:
        name: The name of the class or function, without its module.
        project_path: The project's folder.

    Returns:
        Where it is, or None if no module defines it, or several do.
    """
    project = project_path.resolve()
    found = []
    for file in sorted(project.rglob("*.py")):
        dotted = ".".join(file.relative_to(project).with_suffix("").parts).removesuffix(".__init__")
        if _defines(file, name) and (module := find_module(dotted, project_path)) is not None:
            found.append(module)
    return found[0] if len(found) == 1 else None


def _defines(file: Path, name: str) -> bool:
    text = file.read_text(encoding="utf-8", errors="replace")
    if name not in text:
        return False
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return any(isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name for node in statements)


def _lies_below(spec: ModuleSpec, project: Path) -> bool:
    places = [spec.origin] if spec.origin is not None else list(spec.submodule_search_locations or [])
    return bool(places) and all(Path(place).resolve().is_relative_to(project) for place in places)


@contextmanager
def importable(folders: set[Path], project_path: Path | None) -> Iterator[None]:
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


def import_module(name: str, path: Path, project_path: Path | None) -> ModuleType:
    """Import a module of the project, unless another of that name would be imported in its place.

    Raises:
        ModelLoadingError: Another one would be, or the import fails.
    """
    top = name.partition(".")[0]
    spec = PathFinder.find_spec(top)
    loaded = sys.modules.get(top)
    taken = loaded is not None and not is_module_below(loaded, project_path)
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


def is_module_below(module: ModuleType | None, project_path: Path | None) -> bool:
    """Tell whether a module was loaded from below the project's folder."""
    if module is None or project_path is None:
        return False
    file = getattr(module, "__file__", None)
    places = list(getattr(module, "__path__", [])) if file is None else [file]
    project = project_path.resolve()
    return bool(places) and all(Path(place).resolve().is_relative_to(project) for place in places)
