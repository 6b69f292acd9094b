"""Real models whose source is converted: what each case names, and the files that hold its numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SEED = 0
BATCH = 2
CLASSES = 10


@dataclass(frozen=True)
class ModelCase:
    """Describe a model.

    Attributes:
        library: The package that has it.
        family: The module that defines it.
        name: The function that builds it.
        size: The side of its input images.
        options: Arguments that the function gets beside the number of classes.
        frames: How many images a video has; 0 for single images.
        folder: Where the numbers of PyTorch lie.
        package: The folder of the converted package.
    """

    library: str
    family: str
    name: str
    size: int
    options: Mapping[str, Any] = field(default_factory=dict)
    frames: int = 0
    folder: str = ""
    package: str = ""

    @property
    def operator(self) -> str:
        """What the results are grouped by."""
        return f"{self.library}.{self.family}"

    def file(self, what: str) -> Path:
        """Return the file of the weights, the input or the output."""
        return Path(self.folder) / f"{self.library}.{self.name}.{what}"

    def input(self) -> np.ndarray[Any, Any]:
        """Return the images or videos that both frameworks get."""
        shape = (BATCH, 3, *((self.frames,) if self.frames else ()), self.size, self.size)
        return np.random.default_rng(SEED).standard_normal(shape, dtype=np.float32)


def read_cases(path: Path) -> list[ModelCase]:
    """Return the cases that a file lists, by library and family."""
    found = []
    for library, families in json.loads(path.read_text(encoding="utf-8")).items():
        for family, entry in families.items():
            for name in (entry["model"], *entry.get("more", ())):
                options, frames = entry.get("options", {}), entry.get("frames", 0)
                found.append(ModelCase(library, family, name, entry["size"], options, frames))
    return found
