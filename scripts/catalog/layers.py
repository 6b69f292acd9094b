"""What layers hold: the weights of small instances, made as the signatures say."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog.model import Api, Weight
from catalog.names import resolve
from catalog.scope import Scope

_SIZES: tuple[object, ...] = (4, (4,))
"""What all arguments are that a layer cannot do without: the first of these that it takes."""


def layer_weights(api: Mapping[str, Api], scope: Scope) -> dict[str, dict[str, Weight]]:
    """Give the weights of each layer that holds some, as far as instances can be made."""
    found: dict[str, dict[str, Weight]] = {}
    for path, entry in api.items():
        if scope.layer in entry.bases and entry.signatures and scope.held is not None:
            weights = _weights(resolve(path), entry.signatures[0], scope)
            if weights:
                found[path] = weights
    return found


def _weights(item: object, signature: str, scope: Scope) -> dict[str, Weight]:
    """Give what instances hold: one made as usual, and some with one truth value each turned around."""
    required, flags = _parameters(signature)
    for size in _SIZES:
        given = [size] * required
        usual = _held(item, given, {}, scope)
        if usual is not None:
            again = [_held(item, given, turned, scope) for turned in ({}, *flags)]
            return _joined([usual, *(each for each in again if each is not None)])
    return {}


def _parameters(signature: str) -> tuple[int, list[dict[str, bool]]]:
    """Give how many arguments a layer needs, and each truth value that it takes, turned around."""
    definition = ast.parse(f"def f{signature}: ...").body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    places = [*arguments.posonlyargs, *arguments.args]
    defaults = dict(zip(reversed(places), reversed(arguments.defaults), strict=False))
    defaults |= {each: value for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value}
    flags = [
        {each.arg: not value.value}
        for each, value in defaults.items()
        if isinstance(value, ast.Constant) and isinstance(value.value, bool)
    ]
    return len(places) - len(arguments.defaults), flags


def _held(item: object, given: Sequence[object], turned: Mapping[str, bool], scope: Scope) -> dict[str, Weight] | None:
    """Give what an instance holds; None if the class does not take these arguments."""
    assert callable(item)
    assert scope.held is not None
    with contextlib.suppress(Exception):  # whatever a framework raises, such an instance cannot be made
        held = list(scope.held(item(*given, **turned)))
        return {name: Weight(value.ndim, trained, _start(value)) for name, value, trained in held}
    return None


def _start(value: Any) -> float | None:
    """Give the number that all elements of an array are, if they are one."""
    first = value.reshape(-1)[:1]
    return float(first[0]) if first.size and bool((value == first).all()) else None


def _joined(several: Sequence[Mapping[str, Weight]]) -> dict[str, Weight]:
    """Give the weights of any instance, with what they start as only where it is the same in all."""
    found: dict[str, Weight] = {}
    for name in sorted({name for each in several for name in each}):
        alike = [each[name] for each in several if name in each]
        starts = {weight.start for weight in alike}
        found[name] = replace(alike[0], start=starts.pop() if len(starts) == 1 else None)
    return found
