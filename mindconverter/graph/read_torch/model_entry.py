"""Build a module by the user's own factory, and give it the weights of a checkpoint."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from mindconverter.errors import BadParameterError, MissingDependencyError, ModelLoadingError
from mindconverter.weights.torch_state import load_state

if TYPE_CHECKING:
    import torch

EntryArguments: TypeAlias = Sequence[Any] | Mapping[str, Any]

_SHOWN = 6
_COUNTER = "num_batches_tracked"
_COMPILED = "_orig_mod."


@contextmanager
def build_module(entry: str, arguments: EntryArguments | None, project_path: Path | None) -> Iterator[torch.nn.Module]:
    """Build a module of PyTorch by what the user names, and keep its project importable meanwhile.

    Args:
        entry: See `build`.
        arguments: See `build`.
        project_path: See `build`.

    Raises:
        BadParameterError: The entry is not of this form, or names nothing.
        MissingDependencyError: PyTorch is not installed.
        ModelLoadingError: The factory fails, or gives no module.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError(
            f"Building {entry} needs the package torch.", advice='Run: pip install "mindconverter[torch]"'
        ) from error
    with build(entry, arguments, project_path, torch.nn.Module) as module:
        yield module


@contextmanager
def build(entry: str, arguments: EntryArguments | None, project_path: Path | None, kind: type[Any]) -> Iterator[Any]:
    """Build a module of either framework by what the user names, and keep its project importable meanwhile.

    Args:
        entry: `package.module:factory`, or `file.py:factory` with a file below the project's folder. The factory is a
            class or function that gives a module, or is a module itself.
        arguments: What the factory is called with: a list of positional or a mapping of keyword arguments.
        project_path: The project's folder; the current one without it.
        kind: The class of the framework's modules.

    Raises:
        BadParameterError: The entry is not of this form, or names nothing.
        ModelLoadingError: The factory fails, or gives no module.
    """
    place, _, name = entry.rpartition(":")
    if not place or not name:
        raise BadParameterError(
            f"{entry!r} does not name a factory.",
            where="--model_entry",
            advice="Write package.module:factory, or file.py:factory.",
        )
    base = (project_path if project_path is not None else Path.cwd()).resolve()
    module_name, folder = _module_of(place, base)
    before = sys.path[:]
    # A folder that nobody named must not hide installed packages, so it comes last.
    named = project_path is not None or place.endswith(".py")
    sys.path[:] = [str(folder), *before] if named else [*before, str(folder)]
    importlib.invalidate_caches()
    try:
        factory = _attribute(_imported(module_name, place, folder, entry), name, entry)
        yield _called(factory, arguments, entry, kind)
    finally:
        sys.path[:] = before


def _module_of(place: str, base: Path) -> tuple[str, Path]:
    """Return the dotted name of a place, and the folder to import it from."""
    if not place.endswith(".py"):
        return place, base
    file = (base / place).resolve()
    if not file.is_file():
        raise BadParameterError(
            f"There is no file {file}.",
            where="--model_entry",
            advice="Name a file below --project_path, which is the current folder by default.",
        )
    parts, folder = [file.stem], file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), folder


def _imported(module_name: str, place: str, folder: Path, entry: str) -> Any:
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # the user's own module runs here, and may raise anything
        missing = isinstance(error, ModuleNotFoundError) and module_name.startswith(error.name or " ")
        kind = BadParameterError if missing else ModelLoadingError
        raise kind(
            f"The module {module_name} of {entry} cannot be imported: {type(error).__name__}: {error}.",
            where="--model_entry",
            advice=f"Give the folder that it lies in with --project_path; it was looked for in {folder}.",
        ) from error
    if place.endswith(".py") and Path(getattr(module, "__file__", None) or "").resolve().parent != (
        folder.joinpath(*module_name.split(".")[:-1])
    ):
        raise ModelLoadingError(
            f"Another module named {module_name} is imported in the place of {place}.",
            where="--model_entry",
            advice="Rename the file, or convert in a new process.",
        )
    return module


def _attribute(module: Any, name: str, entry: str) -> Any:
    found = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise BadParameterError(
                f"{module.__name__} has no {name!r}.",
                where="--model_entry",
                advice=f"Name a class or function of it that builds the module, as in {module.__name__}:build.",
            )
        found = getattr(found, part)
    return found


def _called(factory: Any, arguments: EntryArguments | None, entry: str, kind: type[Any]) -> Any:
    if isinstance(factory, kind) and arguments is None:
        return factory
    positional = () if arguments is None or isinstance(arguments, Mapping) else tuple(arguments)
    keywords = arguments if isinstance(arguments, Mapping) else {}
    try:
        built = factory(*positional, **keywords)
    except Exception as error:  # the user's own code runs here, and may raise anything
        raise ModelLoadingError(
            f"{entry} fails: {type(error).__name__}: {error}.",
            where="--model_entry",
            advice="Give its arguments with --model_args, such as '[10]' or '{\"num_classes\": 10}'.",
        ) from error
    if not isinstance(built, kind):
        raise ModelLoadingError(
            f"{entry} gives a {type(built).__name__}, not a module.",
            where="--model_entry",
            advice=f"Name a class or function that gives one {kind.__name__} of {kind.__module__.partition('.')[0]}.",
        )
    return built


def load_weights(module: torch.nn.Module, path: Path, entry: str) -> list[str]:
    """Give a module the weights of a checkpoint.

    Args:
        module: The module.
        path: The checkpoint; see `load_state`.
        entry: What built the module, for messages.

    Returns:
        What to tell of it: names that the module has no place for.

    Raises:
        ModelLoadingError: The file holds no state dict, or one that does not fit the module.
    """
    import torch

    state = {name.replace(_COMPILED, ""): value for name, value in load_state(path).items()}
    expected = module.state_dict()
    prefix = _prefix(state, expected)
    if prefix:
        state = {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)} | {
            name: value for name, value in state.items() if not name.startswith(prefix) and name not in expected
        }
    _refuse_misfits(state, expected, path, entry)
    result = module.load_state_dict({name: state[name] for name in expected if name in state}, strict=False)
    loaded = {expected[name].data_ptr() for name in expected if name in state}
    missing = [
        name
        for name in result.missing_keys
        if not name.endswith((_COUNTER, "_extra_state")) and not _is_tied(expected[name], loaded, torch)
    ]
    if missing:
        raise ModelLoadingError(
            f"The checkpoint has no weights for {_listed(missing)} of what {entry} builds.",
            where=str(path),
            advice=f"Build the module that was saved, by the arguments in --model_args. The file has {_listed(state)}.",
        )
    unexpected = [name for name in state if name not in expected]
    notes = []
    if unexpected:
        notes.append(
            f"The checkpoint has weights that {entry} has no place for, and which are left out: {_listed(unexpected)}."
        )
    return notes


def _is_tied(value: torch.Tensor, loaded: set[int], torch: Any) -> bool:
    """Tell whether a weight shares its memory with one that has been loaded."""
    return isinstance(value, torch.Tensor) and value.numel() > 0 and value.data_ptr() in loaded


def _prefix(state: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    """Return what stands before the module's own names, such as `module.` after training on several devices."""

    def fitting(prefix: str) -> int:
        return sum(name.startswith(prefix) and name.removeprefix(prefix) in expected for name in state)

    parts = [name.split(".") for name in state]
    candidates = dict.fromkeys(".".join([*part[:count], ""]) for count in (1, 2) for part in parts if len(part) > count)
    return max(["", *candidates], key=fitting)


def _refuse_misfits(
    state: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor], path: Path, entry: str
) -> None:
    """Refuse weights of another shape, and quantised ones where the module computes with numbers."""
    both = [name for name in expected if name in state and hasattr(expected[name], "shape")]
    quantised = [
        name
        for name in both
        if state[name].is_quantized
        or (expected[name].is_floating_point() and not (state[name].is_floating_point() or state[name].is_complex()))
    ]
    if quantised:
        told = _listed(f"{name} ({state[name].dtype})" for name in quantised)
        raise ModelLoadingError(
            f"The checkpoint holds quantised weights: {told}.",
            where=str(path),
            advice="Load the weights in floating point, and save those; or export the quantised model to ONNX.",
        )
    misfits = [name for name in both if state[name].shape != expected[name].shape]
    if misfits:
        told = _listed(f"{name} {tuple(state[name].shape)} for {tuple(expected[name].shape)}" for name in misfits)
        raise ModelLoadingError(
            f"Weights of the checkpoint have another shape than what {entry} builds: {told}.",
            where=str(path),
            advice="Give the arguments that the module was saved with, such as --model_args '{\"num_classes\": 10}'.",
        )


def _listed(names: Any) -> str:
    names = list(names)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
