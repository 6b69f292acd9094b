"""Write the weight map: which weight of the source each parameter of a checkpoint comes from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mindconverter.errors import WeightMapGenerationError
from mindconverter.report.write import atomic_write_text


@dataclass(frozen=True, slots=True)
class Weight:
    """Describe a weight: its name, shape, and element type in NumPy's words."""

    name: str
    shape: tuple[int, ...]
    dtype: str


def render_weight_map(name: str, pairs: Iterable[tuple[Weight, Weight]]) -> str:
    """Return the weight map as JSON.

    Args:
        name: The name of the model.
        pairs: The converted weight and its source, one pair for each source that a converted weight is made of.
    """
    entries = [
        {
            "converted_weight": _record(converted, converted.dtype.capitalize()),
            "source_weight": _record(source, source.dtype),
        }
        for converted, source in pairs
    ]
    return json.dumps({name: entries}, indent=4, ensure_ascii=True) + "\n"


def write_weight_map(name: str, pairs: Iterable[tuple[Weight, Weight]], directory: Path) -> Path:
    """Write ``weight_map_of_NAME.json`` and return its path.

    Args:
        name: The name of the model.
        pairs: See ``render_weight_map``.
        directory: Where the file goes; created where needed.

    Raises:
        WeightMapGenerationError: The file cannot be written.
    """
    path = directory / f"weight_map_of_{name}.json"
    atomic_write_text(path, render_weight_map(name, pairs), WeightMapGenerationError)
    return path


def rename_weight_map(source: Path, rename: Callable[[str], str | None], checkpoint: Path) -> Path:
    """Write the weight map that belongs to a renamed checkpoint beside it, and return its path.

    Args:
        source: The weight map.
        rename: Gives the new name of a parameter; None to leave it out.
        checkpoint: The renamed checkpoint.

    Raises:
        WeightMapGenerationError: The file is no weight map, or the new one cannot be written.
    """
    try:
        (entries,) = json.loads(source.read_text(encoding="utf-8")).values()
        found = []
        for entry in entries:
            name = rename(entry["converted_weight"]["name"])
            if name is not None:
                found.append({**entry, "converted_weight": {**entry["converted_weight"], "name": name}})
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise WeightMapGenerationError(
            f"The weight map cannot be read: {error}.", where=str(source), advice="Check the path of --weight_map."
        ) from error
    path = checkpoint.parent / f"weight_map_of_{checkpoint.stem}.json"
    text = json.dumps({checkpoint.stem: found}, indent=4, ensure_ascii=True) + "\n"
    atomic_write_text(path, text, WeightMapGenerationError)
    return path


def _record(weight: Weight, data_type: str) -> dict[str, object]:
    return {"name": weight.name, "shape": list(weight.shape), "data_type": data_type}
