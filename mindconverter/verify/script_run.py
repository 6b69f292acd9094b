"""Run an example of a rule for scripts: the source under PyTorch, and its conversion under MindSpore."""

from __future__ import annotations

import linecache
import math
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mindconverter.rules.tables import RuleTables
from mindconverter.verify import derivatives
from mindconverter.verify.frameworks import torchvision
from mindconverter.verify.script_example import ConvertedExample, ScriptExample, convert_example, script_problems
from mindconverter.weights.convert import convert_checkpoint

RELATIVE, ABSOLUTE = 1e-4, 1e-5
_NETWORKS = re.compile(r"nn\.(functional\.|[A-Z])")
"""How the names of what networks are made of go on behind their package."""


class ExampleError(Exception):
    """An example does not hold; the message says why."""


@dataclass(frozen=True)
class Ran:
    """Hold an example as a function of PyTorch and as one of MindSpore, and what came of them.

    Attributes:
        source: The function, or the layer, of PyTorch.
        target: Its conversion.
        inputs: What both were called with.
        expected: The outputs under PyTorch, as arrays and numbers.
        found: The outputs under MindSpore.
    """

    source: Callable[..., Any]
    target: Callable[..., Any]
    inputs: tuple[Any, ...]
    expected: list[Any]
    found: list[Any]


def check_script_example(example: ScriptExample, tables: RuleTables) -> None:
    """Convert an example, compare its text with what it says, run both sides and compare the values.

    Of layers, losses and what else networks are made of, the derivatives count too.

    Args:
        example: The example.
        tables: The tables to convert by.

    Raises:
        ExampleError: Texts or values differ.
    """
    converted = convert_example(example, tables)
    problems = script_problems(example, converted)
    if problems:
        raise ExampleError(" ".join(problems))
    if not example.example.runs:
        return
    ran = run_script_example(example, converted, tables)
    compare(ran.expected, ran.found)
    if _NETWORKS.match(example.rule.head.partition(".")[2]):
        compare_derivatives(ran)


def run_script_example(example: ScriptExample, converted: ConvertedExample, tables: RuleTables) -> Ran:
    """Run an example under both frameworks; a layer with those inputs that its source does not name.

    A layer gets the weights that ``convert_checkpoint`` carries over.

    Args:
        example: The example.
        converted: Its conversion.
        tables: The tables that it was converted by.
    """
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    if "torchvision" in example.script:
        torchvision()
    torch.manual_seed(0)
    named = {name: value for name, value in example.inputs.items() if name in example.names}
    inputs = tuple(named.values())
    source, target = _define(example.script), _define(converted.code)
    left, right = source(*_tensors(inputs, torch.from_numpy)), target(*_tensors(inputs, mindspore.Tensor))
    if isinstance(left, torch.nn.Module):
        source, target = left, right
        inputs = tuple(value for name, value in example.inputs.items() if name not in named)
        mindspore.load_param_into_net(target, convert_checkpoint(source.state_dict(), target, tables=tables))
        source.eval()
        target.set_train(False)
        left, right = source(*_tensors(inputs, torch.from_numpy)), target(*_tensors(inputs, mindspore.Tensor))
    return Ran(source, target, inputs, list(_flat(left)), list(_flat(right)))


def compare_derivatives(ran: Ran) -> None:
    """Compare the derivatives by the inputs of single precision, if PyTorch has them.

    Raises:
        GradientError: They differ.
    """
    import mindspore

    places = [index for index in range(len(ran.inputs)) if _output(ran, [index])[0] is not None]
    output, leaves = _output(ran, places)
    expected = None if output is None else derivatives.of_source(output, leaves)
    if expected is not None:
        given = _tensors(ran.inputs, mindspore.Tensor)
        found, _ = derivatives.of_target(ran.target, given, places, expected.weights)
        for place, one, two in zip(places, expected.values, found, strict=True):
            derivatives.compare(one, two, expected.greatest, f"gradient of input {place}")


def compare(expected: list[Any], found: list[Any]) -> None:
    """Compare values, with their shapes and types.

    Raises:
        ExampleError: They differ.
    """
    if len(found) != len(expected):
        raise ExampleError(f"There are {len(found)} values, not {len(expected)}.")
    for left, right in zip(expected, found, strict=True):
        if isinstance(left, float) and isinstance(right, float):
            same = math.isclose(right, left, rel_tol=RELATIVE, abs_tol=ABSOLUTE) or (left != left and right != right)
        elif isinstance(left, Mapping) or not isinstance(left, np.ndarray):
            same = right == left
        else:
            _compare_arrays(left, right)
            same = True
        if not same:
            raise ExampleError(f"The value is {right!r}, not {left!r}.")


def _compare_arrays(left: Any, right: Any) -> None:
    if not isinstance(right, np.ndarray):
        raise ExampleError(f"The value is {right!r}, not a tensor.")
    if (right.shape, right.dtype) != (left.shape, left.dtype):
        raise ExampleError(f"The tensor is {right.dtype}{right.shape}, not {left.dtype}{left.shape}.")
    scale = ABSOLUTE * max(1, np.abs(left).max(initial=0))
    try:
        np.testing.assert_allclose(right, left, rtol=RELATIVE, atol=scale)
    except AssertionError as error:
        raise ExampleError(str(error).strip()) from error


def _output(ran: Ran, places: list[int]) -> tuple[Any, list[Any]]:
    """Return what PyTorch gives, and the tensors in places; None if it does not differentiate by them."""
    import torch

    leaves = _tensors(ran.inputs, torch.from_numpy)
    if any(getattr(ran.inputs[place], "dtype", None) != np.float32 for place in places):
        return None, []
    for place in places:
        leaves[place].requires_grad_()
    given = [leaf.clone() if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]
    try:
        output = ran.source(*given)
    except RuntimeError:
        return None, []
    changed = any(not torch.equal(given[place], leaves[place]) for place in places)
    return (None if changed else output), [leaves[place] for place in places]


def _tensors(values: tuple[Any, ...], make: Callable[[Any], Any]) -> list[Any]:
    return [make(value.copy()) if isinstance(value, np.ndarray) else value for value in values]


def _define(script: str) -> Any:
    # What compiles a function wants to find its module and its text.
    sys.modules["example"] = types.ModuleType("example")
    scope = vars(sys.modules["example"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        linecache.cache["example.py"] = (len(script), None, script.splitlines(keepends=True), "example.py")
        exec(compile(script, "example.py", "exec"), scope)
    return scope["example"]


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _flat(item)
    elif hasattr(value, "asnumpy"):
        yield value.asnumpy()
    elif hasattr(value, "detach"):
        yield value.detach().resolve_conj().resolve_neg().numpy()
    else:
        yield value
