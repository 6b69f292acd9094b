"""Choose inputs to compare a source and its conversion with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mindconverter.errors import BadParameterError
from mindconverter.graph.emit.entry_point import open_sizes
from mindconverter.graph.ir import Value
from mindconverter.verify.example_values import Array


def choose_inputs(
    values: Sequence[Value], shape: Sequence[Sequence[int]] | None, seed: int, given: Path | None
) -> dict[str, Array]:
    """Return an array for each input: that of a file, else a random one.

    Whole numbers are 0 or 1, which are indices and masks nearly everywhere.

    Args:
        values: The inputs.
        shape: The shape of each, where the values leave it open.
        seed: What the random numbers follow from.
        given: A file of NumPy (`.npz`) with the arrays of some inputs, by name.

    Raises:
        BadParameterError: The file cannot be read or names no input, or nothing says what an input is.
    """
    arrays = {} if given is None else _read(given)
    names = [value.name for value in values]
    unknown = [name for name in arrays if name not in names]
    if unknown:
        raise BadParameterError(
            f"There is no input {unknown[0]!r}.", where=str(given), advice=f"The inputs are {', '.join(names)}."
        )
    sizes = open_sizes(values, {})
    generator = np.random.default_rng(seed)
    for index, value in enumerate(values):
        if value.name in arrays:
            continue
        own = value.shape if value.static_shape is not None or shape is None else shape[index]
        if own is None or value.dtype in (None, "str"):
            raise BadParameterError(
                f"The input {value.name!r} has no known {'shape' if own is None else 'type'} of numbers.",
                advice="Give it with --inputs FILE.npz.",
            )
        extent = tuple(size if isinstance(size, int) else sizes[size] for size in own)
        arrays[value.name] = _random(extent, str(value.dtype), generator)
    return {name: arrays[name] for name in names}


def _read(file: Path) -> dict[str, Array]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, AttributeError) as error:
        raise BadParameterError(
            f"The inputs cannot be read: {error}.",
            where=str(file),
            advice="Write them with numpy.savez(FILE, NAME=array).",
        ) from error


def _random(shape: tuple[int, ...], dtype: str, generator: np.random.Generator) -> Array:
    if dtype == "bool" or "int" in dtype:
        return generator.integers(0, 2, shape).astype(dtype)
    return generator.standard_normal(shape).astype("float32" if dtype == "bfloat16" else dtype)
