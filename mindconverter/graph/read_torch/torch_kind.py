"""Tell what a PyTorch file holds by its content: its name says little."""

from __future__ import annotations

import zipfile
from enum import Enum
from pathlib import Path

from mindconverter.errors import ModelLoadingError
from mindconverter.weights.torch_state import is_safetensors


class TorchKind(Enum):
    """Tell what wrote a file."""

    SAVED = "saved by torch.save"
    LEGACY = "saved by torch.save before version 1.6"
    SCRIPT = "a TorchScript archive"
    PROGRAM = "an archive of an exported program"
    SAFETENSORS = "a file of safetensors"


def torch_kind(path: Path) -> TorchKind:
    """Return the kind of a file.

    Raises:
        ModelLoadingError: There is no such file, or it is an archive of another kind.
    """
    if not path.is_file():
        raise ModelLoadingError("There is no such file.", where=str(path), advice="Check the path of --model_file.")
    if not zipfile.is_zipfile(path):
        return TorchKind.SAFETENSORS if is_safetensors(path) else TorchKind.LEGACY
    with zipfile.ZipFile(path) as archive:
        members = {name.partition("/")[2] for name in archive.namelist()}
    if "constants.pkl" in members:
        return TorchKind.SCRIPT
    if "archive_format" in members:
        return TorchKind.PROGRAM
    if "data.pkl" in members:
        return TorchKind.SAVED
    raise ModelLoadingError(
        "The file is an archive, but not one that PyTorch writes since version 2.8.",
        where=str(path),
        advice="Save the module again with torch.save(module, FILE), or export it to ONNX.",
    )
