"""Load the state dict of a PyTorch checkpoint, whatever it is wrapped in, without running code from the file."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindconverter.errors import MissingDependencyError, ModelLoadingError

if TYPE_CHECKING:
    import torch

_WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "params", "weights")
"""Keys under which training scripts keep the weights of their model, the most telling first."""

_ADVICE = "Save the weights alone, with torch.save(model.state_dict(), path)."


class _Inert:
    """Stand in for an object of a checkpoint that is no tensor: it takes whatever it is given, and does nothing."""

    def __init__(self, *_arguments: object, **_keywords: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


def load_state(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a checkpoint by name.

    Objects in it other than tensors and plain containers, such as the options of the training, are left out; their
    classes are not imported.

    Args:
        path: A file of `torch.save` or of safetensors.

    Raises:
        MissingDependencyError: PyTorch, or the package for such a file, is not installed.
        ModelLoadingError: The file cannot be read, or holds no state dict.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingDependencyError(
            "PyTorch is needed to read this checkpoint.", where=str(path), advice="Run 'pip install torch'."
        ) from error
    try:
        if is_safetensors(path):
            return _load_safetensors(path)
        with torch.serialization.safe_globals(_stand_ins(path)):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelLoadingError(
            f"The checkpoint cannot be read: {error.strerror or error}.", where=str(path), advice="Check the path."
        ) from error
    except MissingDependencyError:
        raise
    except Exception as error:  # a damaged file raises whatever its bytes lead to
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelLoadingError(
            f"The file is no checkpoint of weights: {reason}", where=str(path), advice=_ADVICE
        ) from error
    return _unwrap(content, path)


def is_safetensors(path: Path) -> bool:
    """Tell whether a file begins as those of safetensors do: with the length of its header, and the header."""
    with path.open("rb") as stream:
        head = stream.read(9)
    size = path.stat().st_size
    return len(head) == 9 and head[8:] == b"{" and 0 < int.from_bytes(head[:8], "little") <= size - 8


def is_state(content: object) -> bool:
    """Tell whether an object is a state dict: tensors by name, and at most extra state beside them."""
    import torch

    if not isinstance(content, Mapping) or not all(isinstance(name, str) for name in content):
        return False
    values = [value for name, value in content.items() if not name.endswith("_extra_state")]
    return bool(values) and all(isinstance(value, torch.Tensor) for value in values)


def _load_safetensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        from safetensors.torch import load_file
    except ImportError as error:
        raise MissingDependencyError(
            "Reading this file needs the package safetensors.", where=str(path), advice="Run: pip install safetensors"
        ) from error
    loaded: dict[str, torch.Tensor] = load_file(path)
    return loaded


def _stand_ins(path: Path) -> list[tuple[type, str]]:
    """Return a stand-in for each class that the file names and the restricted unpickler does not know."""
    import torch

    if not zipfile.is_zipfile(path):
        return []
    names: list[str] = []
    with contextlib.suppress(Exception):  # what is wrong with the file is told when it is loaded
        names = torch.serialization.get_unsafe_globals_in_checkpoint(str(path))
    return [(type("_Inert", (_Inert,), {}), name) for name in names]


def _unwrap(content: object, path: Path) -> dict[str, torch.Tensor]:
    """Return the state dict that an object is or holds."""
    for _ in range(3):
        if is_state(content):
            assert isinstance(content, Mapping)
            return {name: value for name, value in content.items() if not name.endswith("_extra_state")}
        if not isinstance(content, Mapping):
            break
        inner = {key: value for key, value in content.items() if isinstance(value, Mapping)}
        states = [key for key in inner if is_state(inner[key])]
        known = [key for key in _WRAPPERS if key in inner]
        if known:
            content = inner[known[0]]
        elif len(states) == 1:
            content = inner[states[0]]
        elif states:
            raise ModelLoadingError(
                f"The file holds several state dicts: {', '.join(map(str, states))}.",
                where=str(path),
                advice="Save the one that is meant alone, with torch.save(checkpoint[KEY], path).",
            )
        else:
            break
    raise ModelLoadingError(f"The file holds {_described(content)}, not a state dict.", where=str(path), advice=_ADVICE)


def _described(content: Any) -> str:
    if isinstance(content, Mapping):
        return f"a dictionary with the keys {', '.join(map(str, list(content)[:8]))}" if content else "nothing"
    return "an object of another class" if isinstance(content, _Inert) else f"a {type(content).__name__}"
