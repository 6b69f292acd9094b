"""Write calls of PyTorch as source text: in the form of the sample, positional, keyword, shuffled, without defaults."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mindconverter.rules.signature import Kind, Signature
from mindconverter.rules.values import Unknown


class NoTextError(Exception):
    """A value cannot be written as source text."""


@dataclass
class Names:
    """Give tensors the names of a function's parameters.

    Attributes:
        prefix: What the names begin with.
        values: The tensors by name.
    """

    prefix: str = "x"
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, value: Any) -> str:
        """Write a value as source text; a tensor by its name.

        Raises:
            NoTextError: It has no text.
        """
        import torch

        match value:
            case torch.Tensor():
                return self._name(value)
            case bool() | None | str() | int():
                return repr(value)
            case float():
                return repr(value) if math.isfinite(value) else f"float('{value}')"
            case complex():
                return repr(value) if cmath.isfinite(value) else f"complex('{value}')"
            case torch.dtype() | torch.memory_format() | torch.layout():
                return str(value)
            case torch.device():
                return repr(str(value))
            case torch.Size():
                return self.text(tuple(value))
            case slice():
                return f"slice({self.text(value.start)}, {self.text(value.stop)}, {self.text(value.step)})"
            case list():
                return f"[{', '.join(map(self.text, value))}]"
            case tuple() if type(value) is tuple:
                return f"({', '.join(map(self.text, value))}{',' * (len(value) == 1)})"
            case torch.nn.Module() if hasattr(value, "written"):
                args, kwargs = value.written
                return Call(f"torch.nn.{type(value).__name__}", args, kwargs).text(self)
        if value is Ellipsis:
            return "..."
        for place in (torch.nn.functional, torch):
            if callable(value) and getattr(place, getattr(value, "__name__", ""), None) is value:
                return f"{place.__name__}.{value.__name__}"
        raise NoTextError(type(value).__name__)

    def _name(self, value: Any) -> str:
        if value.is_sparse or value.layout.__str__() != "torch.strided" or value.is_quantized or value.is_nested:
            raise NoTextError(str(value.layout))
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return name


@dataclass(frozen=True)
class Call:
    """Hold a call: what is called, as text, and the values of its arguments."""

    head: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def text(self, names: Names) -> str:
        """Write the call."""
        given = [names.text(value) for value in self.args]
        given += [f"{key}={names.text(value)}" for key, value in self.kwargs.items()]
        return f"{self.head}({', '.join(given)})"


def forms(call: Call, signature: Signature) -> Iterator[tuple[str, Call]]:
    """Yield the other forms of a call that a signature allows, by name.

    Args:
        call: The call as it stands.
        signature: The signature of what is called; nothing comes if the call does not fit it.
    """
    bound = _bind(call, signature)
    if bound is None:
        return
    fixed, named = bound
    kinds = {parameter.name: parameter.kind for parameter in signature.parameters}
    yield "keyword", Call(call.head, fixed, named)
    yield "shuffled", Call(call.head, fixed, dict(reversed(named.items())))
    if not any(kind is Kind.ARGS for kind in kinds.values()):
        free = [p.name for p in signature.parameters if p.kind is Kind.EITHER]
        run = next((i for i, name in enumerate(free) if name not in named), len(free))
        args = (*fixed, *(named[name] for name in free[:run]))
        yield "positional", Call(call.head, args, {k: v for k, v in named.items() if k not in free[:run]})
    defaults = {p.name: p.default_value() for p in signature.parameters if p.default is not None}
    short = {key: value for key, value in named.items() if key not in defaults or not _same(value, defaults[key])}
    if len(short) < len(named):
        yield "short", Call(call.head, fixed, short)


def _bind(call: Call, signature: Signature) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Return the arguments that stay positional, and the others by name in the signature's order."""
    places = [p for p in signature.parameters if p.kind in (Kind.POSITIONAL, Kind.EITHER)]
    names = {p.name for p in signature.parameters if p.kind in (Kind.EITHER, Kind.KEYWORD)}
    rest = any(p.kind is Kind.ARGS for p in signature.parameters)
    if not set(call.kwargs) <= names or (len(call.args) > len(places) and not rest):
        return None
    if rest:
        return tuple(call.args), dict(call.kwargs)
    own = places[: len(call.args)]
    named = {p.name: v for p, v in zip(own, call.args, strict=True) if p.kind is Kind.EITHER}
    if set(named) & set(call.kwargs):
        return None
    fixed = tuple(v for p, v in zip(own, call.args, strict=True) if p.kind is Kind.POSITIONAL)
    named |= call.kwargs
    order = [p.name for p in signature.parameters if p.name in named]
    if any(p.required and p.name not in named for p in signature.parameters if p.kind is not Kind.POSITIONAL):
        return None
    return fixed, {name: named[name] for name in order}


def _same(value: Any, default: Any) -> bool:
    return not isinstance(default, Unknown) and type(value) is type(default) and bool(value == default)
