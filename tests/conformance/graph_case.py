"""Models that Graph mode converts: what each case names, and what it is called with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.conformance.outcome import Result

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class ModelInput:
    """Describe an input of a model.

    Attributes:
        shape: Its shape, the batch included.
        below: For integers, the number that they lie below; zero for numbers of floating point.
    """

    shape: tuple[int, ...]
    below: int = 0

    @property
    def dtype(self) -> str:
        """The type of its elements."""
        return "int64" if self.below else "float32"

    def array(self, random: np.random.Generator) -> Array:
        """Return a value for it."""
        if self.below:
            return random.integers(0, self.below, self.shape, dtype=np.int64)
        return random.standard_normal(self.shape, dtype=np.float32)


@dataclass(frozen=True)
class GraphCase:
    """Describe a model.

    Attributes:
        library: The package that has it; ``own`` for those of this folder.
        family: What it belongs to.
        model: The function or class that builds it.
        options: What that is called with.
        inputs: What the model is called with.
        form: The kind of file that it is saved as, for Keras.
    """

    library: str
    family: str
    model: str
    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[ModelInput, ...] = ()
    form: str = ""

    @property
    def name(self) -> str:
        """What its result is called."""
        return f"{self.model} {self.form}".rstrip()

    @property
    def operator(self) -> str:
        """What the results are grouped by."""
        return f"{self.library}.{self.family}"

    def arrays(self) -> list[Array]:
        """Return what both sides are called with."""
        random = np.random.default_rng(0)
        return [item.array(random) for item in self.inputs]


@dataclass(frozen=True)
class GraphResult(Result):
    """Hold what became of a model.

    Attributes:
        nodes: How many nodes the report tells of.
        left: How many of them are not converted.
        lines: How many lines the script has.
        weights: How many parameters the checkpoint has.
        same: How many of them have the name and the shape that they have in the source.
        differences: For each mode, how far the outputs are off, relative to the largest value.
    """

    nodes: int = 0
    left: int = 0
    lines: int = 0
    weights: int = 0
    same: int = 0
    differences: tuple[float, ...] = ()


def read_cases(path: Path) -> list[GraphCase]:
    """Return the cases that a file lists, by library and family."""
    found = []
    for library, families in json.loads(path.read_text(encoding="utf-8")).items():
        for family, entries in families.items():
            for entry in entries:
                inputs = tuple(ModelInput(tuple(item["shape"]), item.get("below", 0)) for item in entry["inputs"])
                found += [
                    GraphCase(library, family, entry["model"], entry.get("options", {}), inputs, form)
                    for form in entry.get("forms", [".keras"] if library == "keras" else [""])
                ]
    return found
