"""The kinds of the results of operators."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.kind import UNKNOWN, UNSURE, Kind
from mindconverter.source.kinds.numpy_arrays import NUMPY, is_numpy

_NUMBERS = {"int", "bool", "float", "number"}


def arithmetic(apis: Apis, op: ast.operator, left: Kind, right: Kind) -> Kind:
    """Return the kind of the result of an arithmetic operation."""
    array = _array(apis, (left, right))
    if array:
        return apis.array | array & UNSURE if isinstance(op, ast.Div) else array
    if is_numpy(left) or is_numpy(right):
        return NUMPY
    if left <= _NUMBERS and right <= _NUMBERS and left and right:
        if isinstance(op, ast.Div):
            return kind.of("float")
        both = left | right
        if both <= {"int", "bool"}:
            return kind.of("number") if isinstance(op, ast.Pow) else kind.of("int")
        return kind.of("float") if "float" in left or "float" in right else kind.of("number")
    outer = {kind.outer_name(name) for name in left | right}
    if outer == {"str"} or (isinstance(op, ast.Mod) and left == {"str"}):
        return kind.of("str")
    if left and right and (outer <= {"list", "int"} or outer <= {"tuple", "int"}):
        return kind.of("list" if "list" in outer else "tuple")
    return UNKNOWN


def comparison(apis: Apis, ops: Sequence[ast.cmpop], values: Sequence[Kind]) -> Kind:
    """Return the kind of the result of a comparison."""
    if any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in ops):
        return kind.of("bool")
    array = _array(apis, values)
    if array:
        return apis.elements.array_of("bool") | array & UNSURE
    if any(map(is_numpy, values)):
        return NUMPY
    return kind.of("bool") if all(value and all("." not in name for name in value) for value in values) else UNKNOWN


def _array(apis: Apis, values: Sequence[Kind]) -> Kind:
    """Return the kind of an array if one of the operands is one, or is likely to be one."""
    if any(apis.is_array(value) for value in values):
        return apis.elements.promoted(values)
    if any(value >= UNSURE and apis.is_array(kind.sure(value)) for value in values):
        return apis.array | UNSURE
    return UNKNOWN
