"""Load a Keras model from a file without running code that the file chose."""

from __future__ import annotations

import importlib
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from inspect import isclass, isfunction
from pathlib import Path
from typing import Any

from mindconverter.errors import MissingDependencyError, ModelLoadingError
from mindconverter.graph.read_torch.project_modules import (
    FoundModule,
    find_definition,
    find_module,
    import_module,
    importable,
    is_module_below,
)

_CONFIG = "config.json"
_WEIGHTS = "model.weights.h5"
_OWN_MODULES = tuple(
    f"keras.{part}"
    for part in (
        "layers",
        "activations",
        "initializers",
        "regularizers",
        "constraints",
        "models",
        "ops",
        "quantizers",
        "dtype_policies",
        *(f"src.{part}" for part in ("layers", "activations", "models", "ops", "initializers", "dtype_policies")),
    )
)
_APPLICATIONS = "keras.src.applications."
_LOADERS = frozenset({"TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
"""Layers that load a program of another kind, from the config or from another file."""


@contextmanager
def load_keras(path: Path, project_path: Path | None) -> Iterator[Any]:
    """Load a model, and keep its project importable meanwhile.

    Whatever the file names is checked first: it must be of Keras itself, or be defined below `project_path`. Python
    code inside the file never runs.

    Args:
        path: A `.keras` or `.h5` file.
        project_path: The folder of the source that the model's own classes and functions come from.

    Raises:
        MissingDependencyError: The tensorflow package is not installed.
        ModelLoadingError: The file names something else, is damaged, or holds weights only.
    """
    try:
        import keras
    except ImportError as error:
        raise MissingDependencyError(
            f"Reading {path.name} needs the package {error.name}.",
            advice='Run: pip install "mindconverter[tensorflow]"',
        ) from error
    config = _read_config(path)
    custom = _check_names(config, path, project_path)
    with importable({module.folder for module, _ in custom.values()}, project_path):
        objects = _application_layers(config)
        objects |= {name: _resolve(module.name, own, path, project_path) for name, (module, own) in custom.items()}
        try:
            model = keras.saving.load_model(str(path), custom_objects=objects, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises what the damaged file leads to, and what the project's classes raise
            reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
            raise ModelLoadingError(
                f"Keras cannot load the model: {type(error).__name__}: {reason}",
                where=str(path),
                advice="Save it again as .keras with a current Keras, or as a SavedModel: model.export(FOLDER).",
            ) from error
        yield model


def _read_config(path: Path) -> Any:
    """Return the description of the model's layers.

    Raises:
        ModelLoadingError: There is none, or the weights lie in other files.
    """
    import h5py

    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                config = json.loads(archive.read(_CONFIG))
                with archive.open(_WEIGHTS) as stream, h5py.File(stream, "r") as weights:
                    _refuse_links(weights, path)
            config.pop("compile_config", None)
            return config
        with h5py.File(path, "r") as file:
            _refuse_links(file, path)
            found = file.attrs.get("model_config")
            if found is None:
                raise ModelLoadingError(
                    "The file holds the weights of a model, but not its structure.",
                    where=str(path),
                    advice="Load them into the model, and save the whole with model.save('NAME.keras').",
                )
            return json.loads(found)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ModelLoadingError(
            f"The file is not a Keras model, or it is damaged: {error}.",
            where=str(path),
            advice="Save the model again with model.save('NAME.keras').",
        ) from error


def _refuse_links(group: Any, path: Path) -> None:
    """Refuse parts that are read from other files.

    Raises:
        ModelLoadingError: There is one.
    """
    import h5py

    for name in group:
        link = group.get(name, getlink=True)
        item = None if isinstance(link, h5py.ExternalLink) else group.get(name)
        if isinstance(item, h5py.Group):
            if isinstance(link, h5py.HardLink):
                _refuse_links(item, path)
        elif item is None or item.external or item.is_virtual:
            raise ModelLoadingError(
                f"The weights {name!r} lie in another file, which is not read.",
                where=str(path),
                advice="Save the model again with model.save('NAME.keras').",
            )


def _check_names(config: Any, path: Path, project_path: Path | None) -> dict[str, tuple[FoundModule, str]]:
    """Return where the model's own classes and functions are defined, by the names that the file has for them.

    Raises:
        ModelLoadingError: Something is of neither Keras nor the project.
    """
    refused: list[str] = []
    custom: dict[str, tuple[FoundModule, str]] = {}
    for item in _objects(config):
        name, module = item["class_name"], item.get("module")
        if name == "function":
            name = item.get("config")
        if not isinstance(name, str) or _holds_code(item):
            refused.append(f"a Python lambda in {_title(item)}")
        elif name in _LOADERS:
            refused.append(f"the layer {name}")
        elif name.startswith("__") or _is_own(name, module) or _application_layer(item) is not None:
            continue
        else:
            own = name.rpartition(">")[2]
            found = None if project_path is None else _find(own, module, project_path)
            if found is None:
                refused.append(name if module in (None, "builtins") else f"{module}.{name}")
            else:
                custom[name] = found, own
                if item["class_name"] != "function" and isinstance(item.get("registered_name"), str):
                    custom[item["registered_name"]] = found, own
    if refused:
        names = ", ".join(dict.fromkeys(refused))
        raise ModelLoadingError(
            f"The file needs {names}, which is not of Keras. Nothing of it has run.",
            where=str(path),
            advice="Give the folder where classes and functions are defined by --project_path; write a lambda as a "
            "function of a module there, and save the model as .keras. Or export it with model.export(FOLDER).",
        )
    return custom


def _objects(config: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every description of an object, however deep it lies."""
    pending = [config]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item.values()
            if isinstance(item.get("class_name"), str):
                yield item
        elif isinstance(item, list):
            pending += item


def _holds_code(item: Mapping[str, Any]) -> bool:
    """Tell whether an object carries Python code, or the path of a file that would be read."""
    config = item.get("config")
    if item["class_name"] == "__lambda__":
        return True
    if not isinstance(config, dict):
        return False
    function = config.get("function")
    is_named = isinstance(function, dict) and function.get("class_name") == "function"
    return (item["class_name"] == "Lambda" and not is_named) or isinstance(config.get("vocabulary"), str)


def _title(item: Mapping[str, Any]) -> str:
    config = item.get("config")
    return str(config["name"]) if isinstance(config, dict) and "name" in config else "a layer"


def _is_own(name: str, module: object) -> bool:
    """Tell whether a name is one of Keras; functions and older files do not say of which module they are."""
    import keras

    if module in (None, "builtins"):
        places = (keras, keras.layers, keras.activations, keras.initializers, keras.regularizers, keras.constraints)
        return name == "Functional" or any(hasattr(place, name) for place in places)
    return isinstance(module, str) and (
        module == "keras" or any(module == place or module.startswith(f"{place}.") for place in _OWN_MODULES)
    )


def _application_layer(item: Mapping[str, Any]) -> Any:
    """Return the layer that one of Keras's applications defines for itself, or None if the object is something else.

    The functions beside it are not taken: they build models, and fetch their weights.
    """
    import keras

    name, module = item["class_name"], item.get("module")
    if not isinstance(module, str) or not module.startswith(_APPLICATIONS) or find_spec(module) is None:
        return None
    found = getattr(importlib.import_module(module), str(name), None)
    return found if isclass(found) and issubclass(found, keras.Layer) and found.__module__ == module else None


def _application_layers(config: Any) -> dict[str, Any]:
    """Return the layers that applications of Keras define, by the names that the file has for them."""
    found = {item["class_name"]: _application_layer(item) for item in _objects(config)}
    return {name: layer for name, layer in found.items() if layer is not None}


def _find(name: str, module: object, project_path: Path) -> FoundModule | None:
    """Find where the project defines a name."""
    if isinstance(module, str) and module != "builtins":
        return find_module(module, project_path)
    return find_definition(name, project_path)


def _resolve(module: str, name: str, path: Path, project_path: Path | None) -> Any:
    """Return a class or function of the project.

    Raises:
        ModelLoadingError: The module cannot be imported, or does not define it.
    """
    target = getattr(import_module(module, path, project_path), name, None)
    if (isclass(target) or isfunction(target)) and is_module_below(sys.modules.get(target.__module__), project_path):
        return target
    raise ModelLoadingError(
        f"The file refers to {module}.{name}, which is not defined in the project.",
        where=str(path),
        advice="Save the model again with the current source.",
    )
