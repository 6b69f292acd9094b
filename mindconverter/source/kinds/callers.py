"""What the files of a project give to each other's functions: the kinds of arguments, by the place of the function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.kind import UNKNOWN, Kind
from mindconverter.source.kinds.observed import Function, given_arguments

Place = tuple[str, int]
"""Where a function is defined: its module and line, which mean the same in every process."""

Arguments = Mapping[Place, Mapping[str, Kind]]
"""What calls give to functions, by place and parameter."""

Received = Mapping[int, Mapping[str, Kind]]
"""What the functions of a script get from other files, by line and parameter."""

_TESTS = ("isinstance", "issubclass")


@dataclass
class Given:
    """Collect what a script gives to functions of a project.

    Attributes:
        arguments: The kinds of what calls give to each parameter; unknown for one that may get anything.
    """

    arguments: dict[Place, dict[str, Kind]] = field(default_factory=dict)

    def note_call(
        self, place: Place, definition: Function, call: ast.Call, kinds: Mapping[int, Kind], *, bound: bool
    ) -> None:
        """Note the arguments of a call; what stars may give is not known.

        Args:
            place: Where the function is defined.
            definition: The function.
            call: The call.
            kinds: The kinds of its arguments by the identity of the nodes.
            bound: Whether the function's first parameter is the instance.
        """
        given = given_arguments(definition, call, bound=bound)
        starred = any(isinstance(item, ast.Starred) for item in call.args) or any(k.arg is None for k in call.keywords)
        for name in _parameters(definition):
            if name in given:
                self._note(place, name, kinds.get(id(given[name]), UNKNOWN))
            elif starred:
                self._note(place, name, UNKNOWN)

    def note_handed_on(self, place: Place, definition: Function) -> None:
        """Note that a function is handed on, so that calls of it may not be seen."""
        for name in _parameters(definition):
            self._note(place, name, UNKNOWN)

    def _note(self, place: Place, name: str, found: Kind) -> None:
        known = self.arguments.setdefault(place, {})
        known[name] = kind.join(known[name], found) if name in known else found


def _parameters(definition: Function) -> list[str]:
    spec = definition.args
    return [parameter.arg for parameter in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]


def agreed(given: Iterable[Arguments], apis: Apis) -> dict[str, Received]:
    """Return by module what functions get from other files, where all calls of a project agree."""
    merged: dict[Place, dict[str, Kind]] = {}
    for arguments in given:
        for place, found in arguments.items():
            known = merged.setdefault(place, {})
            for name, item in found.items():
                known[name] = kind.join(known[name], item) if name in known else item
    result: dict[str, dict[int, dict[str, Kind]]] = {}
    for (module, line), found in merged.items():
        sure = {name: item for name, item in found.items() if agree(item, apis)}
        if sure:
            result.setdefault(module, {})[line] = sure
    return dict(result)


def agree(found: Kind, apis: Apis) -> bool:
    """Tell whether the classes that a value may be of have something in common."""
    lines = [set(apis.ancestors(kind.outer_name(name))) for name in kind.sure(found)]
    return bool(lines) and bool(set.intersection(*lines))


def handed_on(tree: ast.Module) -> frozenset[int]:
    """Return the identities of the names and chains that a script hands on as values, without calling them."""
    return frozenset(id(node) for node in _values(tree) if isinstance(node, (ast.Name, ast.Attribute)))


def _values(tree: ast.Module) -> Iterator[ast.AST | None]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _TESTS:
                continue
            case ast.Call(args=args, keywords=keywords):
                yield from (item.value if isinstance(item, ast.Starred) else item for item in args)
                yield from (item.value for item in keywords)
            case ast.List(elts=elements) | ast.Set(elts=elements) | ast.Tuple(elts=elements):
                yield from elements
            case ast.Dict(values=values) | ast.BoolOp(values=values):
                yield from values
            case ast.IfExp(body=body, orelse=orelse):
                yield from (body, orelse)
            case ast.arguments(defaults=defaults, kw_defaults=kw_defaults):
                yield from (*defaults, *kw_defaults)
            case ast.Lambda(body=body):
                yield body
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from node.decorator_list
            case (
                ast.Assign(value=value)
                | ast.AnnAssign(value=value)
                | ast.NamedExpr(value=value)
                | ast.Return(value=value)
                | ast.Yield(value=value)
            ):
                yield value
