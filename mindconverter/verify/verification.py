"""Hold what a comparison of a source with its conversion found, and render it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from mindconverter.verify.difference import Difference
from mindconverter.verify.example_values import Array

FORMAT = 1
_SHOWN = 20


@dataclass(frozen=True)
class Verification:
    """Say how a conversion compares with its source.

    Attributes:
        source: The model or script.
        target: The framework of the conversion, with its version.
        mode: How that ran: ``pynative`` or ``graph``.
        tolerance: How far numbers may be apart, as a share of the largest one of their tensor.
        inputs: What both ran with, by name.
        outputs: How the outputs compare.
        inner: How what the layers or nodes give compares, in the order of the source; empty if that was not asked for.
        problem: Why the conversion does not run; empty if it does.
        note: Why there is nothing inner, though that was asked for.
    """

    source: str
    target: str
    mode: str
    tolerance: float
    inputs: Mapping[str, Array]
    outputs: tuple[Difference, ...] = ()
    inner: tuple[Difference, ...] = ()
    problem: str = ""
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the conversion runs, and gives what the source does."""
        return not self.problem and not any(item.problem for item in self.outputs)

    @property
    def first(self) -> Difference | None:
        """The first layer or node whose value differs."""
        return next((item for item in self.inner if item.problem), None)


def as_text(found: Verification) -> str:
    """Return a verification as lines to read."""
    lines = [f"{found.source} and its conversion under {found.target}, in {found.mode} mode:"]
    lines += [f"  input {name}: {_kind(array.dtype.name, array.shape)}" for name, array in found.inputs.items()]
    if found.problem:
        return "\n".join([*lines, f"The conversion does not run: {found.problem}"])
    lines += [f"  output {_told(item)}" for item in found.outputs]
    if found.inner:
        wrong = [item for item in found.inner if item.problem]
        lines.append(f"Of {len(found.inner)} values between, {len(wrong)} differ{':' if wrong else '.'}")
        lines += _listed(wrong)
    lines += [found.note] if found.note else []
    share = f"{found.tolerance:g} of its largest number"
    end = "Each output is the same within" if found.holds else "The outputs are not the same within"
    return "\n".join([*lines, f"{end} {share}."])


def _listed(wrong: Sequence[Difference]) -> list[str]:
    more = [f"  and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    return [f"  {_told(item)}" for item in wrong[:_SHOWN]] + more


def _told(item: Difference) -> str:
    apart = "" if item.largest is None else f", {item.largest:.1e} apart"
    return f"{item.name}: {_kind(item.dtype, item.shape)}{apart}" + (f": {item.problem}" if item.problem else "")


def _kind(dtype: str, shape: Sequence[int]) -> str:
    return f"{dtype} ({', '.join(map(str, shape))})"


def as_json(found: Verification) -> str:
    """Return a verification for machines."""
    data = {
        "format": FORMAT,
        "source": found.source,
        "target": found.target,
        "mode": found.mode,
        "tolerance": found.tolerance,
        "holds": found.holds,
        "problem": found.problem,
        "note": found.note,
        "inputs": [
            {"name": name, "dtype": array.dtype.name, "shape": array.shape} for name, array in found.inputs.items()
        ],
        "outputs": [_data(item) for item in found.outputs],
        "inner": [_data(item) for item in found.inner],
        "first_difference": None if found.first is None else found.first.name,
    }
    return json.dumps(data, indent=2)


def _data(item: Difference) -> dict[str, object]:
    known = item.largest is not None and item.largest != float("inf")
    return {**asdict(item), "largest": item.largest if known else None}
