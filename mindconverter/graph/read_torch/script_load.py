"""Load a TorchScript archive, unless its code reads or writes files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mindconverter.errors import ModelLoadingError

if TYPE_CHECKING:
    import torch

_CODE = "code/"
_DEBUG = ".debug_pkl"
_NAMESPACES = ("aten", "prim", "quantized", "torchvision")
_ATTRIBUTE = re.compile(r'\bgetattr\([\w.]+, "\w+"\)')
_ADVICE = "Export it to ONNX where you trust it, or save the module itself with torch.save(module, FILE)."


def load_script(path: Path) -> torch.jit.ScriptModule:
    """Load a scripted or traced module.

    TorchScript cannot call Python, but some of its operators open files. An archive whose code names one of them, or an
    operator of another package, is refused before it is loaded.

    Args:
        path: The archive.

    Raises:
        ModelLoadingError: It is refused or damaged.
    """
    import torch

    try:
        # PyTorch's own reader, so that what is checked is what will be read.
        reader: Any = torch._C.PyTorchFileReader(str(path))
        names = [name for name in reader.get_all_records() if name.startswith(_CODE) and not name.endswith(_DEBUG)]
        refused = sorted({word for name in names for word in _refused(reader.get_record(name).decode())})
    except Exception as error:  # a damaged file raises whatever its bytes lead to
        raise _damaged(path, error) from error
    if refused:
        raise ModelLoadingError(
            f"The code of the archive refers to {', '.join(refused)}, which is not allowed. Nothing of it has run.",
            where=str(path),
            advice=_ADVICE,
        )
    try:
        return torch.jit.load(str(path), map_location="cpu")
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ModelLoadingError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return ModelLoadingError(f"The archive cannot be loaded: {reason}", where=str(path), advice=_ADVICE)


def _refused(code: str) -> set[str]:
    """Return what is not allowed of the names in TorchScript's code."""
    words = set(re.findall(r"\w+", code))
    found = words & _file_operators()
    packages = re.findall(r"(?<![\w.])ops\b(?:\s*\.\s*(\w+))?", code)
    found |= {f"ops.{name}" for name in packages if name not in _NAMESPACES}
    # A name in quotes might be put together from parts, so attributes are read in their plainest form only.
    if len(re.findall(r"\bgetattr\b", code)) != len(_ATTRIBUTE.findall(code)):
        found.add("getattr")
    return found


@cache
def _file_operators() -> frozenset[str]:
    """Return the operators that take the name of a file."""
    import torch

    schemas = torch._C._jit_get_all_schemas()
    return frozenset(
        schema.name.partition("::")[2]
        for schema in schemas
        if any(argument.name == "filename" for argument in schema.arguments)
    )
