"""The functions that rule expressions may call.

Each takes values as ``mindconverter.rules.values`` describes them. A function in ``PYTHON_FUNCTIONS`` is a Python
builtin, so that a call with unknown arguments can be written into the output as it stands; a function in
``FACT_FUNCTIONS`` looks at what is known of an unknown value; every other function gives an unknown value without code
for unknown arguments.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence

from mindconverter.rules.values import Body, Facts, Starred, Unknown, is_known, open_size, to_code, type_of

_SEQUENCES = ("tuple", "list")
_NUMBERS = ("int", "float", "number")


def _is_type(*names: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        found = type_of(value)
        if found is None:
            return Unknown(None, Facts(type="bool"))
        if found == "number" and "number" not in names and any(name in _NUMBERS for name in names):
            return Unknown(None, Facts(type="bool"))
        return found in names

    return check


def _kind(value: object) -> object:
    """Return the type of a value in the words of ``Facts.type``."""
    found = type_of(value)
    return Unknown(None, Facts(type="str")) if found is None else found


def _shape(value: object) -> object:
    if isinstance(value, Unknown):
        if value.facts.shape is None:
            return Unknown(None, Facts(type="tuple"))
        sizes = enumerate(value.facts.shape)
        return tuple(size if isinstance(size, int) else _shape_item(value, axis, size) for axis, size in sizes)
    return _nested_shape(value)


def _shape_item(value: Unknown, axis: int, symbol: str | None) -> Unknown:
    """Return a size that only the user's program knows; its code asks the tensor, if that has a name."""
    if not isinstance(value.code, ast.Name):
        return open_size(symbol)
    shape = ast.Attribute(value.code, "shape", ast.Load())
    return Unknown(ast.Subscript(shape, ast.Constant(axis), ast.Load()), Facts(type="int"))


def _pairs(one: object, other: object) -> object:
    """Return the items of two sequences in pairs; a number, or the only item of a sequence, goes with each."""
    first = tuple(one) if isinstance(one, (tuple, list)) else (one,)
    second = tuple(other) if isinstance(other, (tuple, list)) else (other,)
    count = max(len(first), len(second))
    if any(len(items) not in (1, count) for items in (first, second)):
        return Unknown()
    return tuple(zip(first * (count // len(first)), second * (count // len(second)), strict=True))


def _nested_shape(value: object) -> tuple[int, ...]:
    if isinstance(value, (tuple, list)):
        return (len(value), *(_nested_shape(value[0]) if value else ()))
    return ()


def _rank(value: object) -> object:
    shape = _shape(value)
    return len(shape) if isinstance(shape, tuple) else Unknown(None, Facts(type="int"))


def _dtype(value: object) -> object:
    if isinstance(value, Unknown):
        return value.facts.dtype if value.facts.dtype is not None else Unknown(None, Facts(type="str"))
    if isinstance(value, (tuple, list)) and value:
        return _dtype(value[0])
    return {bool: "bool", int: "int64", float: "float32", str: "str"}.get(type(value), "float32")


def _known_dtype(value: object) -> str:
    """Return the type of a tensor's elements; empty where it is not known."""
    found = _dtype(value)
    return found if isinstance(found, str) else ""


def _is_weight(value: object) -> bool:
    return isinstance(value, Unknown) and value.facts.weight


def _api(name: object) -> object:
    """Return the target API of that full name as code."""
    if not isinstance(name, str):
        return Unknown()
    if not all(part.isidentifier() for part in name.split(".")):
        raise ValueError(f"{name!r} is no name of an API")
    return Unknown(ast.parse(name, mode="eval").body)


def _slice(start: object, stop: object, step: object) -> object:
    """Return what stands for ``start:stop:step`` in an index; None leaves a part out."""
    parts = [None if part is None else to_code(part) for part in (start, stop, step)]
    if any(code is None for code, part in zip(parts, (start, stop, step), strict=True) if part is not None):
        return Unknown()
    return Unknown(ast.Slice(*parts))


def _call(body: object) -> object:
    """Return the call of a body that has no inputs of its own."""
    if not isinstance(body, Body) or body.code is None:
        return Unknown()
    return Unknown(ast.Call(body.code, [item.code for item in body.captured if item.code is not None], []))


def _captured(body: object) -> object:
    """Return the values of the enclosing graph that a body reads."""
    return body.captured if isinstance(body, Body) else Unknown(None, Facts(type="tuple"))


def _results(body: object) -> object:
    """Return how many values a body gives."""
    return body.results if isinstance(body, Body) else Unknown(None, Facts(type="int"))


def _known(value: object) -> bool:
    return is_known(value)


def _size(value: object) -> object:
    """Return the number of elements of a value with a static shape."""
    shape = _shape(value)
    if isinstance(shape, tuple) and is_known(shape):
        return math.prod(shape)
    return Unknown(None, Facts(type="int"))


def _repeated(value: object, count: object) -> object:
    """Return ``value`` as a tuple of ``count`` items: a single number is repeated."""
    if not isinstance(count, int):
        return Unknown()
    if isinstance(value, (tuple, list)):
        return tuple(value) * count if len(value) == 1 else tuple(value)
    if isinstance(value, Unknown):
        if value.facts.type in _NUMBERS and value.code is not None:
            return (value,) * count
        return Unknown(None, Facts(type="tuple"))
    return (value,) * count


def _sizes(items: Sequence[object]) -> object:
    """Return the shape that the arguments ``*items`` mean: one sequence, or the items themselves."""
    if len(items) != 1:
        return tuple(items)
    item = items[0]
    if isinstance(item, Starred):
        return item.value
    if isinstance(item, Unknown) and item.facts.type not in _NUMBERS:
        return item
    return tuple(item) if isinstance(item, (tuple, list)) else (item,)


def _both_sides(value: Sequence[object]) -> tuple[object, ...]:
    """Turn one padding an axis into two: (h, w) becomes (h, h, w, w)."""
    return tuple(item for item in value for _ in range(2))


def _sides(pads: Sequence[object]) -> tuple[object, ...]:
    """Turn ONNX pads into begin and end an axis: (t, l, b, r) becomes (t, b, l, r)."""
    half = len(pads) // 2
    return tuple(item for axis in range(half) for item in (pads[axis], pads[half + axis]))


def _last_axis_first(pads: Sequence[object]) -> tuple[object, ...]:
    """Turn ONNX pads into pairs from the last axis to the first: (t, l, b, r) becomes (l, r, t, b)."""
    half = len(pads) // 2
    return tuple(item for axis in reversed(range(half)) for item in (pads[axis], pads[half + axis]))


def _same_pads(
    auto_pad: str, size: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> tuple[int, ...]:
    """Return the ONNX pads that SAME_UPPER or SAME_LOWER means for a spatial size."""
    begins, ends = [], []
    for length, k, stride, dilation in zip(size, kernel, strides, dilations, strict=True):
        total = max((math.ceil(length / stride) - 1) * stride + dilation * (k - 1) + 1 - length, 0)
        small, large = total // 2, total - total // 2
        begins.append(small if auto_pad == "SAME_UPPER" else large)
        ends.append(large if auto_pad == "SAME_UPPER" else small)
    return (*begins, *ends)


def _compact(value: object) -> object:
    """Turn a tuple of equal numbers into the one number; leave anything else."""
    if isinstance(value, (tuple, list)) and value and is_known(value):
        return value[0] if all(item == value[0] for item in value) else tuple(value)
    return value


def _prod(values: object) -> object:
    """Return the product of numbers; what is unknown of them becomes factors of code."""
    if not isinstance(values, (tuple, list)):
        return Unknown()
    known = math.prod(item for item in values if is_known(item))
    codes = [to_code(item) for item in values if not is_known(item)]
    if known != 1 or not codes:
        codes = [*([to_code(known)] if codes else []), *codes]
    if not codes or known == 0:
        return known
    result: ast.expr | None = None
    for code in codes:
        if code is None:
            return Unknown(None, Facts(type="int"))
        result = code if result is None else ast.BinOp(result, ast.Mult(), code)
    return Unknown(result, Facts(type="int"))


def _same(one: object, other: object) -> bool:
    """Tell whether two values are equal for certain: known and equal, or computed by the same code."""
    if is_known(one) and is_known(other):
        return bool(one == other)
    first, second = to_code(one), to_code(other)
    return first is not None and second is not None and ast.dump(first) == ast.dump(second)


def _permutation_inverse(perm: Sequence[int]) -> tuple[int, ...]:
    return tuple(perm.index(axis) for axis in range(len(perm)))


def _places(items: Sequence[object], among: Sequence[object]) -> tuple[int | None, ...]:
    """Return where each item stands first in a sequence; None for one that is not there."""
    first: dict[object, int] = {}
    for place, item in enumerate(among):
        first.setdefault(item, place)
    return tuple(first.get(item) for item in items)


def _flat(value: object) -> object:
    """Return nested tuples or lists as one tuple."""
    if isinstance(value, (tuple, list)):
        result: tuple[object, ...] = ()
        for item in value:
            flat = _flat(item)
            result += flat if isinstance(flat, tuple) else (flat,)
        return result
    return value


PYTHON_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "abs": abs,
    "all": all,
    "any": any,
    "bool": bool,
    "float": float,
    "int": int,
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "range": range,
    "round": round,
    "str": str,
    "sum": sum,
    "tuple": tuple,
}

FACT_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "api": _api,
    "call": _call,
    "captured": _captured,
    "dtype": _dtype,
    "is_bool": _is_type("bool"),
    "is_float": _is_type("float"),
    "is_int": _is_type("int"),
    "is_none": _is_type("none"),
    "is_number": _is_type(*_NUMBERS),
    "is_sequence": _is_type(*_SEQUENCES),
    "is_str": _is_type("str"),
    "is_tensor": _is_type("tensor"),
    "is_weight": _is_weight,
    "kind": _kind,
    "known": _known,
    "known_dtype": _known_dtype,
    "pairs": _pairs,
    "prod": _prod,
    "rank": _rank,
    "repeated": _repeated,
    "results": _results,
    "same": _same,
    "shape": _shape,
    "size": _size,
    "sizes": _sizes,
    "slice": _slice,
}

PURE_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "both_sides": _both_sides,
    "compact": _compact,
    "flat": _flat,
    "inverse": _permutation_inverse,
    "last_axis_first": _last_axis_first,
    "places": _places,
    "same_pads": _same_pads,
    "sides": _sides,
    "sqrt": math.sqrt,
}

FUNCTION_NAMES = frozenset(PYTHON_FUNCTIONS) | frozenset(FACT_FUNCTIONS) | frozenset(PURE_FUNCTIONS)


def call_function(name: str, arguments: Sequence[object]) -> object:
    """Call a function of the expression language.

    Args:
        name: One of ``FUNCTION_NAMES``.
        arguments: The evaluated arguments.

    Returns:
        The result; an ``Unknown``, with code where the function is a Python builtin, if an argument that it needs is
        unknown.
    """
    if name in FACT_FUNCTIONS:
        return FACT_FUNCTIONS[name](*arguments)
    if name in PYTHON_FUNCTIONS:
        if name in ("len", "tuple", "list") and len(arguments) == 1 and isinstance(arguments[0], (tuple, list)):
            return PYTHON_FUNCTIONS[name](arguments[0])
        if all(is_known(argument) for argument in arguments):
            return PYTHON_FUNCTIONS[name](*arguments)
        codes = [to_code(argument) for argument in arguments]
        facts = Facts(type=name if name in ("bool", "float", "int", "list", "str", "tuple") else None)
        if any(code is None for code in codes):
            return Unknown(None, facts)
        return Unknown(ast.Call(ast.Name(name, ast.Load()), [code for code in codes if code is not None], []), facts)
    first = arguments[0] if arguments else None
    structural = name in ("both_sides", "sides", "last_axis_first", "flat") and isinstance(first, (tuple, list))
    if structural or all(is_known(argument) for argument in arguments):
        return PURE_FUNCTIONS[name](*arguments)
    return Unknown()
