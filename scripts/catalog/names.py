"""Public names of a framework, and which of them mean one object."""

from __future__ import annotations

import importlib
import sys
import types
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType)
_PLAIN_VALUES = (bool, int, float, str, tuple)
_ABSENT = object()


@dataclass(frozen=True)
class Names:
    """Hold the public objects by canonical name, and the other names by canonical one."""

    objects: Mapping[str, object]
    aliases: Mapping[str, str]


def public_names(framework: str, modules: tuple[str, ...]) -> Names:
    """List the public names of modules.

    Args:
        framework: The package that the objects must belong to.
        modules: The modules; of two names of one object the one in the earlier module is canonical.
    """
    reexported: list[tuple[str, object]] = []
    groups: dict[int | str, list[tuple[str, object]]] = defaultdict(list)
    for module in modules:
        for name, item, belongs in _members(framework, module):
            path = f"{module}.{name}"
            if belongs:
                groups[_identity(item, path)].append((path, item))
            else:
                reexported.append((path, item))
    homeless = {id(item) for _, item in reexported} - set(groups)
    for path, item in reexported:
        if id(item) in homeless and _is_of(framework, item):
            groups[id(item)].append((path, item))
    objects: dict[str, object] = {}
    aliases: dict[str, str] = {}
    for group in groups.values():
        canonical = _canonical(group)
        objects[canonical] = group[0][1]
        aliases.update({path: canonical for path, _ in group if path != canonical})
    named = {id(item): path for path, item in objects.items() if isinstance(item, (type, *_FUNCTIONS))}
    aliases.update({path: named[id(item)] for path, item in reexported if named.get(id(item), path) != path})
    for path, canonical in _module_paths(framework, objects, named):
        if path not in objects:
            aliases.setdefault(path, canonical)
    return Names(objects, aliases)


def resolve(path: str) -> object | None:
    """Give the object that a dotted name reaches, or None."""
    parts = path.split(".")
    item: object | None = sys.modules.get(parts[0])
    for part in parts[1:]:
        item = getattr(item, part, None)
    return item


def _members(framework: str, module_name: str) -> Iterator[tuple[str, object, bool]]:
    """List the names of a module, with whether it is a home of the object."""
    module = importlib.import_module(module_name)
    exported = frozenset(getattr(module, "__all__", ()))
    switches = _switches(module)
    for name in sorted(exported.union(dir(module), switches, dir(vars(module).get("m")) if switches else ())):
        item = getattr(module, name, _ABSENT)
        if name.startswith("_") or not name.isidentifier() or item is _ABSENT or isinstance(item, types.ModuleType):
            continue
        yield name, item, name in exported or name in switches or _belongs(item, name, framework, module_name)


def _switches(module: types.ModuleType) -> frozenset[str]:
    """List the settings of a module that is an instance of its own class.

    PyTorch replaces modules of settings so; the functions of such a module stay in the original, its member ``m``.
    """
    return frozenset(vars(type(module))) if type(module) is not types.ModuleType else frozenset()


def _belongs(item: object, name: str, framework: str, module: str) -> bool:
    if isinstance(item, (type, types.FunctionType)):
        home = getattr(item, "__module__", None) or ""
        compiled = home.startswith(f"{framework}._") and item.__name__.lstrip("_") == name
        return compiled or f"{home}.".startswith(f"{module}.")
    if isinstance(item, types.BuiltinFunctionType):
        return (getattr(item, "__module__", None) or framework).split(".")[0] == framework
    return type(item).__module__.split(".")[0] == framework


def _is_of(framework: str, item: object) -> bool:
    home = getattr(item, "__module__", None) if isinstance(item, (type, types.FunctionType)) else None
    return isinstance(home, str) and home.split(".")[0] == framework and not home.startswith(f"{framework}._")


def _identity(item: object, path: str) -> int | str:
    shared = isinstance(item, (type, *_FUNCTIONS)) or callable(item) or "." in repr(item)
    return id(item) if shared and not isinstance(item, _PLAIN_VALUES) else path


def _canonical(group: list[tuple[str, object]]) -> str:
    paths = [path for path, _ in group]
    item = group[0][1]
    if repr(item) in paths:
        return repr(item)
    name = item.__name__ if isinstance(item, (type, *_FUNCTIONS)) else ""
    first = paths[0].rpartition(".")[0]
    same_module = [path for path in paths if path.rpartition(".")[0] == first]
    return next((path for path in same_module if path.rpartition(".")[2] == name), same_module[0])


def _module_paths(
    framework: str, objects: Mapping[str, object], canonical: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    """Find the names under which the modules that define an object, and their parents, hold it."""
    for path, item in sorted(objects.items()):
        if isinstance(item, (type, *_FUNCTIONS)) and getattr(item, "__module__", None):
            home = f"{item.__module__}.{item.__qualname__}"
            if home != path and resolve(home) is item:
                yield home, path
    for name in sorted(sys.modules):
        if name.split(".")[0] != framework or any(part.startswith("_") for part in name.split(".")):
            continue
        for key, item in sorted(vars(sys.modules[name]).items()):
            if key.startswith("_") or id(item) not in canonical:
                continue
            home = getattr(item, "__module__", None) or ""
            if f"{home}.".startswith(f"{name}."):
                yield f"{name}.{key}", canonical[id(item)]
