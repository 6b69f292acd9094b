"""Run the examples of the rules for scripts: the source under PyTorch, and its conversion under MindSpore.

An example's ``source`` is an expression over the names of ``inputs``, or statements with one at their end. If it gives
a module, the module is called with those inputs that the expression does not name, with the weights that
``convert_checkpoint`` carries over.
"""

from __future__ import annotations

import ast
import linecache
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import numpy as np
import pytest

from mindconverter import convert_checkpoint, convert_source
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.model import Example, Rule
from mindconverter.rules.tables import RuleTables, load_tables
from tests import gradients
from tests.models import torchvision

HEADER = """\
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

"""
RELATIVE, ABSOLUTE = 1e-4, 1e-5
NETWORKS = re.compile(r"torch\.nn\.(functional\.|[A-Z])")
"""What networks are made of."""


@dataclass(frozen=True)
class Case:
    """One example of a rule."""

    rule: Rule
    example: Example

    @property
    def name(self) -> str:
        number = self.rule.examples.index(self.example)
        return f"{Path(self.rule.location.file).stem}-{self.rule.head}-{number}"

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of the example's names."""
        scope = {"np": np, "arr": _array}
        return {name: eval(text, scope) for name, text in self.example.inputs.items()}  # the project's own text

    @property
    def script(self) -> str:
        """The example as a script with one function."""
        names = {node.id for node in ast.walk(ast.parse(self.example.source)) if isinstance(node, ast.Name)}
        inputs = self.inputs
        free = [name for name in inputs if name in names]
        typed = [f"{name}: Tensor" if isinstance(inputs[name], np.ndarray) else name for name in free]
        *lines, last = _statements(self.example.source)
        body = "".join(f"{line}\n" for line in (*lines, f"return {last}"))
        header = HEADER if "torchvision." not in self.example.source else f"import torchvision\n{HEADER}"
        return f"{header}\ndef example({', '.join(typed)}):\n{indent(body, '    ')}"


@dataclass(frozen=True)
class Converted:
    """The conversion of an example: the script, and what became of the example's own text."""

    code: str
    text: str
    diagnostics: tuple[Diagnostic, ...]


@cache
def tables() -> RuleTables:
    return load_tables()


def cases() -> list[Case]:
    """Return all examples of rules for scripts, by file and API."""
    return list(_cases())


def _cases() -> Iterator[Case]:
    for head in sorted(tables().heads):
        rule = tables().api_rule(head)
        for example in rule.examples if rule is not None else ():
            yield Case(rule, example)


def _array(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(np.float32)


def convert(case: Case) -> Converted:
    """Convert an example."""
    result = convert_source(case.script, tables=tables())
    function = next(node for node in ast.parse(result.code).body if getattr(node, "name", "") == "example")
    assert isinstance(function, ast.FunctionDef)
    returned = function.body[-1]
    assert isinstance(returned, ast.Return)
    assert returned.value is not None
    parts = [ast.get_source_segment(result.code, node, padded=True) for node in (*function.body[:-1], returned.value)]
    text = "\n".join(dedent(part) for part in parts if part is not None)
    return Converted(result.code, text, tuple(result.diagnostics))


def _statements(source: str) -> list[str]:
    """Return the statements of an example, the last of which is an expression."""
    lines = source.splitlines()
    starts = [node.lineno - 1 for node in ast.parse(source).body]
    ends = [*starts[1:], len(lines)]
    return ["\n".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def unconverted(converted: Converted) -> list[str]:
    """Return what the conversion left."""
    return [f"{item.source}: {item.say}" for item in converted.diagnostics if item.outcome is Outcome.UNCONVERTED]


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


def run(case: Case, converted: Converted) -> Ran:
    """Run an example under PyTorch and under MindSpore; a layer with the rest of the inputs."""
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    torchvision()
    torch.manual_seed(0)
    names = {node.id for node in ast.walk(ast.parse(case.example.source)) if isinstance(node, ast.Name)}
    inputs = tuple(value for name, value in case.inputs.items() if name in names)
    source, target = _define(case.script), _define(converted.code)
    left, right = source(*_tensors(inputs, torch.from_numpy)), target(*_tensors(inputs, mindspore.Tensor))
    if isinstance(left, torch.nn.Module):
        source, target = left, right
        inputs = tuple(value for name, value in case.inputs.items() if name not in names)
        mindspore.load_param_into_net(target, convert_checkpoint(source.state_dict(), target))
        source.eval()
        target.set_train(False)
        left, right = source(*_tensors(inputs, torch.from_numpy)), target(*_tensors(inputs, mindspore.Tensor))
    return Ran(source, target, inputs, list(_flat(left)), list(_flat(right)))


def compare_derivatives(ran: Ran) -> None:
    """Compare the derivatives by the inputs of single precision, if PyTorch has them."""
    import mindspore

    places = [index for index in range(len(ran.inputs)) if _output(ran, [index])[0] is not None]
    output, leaves = _output(ran, places)
    derivatives = None if output is None else gradients.of_source(output, leaves)
    if derivatives is not None:
        given = _tensors(ran.inputs, mindspore.Tensor)
        found, _ = gradients.of_target(ran.target, given, places, derivatives.weights)
        for place, one, two in zip(places, derivatives.values, found, strict=True):
            gradients.compare(one, two, derivatives.greatest, f"gradient of input {place}")


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


def check(case: Case) -> None:
    """Convert an example, compare the text with its ``result``, and the values of both sides.

    Of layers, losses and what else networks are made of, the derivatives count too.
    """
    converted = convert(case)
    assert not unconverted(converted), unconverted(converted)
    if case.example.result:
        assert converted.text == case.example.result.rstrip("\n")
    ran = run(case, converted)
    compare(ran.expected, ran.found)
    if NETWORKS.match(case.rule.head):
        compare_derivatives(ran)


def compare(expected: list[Any], found: list[Any]) -> None:
    """Assert that values are equal, with their shapes and types."""
    assert len(found) == len(expected)
    for left, right in zip(expected, found, strict=True):
        if isinstance(left, float) and isinstance(right, float):
            assert right == pytest.approx(left, rel=RELATIVE, abs=ABSOLUTE, nan_ok=True)
            continue
        if isinstance(left, Mapping) or not isinstance(left, np.ndarray):
            assert right == left
            continue
        assert isinstance(right, np.ndarray)
        assert (right.shape, right.dtype) == (left.shape, left.dtype)
        np.testing.assert_allclose(right, left, rtol=RELATIVE, atol=ABSOLUTE * max(1, np.abs(left).max(initial=0)))
