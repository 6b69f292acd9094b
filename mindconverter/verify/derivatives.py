"""Differentiate under PyTorch and under MindSpore, and compare what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RELATIVE = 1e-3
ABSOLUTE = 1e-4
"""How far a derivative may be off, as a share of itself and of the greatest one of the call."""
LEAST = 1e-1
"""What counts as the greatest one where all are smaller: derivatives that should be zero are sums that cancel."""


class GradientError(Exception):
    """A derivative under MindSpore differs from the one under PyTorch."""


@dataclass(frozen=True)
class Derivatives:
    """Hold the derivatives of a sum over weighted outputs.

    Attributes:
        weights: What each output of single precision is multiplied with before all is summed up.
        values: A derivative for each tensor that was asked for, as arrays.
    """

    weights: tuple[Any, ...]
    values: tuple[Any, ...]

    @property
    def greatest(self) -> float:
        """The greatest finite value of all."""
        finite = (np.abs(value[np.isfinite(value)]).max(initial=0) for value in self.values)
        return max(LEAST, *map(float, finite))


def floats(value: Any) -> list[Any]:
    """Return the tensors of single precision in a nested result of either framework."""
    if isinstance(value, (tuple, list)):
        return [item for part in value for item in floats(part)]
    return [value] if str(getattr(value, "dtype", "")).lower().endswith("float32") else []


def of_source(output: Any, wanted: Sequence[Any]) -> Derivatives | None:
    """Return the derivatives of what PyTorch gave; None if it is not differentiable.

    Args:
        output: A nested result.
        wanted: The tensors to differentiate by.
    """
    import torch

    found = floats(output)
    weights = tuple(_weights(value.shape) for value in found)
    pairs = [(value, torch.from_numpy(each)) for value, each in zip(found, weights, strict=True) if value.requires_grad]
    if not pairs or not wanted:
        return None
    outputs, given = zip(*pairs, strict=True)
    try:
        values = torch.autograd.grad(outputs, wanted, given, allow_unused=True)
    except RuntimeError:
        return None
    filled = [torch.zeros_like(at) if value is None else value for value, at in zip(values, wanted, strict=True)]
    return Derivatives(weights, tuple(value.detach().resolve_conj().resolve_neg().numpy() for value in filled))


def of_target(
    function: Callable[..., Any],
    inputs: Sequence[Any],
    places: Sequence[int],
    weights: Sequence[Any],
    parameters: Sequence[Any] = (),
) -> tuple[list[Any], list[Any]]:
    """Return the derivatives of a function of MindSpore by inputs and by parameters.

    Args:
        function: What is differentiated.
        inputs: Its arguments.
        places: Which of them to differentiate by.
        weights: What each output is multiplied with: `Derivatives.weights`.
        parameters: The parameters to differentiate by.
    """
    import mindspore

    tensors = [mindspore.Tensor(each) for each in weights]

    def total(*values: Any) -> Any:
        # What is not differentiated by may be changed in place, which arguments of what is differentiated may not.
        given = list(inputs)
        for place, value in zip(places, values, strict=True):
            given[place] = value
        return sum((value * each).sum() for value, each in zip(floats(function(*given)), tensors, strict=True))

    own = mindspore.ParameterTuple(parameters) if parameters else None
    wanted = [inputs[place] for place in places]
    found = mindspore.grad(total, tuple(range(len(places))) or None, own)(*wanted)
    parts = found if places and own else (found, ()) if places else ((), found)
    left, right = (list(part) if isinstance(part, (tuple, list)) else [part] for part in parts)
    return left, right


def compare(expected: Any, found: Any, greatest: float, say: str) -> None:
    """Compare the derivatives by one tensor, where PyTorch has them: what is not a number there may be anything.

    Args:
        expected: The array of PyTorch.
        found: The tensor of MindSpore.
        greatest: The greatest derivative of the call: `Derivatives.greatest`.
        say: What they are called in the message.

    Raises:
        GradientError: They differ.
    """
    values = found.asnumpy()
    if values.shape != expected.shape:
        raise GradientError(f"{say}: shape {values.shape}, not {expected.shape}")
    off = ~np.isclose(values, expected, rtol=RELATIVE, atol=ABSOLUTE * greatest) & ~np.isnan(expected)
    if off.any():
        far = np.abs(values - expected)[off].max()
        raise GradientError(f"{say}: {off.sum()} of {off.size} values are off by up to {far:.3g} of {greatest:.3g}")


def _weights(shape: Any) -> Any:
    size = tuple(shape)
    count = int(np.prod(size))
    return (np.cos(np.arange(count, dtype=np.float32)) + 1.5).reshape(size).astype(np.float32)
