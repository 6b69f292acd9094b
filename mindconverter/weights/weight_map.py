"""Write the weight map: which weight of the source each parameter of a checkpoint comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable
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


def _record(weight: Weight, data_type: str) -> dict[str, object]:
    return {"name": weight.name, "shape": list(weight.shape), "data_type": data_type}
