"""The example of a draft: a call with values that other examples give to parameters of these names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mindconverter.rules.draft.align import Alignment
from mindconverter.rules.draft.habits import Habits
from mindconverter.rules.draft.subject import OPERATOR, Side
from mindconverter.rules.signature import Kind, Parameter

_ARRAY = "arr(2, 3)"
_NAMES = "xyzuvw"
_BY_TYPE = (("bool", "True"), ("float", "0.5"), ("Sequence", "(1, 2)"), ("tuple", "(1, 2)"), ("int", "1"))
"""Values by a word of the annotation, the most special type first."""


@dataclass(slots=True)
class Call:
    """Collect the arguments of a call and the arrays that they name.

    Attributes:
        arguments: The arguments as text.
        inputs: The text of the array that each name stands for.
        open: Parameters that a value has to be found for.
    """

    arguments: list[str] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def array(self, text: str) -> str:
        """Return a new name for an array."""
        name = _NAMES[len(self.inputs)] if len(self.inputs) < len(_NAMES) else f"x{len(self.inputs)}"
        self.inputs[name] = text
        return name


def example_call(source: Side, alignment: Alignment | None, habits: Habits) -> tuple[str, Mapping[str, str], list[str]]:
    """Return the text of a call, its arrays, and the parameters that a value is missing for.

    Args:
        source: What is called.
        alignment: What the target takes; parameters whose defaults differ are given.
        habits: The values of other examples.
    """
    call = Call()
    receiver = call.array(_ARRAY) if source.is_method else ""
    telling = {item.name for item, _ in alignment.differing} if alignment is not None else set()
    positional = True
    for parameter in source.signatures[0].parameters if source.signatures else ():
        if not parameter.required and parameter.name not in telling and parameter.kind is not Kind.ARGS:
            positional = False
            continue
        value = _value(parameter, call, habits)
        if value is None:
            if parameter.required:
                call.open.append(parameter.name)
                value = "..."
            else:
                continue
        positional = positional and parameter.kind is not Kind.KEYWORD
        call.arguments.append(value if positional else f"{parameter.name}={value}")
    if source.kind == "class" and not call.inputs:
        call.array(_ARRAY)
    name = f"{receiver}.{source.leaf}" if receiver else source.name
    text = name if source.kind in ("property", "value") else f"{name}({', '.join(call.arguments)})"
    return text, call.inputs, call.open


def example_node(source: Side, habits: Habits) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the inputs of a node and its attributes, as text; both by name.

    Args:
        source: The operator.
        habits: The values of other examples.
    """
    assert source.kind == OPERATOR
    inputs: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for parameter in source.signatures[0].parameters:
        if parameter.kind is Kind.ARGS:
            inputs[parameter.name] = f"[{_ARRAY}, {_ARRAY}]"
        elif parameter.kind is not Kind.KEYWORD and parameter.required:
            inputs[parameter.name] = habits.usual(habits.arrays, parameter.name) or _ARRAY
    return inputs, attributes


def _value(parameter: Parameter, call: Call, habits: Habits) -> str | None:
    kind = parameter.annotation
    literal, array = habits.usual(habits.values, parameter.name), habits.usual(habits.arrays, parameter.name)
    if re.match(r"\w*Tensor\b", kind) or (not kind and parameter.required and habits.is_array(parameter.name)):
        return call.array(array or _ARRAY)
    if literal is not None and literal != parameter.default:
        return literal
    if parameter.default is not None and not kind:
        return None
    return next((value for word, value in _BY_TYPE if re.search(rf"\b{word}\b", kind)), None)
