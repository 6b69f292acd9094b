"""Write and read checkpoints of the target framework."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mindconverter.errors import CheckpointGenerationError, MissingDependencyError
from mindconverter.report.write import replacing

if TYPE_CHECKING:
    import mindspore

Array = npt.NDArray[np.generic]


def write_checkpoint(entries: Iterable[tuple[str, Array]], path: Path) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        entries: The parameters by name; half precision types stay as they are.
        path: The file, which ends in ``.ckpt``.

    Raises:
        CheckpointGenerationError: A value has a type that a checkpoint cannot hold, or the file cannot be written.
        MissingDependencyError: The target framework is not installed.
    """
    _require_framework()
    parameters = [{"name": name, "data": _tensor(name, data, path)} for name, data in entries]
    _save(parameters, path)


def _require_framework() -> None:
    if importlib.util.find_spec("mindspore") is None:
        raise MissingDependencyError(
            "Writing a checkpoint needs MindSpore.", advice="Install it with: pip install 'mindconverter[mindspore]'."
        )


def _save(parameters: list[dict[str, Any]], path: Path) -> None:
    import mindspore

    with replacing(path, CheckpointGenerationError) as temporary:
        try:
            mindspore.save_checkpoint(parameters, str(temporary))
        except (RuntimeError, TypeError, ValueError) as error:
            raise CheckpointGenerationError(
                f"The checkpoint cannot be written: {error}.",
                where=str(path),
                advice="Check that the disk has room, or choose another folder with --output.",
            ) from error


def rename_parameters(source: Path, rename: Callable[[str], str | None], path: Path) -> tuple[int, list[str]]:
    """Write a checkpoint with its parameters under other names.

    Args:
        source: The checkpoint.
        rename: Gives the new name of a parameter; None to leave it out.
        path: The checkpoint to write.

    Returns:
        How many parameters it holds, and which ones were left out.

    Raises:
        CheckpointGenerationError: The checkpoint cannot be read or written, or two parameters get one name.
    """
    _require_framework()
    try:
        parameters = _read(source)
    except (OSError, RuntimeError, ValueError) as error:
        raise CheckpointGenerationError(
            f"The checkpoint cannot be read: {error}.", where=str(source), advice="Check the path of --checkpoint."
        ) from error
    names = {name: rename(name) for name in parameters}
    kept = [name for name in names.values() if name is not None]
    if len(set(kept)) < len(kept):
        raise CheckpointGenerationError(
            "Two parameters would get one name.", where=str(source), advice="Check that both scripts run."
        )
    renamed = [{"name": new, "data": parameters[name]} for name, new in names.items() if new is not None]
    _save(renamed, path)
    return len(kept), [name for name, new in names.items() if new is None]


def _tensor(name: str, data: Array, path: Path) -> mindspore.Tensor:
    """Return a tensor that shares the array's memory where it can."""
    import mindspore

    if data.dtype.name == "bfloat16":
        return mindspore.Tensor(data.astype(np.float32), mindspore.bfloat16)
    if data.dtype.kind not in "biuf":
        raise CheckpointGenerationError(
            f"The weight {name!r} has the element type {data.dtype.name}, which a checkpoint cannot hold.",
            where=str(path),
            advice="Convert the weight to float32 before the model is exported.",
        )
    if not data.ndim or not data.flags.c_contiguous or not data.flags.writeable:
        return mindspore.Tensor(np.array(data, order="C"))
    return mindspore.from_numpy(data)


def load_strictly(network: Any, path: Path) -> None:
    """Load a checkpoint into a network whose parameters are exactly the checkpoint's.

    Args:
        network: The Cell.
        path: The checkpoint.

    Raises:
        CheckpointGenerationError: A parameter of the network is not in the checkpoint, or the other way round.
    """
    import mindspore

    parameters = _read(path)
    own = {name for name, _ in network.parameters_and_names()}
    missing, unexpected = sorted(own - set(parameters)), sorted(set(parameters) - own)
    if missing or unexpected:
        told = [f"it lacks {', '.join(missing[:5])}"] if missing else []
        told += [f"the network has no {', '.join(unexpected[:5])}"] if unexpected else []
        raise CheckpointGenerationError(
            f"The checkpoint does not fit the network: {'; '.join(told)}.",
            where=str(path),
            advice="Convert the model again, and use the script and the checkpoint of one conversion.",
        )
    mindspore.load_param_into_net(network, parameters, strict_load=True)


def _read(path: Path) -> dict[str, Any]:
    """Return what a checkpoint holds; an empty file holds nothing."""
    import mindspore

    size = path.stat().st_size
    _make_room(size)
    return dict(mindspore.load_checkpoint(str(path))) if size else {}


def _make_room(size: int) -> None:
    """Let the system drop cached files before a checkpoint of so many bytes is read.

    The loader refuses what is larger than the memory that is neither used nor holds cached files, and asks again when
    it has read a file. It holds a file three times itself, so that no more is taken here.
    """
    needed = 3 * size
    if "SC_AVPHYS_PAGES" in os.sysconf_names and os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") < needed:
        np.ones(needed, np.uint8)
