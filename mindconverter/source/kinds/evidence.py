"""What the statements of a function show of its names: which are given to what takes an array."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mindconverter.rules.catalog import Api
from mindconverter.source.kinds.api import ARRAY, Apis
from mindconverter.source.kinds.callers import handed_on
from mindconverter.source.kinds.observed import Function
from mindconverter.source.kinds.recognition import Recognized, array_root, gives_array, last_lines, recognize
from mindconverter.source.names.names import Names, Scope
from mindconverter.source.names.project import Script

_FIRST_ARRAYS = ("input", "tensor", "A", "query")
"""What the functions of the source framework call the array that they work on, which comes first."""

_ARRAYS = (*_FIRST_ARRAYS, "target")
"""What those functions call arrays, also where their signatures do not say it."""

_SEVERAL_ARRAYS = "tensors"
"""What they call a sequence of arrays."""

_LOOPS = (ast.For, ast.AsyncFor)


@dataclass
class Evidence:
    """Hold what a script shows by its statements alone, which is read once however often its values are looked at.

    Attributes:
        script: The script.
        apis: What is known of APIs.
    """

    script: Script
    apis: Apis
    _arrays: dict[int, frozenset[str]] = field(default_factory=dict)
    _data: dict[int, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def recognized(self) -> Recognized:
        """What the script shows of values by what it calls on them."""
        return recognize(self.script.tree, self.script.names, self.apis)

    @cached_property
    def handed_on(self) -> frozenset[int]:
        """The names and chains that the script hands on without calling them, by identity."""
        return handed_on(self.script.tree)

    def arrays_of(self, node: Function) -> frozenset[str]:
        """Return the parameters that the body of a function uses as arrays."""
        if id(node) not in self._arrays:
            self._arrays[id(node)] = array_parameters(node, self.script.names, self.apis)
        return self._arrays[id(node)]

    def data_of(self, node: ast.AST) -> frozenset[str]:
        """Return the names of a scope that only hold data."""
        if id(node) not in self._data:
            self._data[id(node)] = only_hold_data(node, self.script.names, self.apis)
        return self._data[id(node)]


def array_parameters(node: Function, names: Names, apis: Apis) -> frozenset[str]:
    """Return the parameters of a function that its body uses as arrays, before it gives them a new value.

    It gives them to an API as an array, or reads their gradients.

    Args:
        node: The function.
        names: The names of the script.
        apis: What is known of APIs.
    """
    scope = names.scope(node)
    parameters = {item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    given = [
        argument
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
        for argument in given_as_arrays(inner, names.qualified(inner.func, scope), apis)
        if argument.id in parameters
    ]
    gradients = gradient_names(apis)
    given += [
        inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and inner.attr in gradients
        and isinstance(inner.value, ast.Name)
        and inner.value.id in parameters
    ]
    ends = last_lines(node) if given else {}
    return frozenset(item.id for item in given if item.lineno <= ends.get(item.id, item.lineno))


def gradient_names(apis: Apis) -> frozenset[str]:
    """Return the attributes that are gradients of arrays."""
    found = (idiom.leaves.gradient for idiom in apis.tables.idioms if idiom.leaves is not None)
    return frozenset(name.rpartition(".")[2] for name in found)


def given_as_arrays(call: ast.Call, name: str | None, apis: Apis) -> Iterator[ast.Name]:
    """Yield the names that a call of an API gives it as its arrays."""
    if name is None or not apis.is_source(name):
        return
    entry = apis.entry(apis.canonical(name))
    if entry is None or entry.kind != "function":
        return
    parameters = [parameter.name for signature in entry.signatures[:1] for parameter in signature.parameters]
    if not parameters or parameters[0] not in (*_FIRST_ARRAYS, _SEVERAL_ARRAYS):
        return
    arrays_only = {*_ARRAYS, *_arrays_in_every_form(entry)}
    given = [*zip(parameters, call.args, strict=False), *((keyword.arg, keyword.value) for keyword in call.keywords)]
    for parameter, argument in given:
        several = argument.elts if isinstance(argument, (ast.Tuple, ast.List)) else ()
        arrays = several if parameter == _SEVERAL_ARRAYS else (argument,) if parameter in arrays_only else ()
        for array in arrays:
            root = array_root(array, apis)
            if root is not None:
                yield root


def _arrays_in_every_form(entry: Api) -> Iterator[str]:
    """Yield the parameters that are an array in every signature of an API, and never a number."""
    forms = [{item.name: item.annotation for item in signature.parameters} for signature in entry.signatures]
    yield from (name for name in forms[0] if all(form.get(name) == ARRAY for form in forms))


def only_hold_data(node: ast.AST, names: Names, apis: Apis) -> frozenset[str]:
    """Return the names of a scope that only hold what comes out of parameters and loops.

    That is the case if all that binds them are parameters, loops, parts of such names, their methods for arrays, and
    what functions of arrays make of them, as in ``x = batch[0]``, ``x = x.to(device)`` and ``x = F.one_hot(x)``.
    """
    scope = names.scope(node)
    data = {item.arg for item in ast.walk(node) if isinstance(item, ast.arg)}
    given: list[tuple[str, ast.expr | None]] = []
    for inner in ast.walk(node):
        if isinstance(inner, _LOOPS):
            data |= {item.id for item in ast.walk(inner.target) if isinstance(item, ast.Name)}
        elif isinstance(inner, ast.Assign):
            for target in inner.targets:
                given += _bound(target, inner.value)
        elif isinstance(inner, (ast.NamedExpr, ast.AugAssign, ast.AnnAssign, ast.withitem)):
            other = inner.optional_vars if isinstance(inner, ast.withitem) else inner.target
            given += [(item.id, None) for item in ast.walk(other) if isinstance(item, ast.Name)] if other else []
    found = data | {name for name, _ in given}
    while True:
        wrong = {name for name, value in given if name in found and not _is_part(value, found, names, scope, apis)}
        if not wrong:
            return frozenset(found)
        found -= wrong


def _bound(target: ast.expr, value: ast.expr) -> list[tuple[str, ast.expr | None]]:
    if isinstance(target, ast.Name):
        return [(target.id, value)]
    if not isinstance(target, (ast.Tuple, ast.List)):
        return []
    pairs = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
    return [
        item
        for index, element in enumerate(target.elts)
        for item in _bound(element, value.elts[index] if pairs and isinstance(value, ast.Tuple) else value)
    ]


def _is_part(value: ast.expr | None, data: Collection[str], names: Names, scope: Scope, apis: Apis) -> bool:
    """Tell whether a value is a part of what one of some names holds, or an array made of it."""
    while True:
        match value:
            case ast.Name(id=root):
                return root in data
            case ast.Subscript(value=inner):
                value = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if gives_array(attribute, apis):
                value = inner
            case ast.Call(func=function):
                given = {item.id for item in given_as_arrays(value, names.qualified(function, scope), apis)}
                return bool(given) and given.issubset(data)
            case _:
                return False
