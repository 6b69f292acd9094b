"""Say the types of what the methods of a generated class take and give."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from mindconverter.graph.emit import skeleton
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.ir import Value
from mindconverter.graph.modules.construction import (
    Construction,
    InitParameter,
    Literal,
    NewParameter,
    NewTensor,
    Reference,
)
from mindconverter.graph.modules.packing import is_packed

_MANY = 4
_ORDER = (bool, int, float, str)


def of_value(value: str, values: Mapping[str, Value], names: TargetNames) -> ast.expr | None:
    """Return the annotation of a value in a call; None for what may be no tensor, such as a sequence."""
    tensor = names.reference(skeleton.TENSOR)
    if is_packed(value):
        return _several([tensor, ast.Constant(...)])
    known = values.get(value)
    return tensor if known is not None and known.dtype is not None else None


def of_results(outputs: Sequence[str], values: Mapping[str, Value], names: TargetNames) -> ast.expr | None:
    """Return the annotation of what a call gives; None where a part of it may be no tensor."""
    found = [of_value(value, values, names) for value in outputs]
    known = [annotation for annotation in found if annotation is not None]
    if not known or len(known) < len(found):
        return None
    if len(known) == 1:
        return known[0]
    return _several(known if len(known) < _MANY else [known[0], ast.Constant(...)])


def of_parameter(parameter: InitParameter, names: TargetNames) -> ast.expr | None:
    """Return the annotation of a parameter of ``__init__``; None where its arguments have no type with a short name."""
    forms = [*parameter.values, *([] if parameter.default is None else [parameter.default])]
    found = [_type_of(form, names) for form in forms]
    texts = list(dict.fromkeys(found))
    if "" in texts:
        return None
    ordered = sorted(texts, key=lambda text: (text == "None", _rank(text)))
    if ordered == ["None"]:
        return None
    return ast.parse(" | ".join(ordered), mode="eval").body


def _type_of(form: Construction, names: TargetNames) -> str:
    match form:
        case Literal(value=None):
            return "None"
        case Literal(value=tuple() as items):
            inner = {type(item) for item in items}
            plain = len(inner) == 1 and inner <= set(_ORDER)
            return f"tuple[{inner.pop().__name__}, ...]" if plain else "tuple"
        case Literal(value=value):
            return type(value).__name__ if type(value) in (*_ORDER, list) else ""
        case NewParameter():
            return ast.unparse(names.reference(skeleton.PARAMETER))
        case NewTensor():
            return ast.unparse(names.reference(skeleton.TENSOR))
        case Reference():
            return ""
    return ast.unparse(names.reference(skeleton.CELL))


def _rank(text: str) -> int:
    return next((place for place, kind in enumerate(_ORDER) if kind.__name__ == text), len(_ORDER))


def _several(items: Sequence[ast.expr]) -> ast.expr:
    return ast.Subscript(ast.Name("tuple", ast.Load()), ast.Tuple(list(items), ast.Load()), ast.Load())
