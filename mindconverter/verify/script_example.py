"""An example of a rule for scripts: as a script, and what its conversion has to be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from textwrap import dedent, indent
from typing import Any

import numpy as np

from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.rules.model import Example, Rule
from mindconverter.rules.tables import RuleTables
from mindconverter.source.convert import convert_source
from mindconverter.verify.example_values import values_of

_HEADER = """\
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

"""


@dataclass(frozen=True)
class ScriptExample:
    """Hold one example of a rule.

    Its ``source`` is an expression over the names of ``inputs``, or statements with one at their end.
    """

    rule: Rule
    example: Example

    @property
    def name(self) -> str:
        """What messages call it."""
        number = self.rule.examples.index(self.example)
        return f"{PurePath(self.rule.location.file).stem}-{self.rule.head}-{number}"

    @property
    def inputs(self) -> dict[str, Any]:
        """The values of the example's names."""
        return values_of(self.example.inputs)

    @property
    def script(self) -> str:
        """The example as a script with one function."""
        inputs = self.inputs
        free = [name for name in inputs if name in self.names]
        typed = [f"{name}: Tensor" if isinstance(inputs[name], np.ndarray) else name for name in free]
        *lines, last = _statements(self.example.source)
        body = "".join(f"{line}\n" for line in (*lines, f"return {last}"))
        package = self.rule.head.partition(".")[0]
        own = "" if f"import {package}\n" in _HEADER else f"import {package}\n"
        return f"{own}{_HEADER}\ndef example({', '.join(typed)}):\n{indent(body, '    ')}"

    @property
    def names(self) -> frozenset[str]:
        """The names that the source reads or binds."""
        return frozenset(node.id for node in ast.walk(ast.parse(self.example.source)) if isinstance(node, ast.Name))


@dataclass(frozen=True)
class ConvertedExample:
    """Hold the conversion of an example: the script, and what became of the example's own text."""

    code: str
    text: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def unconverted(self) -> list[str]:
        """What the conversion left, and why."""
        left = (item for item in self.diagnostics if item.outcome is Outcome.UNCONVERTED)
        return [f"{item.source}: {item.say}" for item in left]


def script_examples(tables: RuleTables) -> Iterator[ScriptExample]:
    """Yield all examples of rules for scripts, by API."""
    for head in sorted(tables.heads):
        rule = tables.api_rule(head)
        for example in rule.examples if rule is not None else ():
            yield ScriptExample(rule, example)  # type: ignore[arg-type]


def convert_example(example: ScriptExample, tables: RuleTables) -> ConvertedExample:
    """Convert an example by tables.

    Raises:
        MindConverterError: It cannot be converted at all.
    """
    result = convert_source(example.script, tables=tables)
    function = next(node for node in ast.parse(result.code).body if getattr(node, "name", "") == "example")
    assert isinstance(function, ast.FunctionDef)
    *lines, last = function.body
    parts = [*lines, last.value if isinstance(last, ast.Return) and last.value is not None else last]
    texts = (ast.get_source_segment(result.code, part, padded=True) for part in parts)
    return ConvertedExample(
        result.code, "\n".join(dedent(text) for text in texts if text is not None), tuple(result.diagnostics)
    )


def script_problems(example: ScriptExample, converted: ConvertedExample) -> list[str]:
    """Return how the conversion of an example differs from what the example says of it.

    Args:
        example: The example.
        converted: Its conversion.
    """
    said = example.example
    problems = []
    if not said.refused:
        problems += [f"It is not converted: {left}" for left in converted.unconverted]
    elif not any(said.refused in left for left in converted.unconverted):
        problems.append(f"Nothing is refused with {said.refused!r}.")
    if said.result and converted.text != said.result.rstrip("\n"):
        problems.append(f"It becomes {converted.text!r}, not {said.result.rstrip()!r}.")
    if said.says and not any(said.says in item.say for item in converted.diagnostics):
        problems.append(f"The report does not say {said.says!r}.")
    return problems


def _statements(source: str) -> list[str]:
    """Return the statements of an example, the last of which is an expression."""
    lines = source.splitlines()
    starts = [node.lineno - 1 for node in ast.parse(source).body]
    ends = [*starts[1:], len(lines)]
    return ["\n".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
