"""Signature texts of live objects."""

from __future__ import annotations

import ast
import enum
import inspect
import math
import sys
import textwrap
import types
import typing
from collections.abc import Callable, Sequence

from catalog.docstrings import docstring_of, documented_signatures

_EMPTY = inspect.Parameter.empty
_UNKNOWN = "..."
_STARS = {int(inspect.Parameter.VAR_POSITIONAL): "*", int(inspect.Parameter.VAR_KEYWORD): "**"}
_CATCH_ALL = frozenset({inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD})


def callable_signatures(
    item: Callable[..., object], name: str, *, stub: tuple[str, ...] = (), method: bool = False
) -> tuple[str, ...]:
    """Find the signatures of a callable, from the surest source that knows them.

    The order is: the Python signature, the stub, ``typing.overload``, the docstring, the function that a
    decorator wraps. A signature that accepts everything is the last resort.

    Args:
        item: The callable.
        name: Its name in the documentation.
        stub: What the type stubs say.
        method: Leave out the receiver.
    """
    current: Callable[..., object] | None = item
    passed: list[Callable[..., object]] = []
    while current is not None and not any(current is each for each in passed):
        passed.append(current)
        signature = _inspected(current)
        if signature is not None and not _accepts_everything(signature, method=method):
            return (_text(signature, method=method),)
        found = stub or _overloads(current, method=method) or documented_signatures(docstring_of(current), name)
        if found:
            return found
        current = _wrapped(current, name)
    signature = _inspected(item)
    return (_text(signature, method=method),) if signature is not None else ()


def inherited_signature(constructor: types.FunctionType, parent: Callable[..., object]) -> str | None:
    """Find what a constructor that hands all its arguments on to its parent's accepts.

    Returns:
        The parent's parameters without those that the constructor fills itself; None where it hands nothing on.
    """
    signature = _inspected(parent)
    filled = _filled_by(constructor)
    if signature is None or filled is None:
        return None
    count, keywords = filled
    parameters = list(signature.parameters.values())[1 + count :]
    return _text(signature.replace(parameters=[each for each in parameters if each.name not in keywords]), method=False)


def _filled_by(constructor: types.FunctionType) -> tuple[int, frozenset[str]] | None:
    """Count the positional arguments and name the keywords that a constructor adds to the caller's for its parent."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(constructor)))
    except (OSError, TypeError, SyntaxError):
        return None
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__"):
            continue
        starred = [number for number, each in enumerate(node.args) if isinstance(each, ast.Starred)]
        if starred and isinstance(node.func.value, ast.Call):
            return starred[0], frozenset(each.arg for each in node.keywords if each.arg is not None)
    return None


def _overloads(item: Callable[..., object], *, method: bool) -> tuple[str, ...]:
    declared: Sequence[Callable[..., object]] = ()
    if sys.version_info >= (3, 11) and isinstance(item, types.FunctionType):
        declared = typing.get_overloads(item)
    signatures = [inspect.signature(each) for each in declared]
    telling = [each for each in signatures if not _accepts_any_keyword(each, method=method)]
    return tuple(dict.fromkeys(_text(each, method=method) for each in telling))


def default_text(value: object) -> str:
    """Write a default value as a Python expression, an ellipsis where there is none."""
    if value is Ellipsis:
        return _UNKNOWN
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    if isinstance(value, enum.Enum):
        return f"{type(value).__module__}.{type(value).__qualname__}.{value.name}"
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType)):
        return _dotted(f"{value.__module__}.{value.__qualname__}".removeprefix("builtins."))
    if type(value) in (tuple, list):
        items = [default_text(item) for item in typing.cast("tuple[object, ...] | list[object]", value)]
        if isinstance(value, list):
            return f"[{', '.join(items)}]"
        return f"({', '.join(items)},)" if len(items) == 1 else f"({', '.join(items)})"
    return _literal(value) or _dotted(repr(value))


def _inspected(item: Callable[..., object]) -> inspect.Signature | None:
    try:
        return inspect.signature(item)
    except (ValueError, TypeError):
        return None


def _accepts_everything(signature: inspect.Signature, *, method: bool) -> bool:
    parameters = list(signature.parameters.values())[1 if method else 0 :]
    return bool(parameters) and all(each.kind in _CATCH_ALL for each in parameters)


def _accepts_any_keyword(signature: inspect.Signature, *, method: bool) -> bool:
    parameters = list(signature.parameters.values())[1 if method else 0 :]
    return [each.kind for each in parameters] == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]


def _text(signature: inspect.Signature, *, method: bool) -> str:
    parameters = list(signature.parameters.values())
    if method and parameters and parameters[0].kind not in _CATCH_ALL:
        parameters = parameters[1:]
    pieces: list[str] = []
    for number, each in enumerate(parameters):
        before = parameters[number - 1].kind if number else None
        if before is inspect.Parameter.POSITIONAL_ONLY and each.kind is not before:
            pieces.append("/")
        if each.kind is inspect.Parameter.KEYWORD_ONLY and before not in (each.kind, inspect.Parameter.VAR_POSITIONAL):
            pieces.append("*")
        # A default may be the marker that inspect itself uses for none.
        optional = each.kind not in _CATCH_ALL and any(item.default is not _EMPTY for item in parameters[:number])
        hidden = optional and each.kind is not inspect.Parameter.KEYWORD_ONLY and each.default is _EMPTY
        pieces.append(f"{each.name}={_UNKNOWN}" if hidden else _parameter(each))
    if parameters and parameters[-1].kind is inspect.Parameter.POSITIONAL_ONLY:
        pieces.append("/")
    return f"({', '.join(pieces)})"


def _parameter(each: inspect.Parameter) -> str:
    stars = _STARS.get(each.kind, "")
    default = "" if each.default is _EMPTY else f"={default_text(each.default)}"
    return f"{stars}{each.name}{default}"


def _literal(value: object) -> str:
    text = repr(value)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError, TypeError):
        return ""
    return text if same else ""


def _dotted(text: str) -> str:
    return text if all(part.isidentifier() for part in text.split(".")) else _UNKNOWN


def _wrapped(item: Callable[..., object], name: str) -> Callable[..., object] | None:
    """Find the function that an undocumented decorator closes over."""
    cells = getattr(item, "__closure__", None) or ()
    contents = [cell.cell_contents for cell in cells]
    functions = [each for each in contents if isinstance(each, (types.FunctionType, types.BuiltinFunctionType))]
    named = [each for each in functions if each.__name__ == name]
    choice = named or functions
    return choice[0] if len(choice) == 1 else None
