"""Descriptions of public objects and of the members of classes."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from catalog.docstrings import docstring_of, documented_platforms, documented_reference
from catalog.layers import layer_weights
from catalog.model import Api, Catalog
from catalog.names import Names, public_names, resolve
from catalog.scope import Scope
from catalog.signatures import callable_signatures, inherited_signature

_DESCRIPTORS = (
    property,
    functools.cached_property,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
)
_COMPARISONS = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"})

_ANYTHING = ("(*args, **kwargs)",)


def build_catalog(scope: Scope) -> Catalog:
    """Describe every public name in a scope."""
    names = public_names(scope.framework, scope.modules)
    names = replace(names, objects={**names.objects, **{path: resolve(path) for path in scope.private}})
    own = {id(item): path for path, item in names.objects.items() if isinstance(item, type)}
    classes = {**scope.ancestors, **own}
    api = {module: Api("module") for module in _with_parents(scope.modules)}
    api |= {name: Api("value") for name in scope.borrowed}
    for path, item in names.objects.items():
        api[path] = _describe(path, item, scope, classes)
    for path, item in names.objects.items():
        if isinstance(item, type) and type(item).__name__ not in scope.memberless:
            api.update(_describe_members(path, item, scope, classes))
    completed = _with_referenced_platforms(api, names)
    return Catalog(scope.framework, scope.version, completed, names.aliases, layer_weights(api, scope))


def _with_parents(modules: tuple[str, ...]) -> set[str]:
    parts = [module.split(".") for module in modules]
    return {".".join(each[:length]) for each in parts for length in range(1, len(each) + 1)}


def _describe(path: str, item: object, scope: Scope, classes: Mapping[int, str]) -> Api:
    owner, _, name = path.rpartition(".")
    if isinstance(item, type):
        bases = tuple(classes[id(base)] for base in item.__mro__[1:] if id(base) in classes)
        described = Api("class", _constructor(path, item, scope), _call(item, scope), bases)
        return _documented(described, item)
    if not callable(item):
        return Api("value")
    routine = inspect.isroutine(item)
    function = cast("Callable[..., object]", item if routine else type(item).__call__)
    signatures = callable_signatures(function, name, stub=scope.stub(owner, name), method=not routine)
    return _documented(Api("function", signatures), item)


def _constructor(path: str, item: type, scope: Scope) -> tuple[str, ...]:
    name = path.rpartition(".")[2]
    for special in ("__init__", "__new__"):
        function = getattr(item, special)
        if isinstance(function, types.FunctionType):
            found = callable_signatures(function, name, stub=scope.stub(path, "__init__"), method=True)
            return _inherited_constructor(item, function) or found if found == _ANYTHING else found
    return scope.stub(path, "__init__") or callable_signatures(item, name)


def _inherited_constructor(item: type, constructor: types.FunctionType) -> tuple[str, ...]:
    """Take the signature of the nearest ancestor that a constructor hands its arguments to."""
    for base in item.__mro__[1:]:
        parent = vars(base).get("__init__")
        if isinstance(parent, types.FunctionType) and parent is not constructor:
            found = inherited_signature(constructor, parent)
            return (found,) if found is not None else ()
    return ()


def _call(item: type, scope: Scope) -> tuple[str, ...]:
    layer = resolve(scope.layer)
    name = scope.forward if isinstance(layer, type) and issubclass(item, layer) else ""
    for operator in scope.operators:
        base = resolve(operator)
        if isinstance(base, type) and issubclass(item, base):
            name = "__call__"
            if item.__call__ is base.__call__:
                return ()
    function = getattr(item, name, None) if name else None
    return callable_signatures(function, name, method=True) if isinstance(function, types.FunctionType) else ()


def _describe_members(path: str, item: type, scope: Scope, classes: Mapping[int, str]) -> Iterator[tuple[str, Api]]:
    """Describe what a class adds to its catalogued ancestors."""
    inherited = {id(base) for ancestor in item.__mro__[1:] if id(ancestor) in classes for base in ancestor.__mro__}
    ours = [base for base in item.__mro__ if base.__module__.split(".")[0] == scope.framework]
    own = [base for base in ours if id(base) not in inherited]
    seen: set[str] = set()
    for base in own:
        for name, member in sorted(vars(base).items()):
            if name in seen or not _is_listed(name, path, member, scope):
                continue
            seen.add(name)
            described = _describe_member(path, name, member, scope)
            if described is not None:
                yield f"{path}.{name}", described


def _is_listed(name: str, path: str, member: object, scope: Scope) -> bool:
    if name.startswith("__") and name.endswith("__"):
        special = name in _COMPARISONS or name not in vars(object)
        return special and path in scope.operator_members and inspect.isroutine(member)
    return not name.startswith("_") and (name != scope.forward or path == scope.layer or not _is_layer(path, scope))


def _is_layer(path: str, scope: Scope) -> bool:
    item, layer = resolve(path), resolve(scope.layer)
    return isinstance(item, type) and isinstance(layer, type) and issubclass(item, layer)


def _describe_member(path: str, name: str, member: object, scope: Scope) -> Api | None:
    if isinstance(member, (staticmethod, classmethod)):
        function = member.__func__
        signatures = callable_signatures(
            function, name, stub=scope.stub(path, name), method=isinstance(member, classmethod)
        )
        return _documented(Api("method", signatures), function)
    if isinstance(member, _DESCRIPTORS):
        return Api("property")
    if inspect.isroutine(member):
        signatures = callable_signatures(
            cast("Callable[..., object]", member), name, stub=scope.stub(path, name), method=True
        )
        return _documented(Api("method", signatures), member)
    return None if isinstance(member, type) else Api("value")


def _documented(described: Api, item: object) -> Api:
    docstring = docstring_of(item)
    return replace(described, platforms=documented_platforms(docstring), reference=documented_reference(docstring))


def _with_referenced_platforms(api: Mapping[str, Api], names: Names) -> dict[str, Api]:
    """Give an API without a list of platforms the list of the API that its documentation refers to."""
    completed: dict[str, Api] = {}
    for path, entry in api.items():
        target, passed = entry, {path}
        while not target.platforms and target.reference:
            name = names.aliases.get(target.reference, target.reference)
            if name not in api or name in passed:
                break
            passed.add(name)
            target = api[name]
        completed[path] = replace(entry, platforms=target.platforms)
    return completed
