"""What values are by what a script calls on them, where nothing else tells."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.api import Apis
from mindconverter.source.kinds.kind import UNKNOWN, Kind
from mindconverter.source.names.names import Names, Scope

_CALL = "__call__"


@dataclass(frozen=True)
class Recognized:
    """Hold what a script shows of its values by what it calls on them.

    Attributes:
        names: The kinds of names, by the identity of the node of their scope and the name.
        attributes: The kinds of attributes of ``self``, by the identity of the class's node and the name.
    """

    names: Mapping[tuple[int, str], Kind]
    attributes: Mapping[tuple[int, str], Kind]


def recognize(tree: ast.Module, names: Names, apis: Apis) -> Recognized:
    """Return what a script shows of names and attributes by what it calls on them.

    A class is shown by a method that only this class has, and by several methods together that a rule names. Of a
    parameter that gets a new value, only what comes before counts; nothing is said of other names with several values.

    Args:
        tree: The script.
        names: The names of the script.
        apis: What is known of APIs.
    """
    reader = _Reader(names, apis)
    reader.visit(tree, names.scope(tree))
    shown = _Shown(apis)
    return Recognized(*({key: shown.of(called) for key, called in each.items()} for each in reader.called))


class _Reader:
    """Collect the methods that are called on names, and on attributes of ``self``."""

    def __init__(self, names: Names, apis: Apis) -> None:
        self.scopes = names.scopes
        self.apis = apis
        self.called: tuple[dict[tuple[int, str], set[str]], dict[tuple[int, str], set[str]]] = ({}, {})
        self.ends: dict[int, Mapping[str, int]] = {}

    def visit(self, node: ast.AST, scope: Scope) -> None:
        scope = self.scopes.get(id(node), scope)
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=method)):
                self.note(value, method, scope)
            case ast.Call(func=value):
                self.note(value, _CALL, scope)
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope)

    def note(self, value: ast.expr, method: str, scope: Scope) -> None:
        match array_root(value, self.apis) or value:  # what is called on an array's array is called on the array
            case ast.Name(id=name) as value:
                bound = scope.find(name)
                if bound is not None and self.has_first_value(value, bound):
                    self.called[0].setdefault((id(bound.node), name), set()).add(method)
            case ast.Attribute(value=ast.Name(id=root), attr=attribute):
                owner = _owner(root, scope)
                if owner is not None:
                    self.called[1].setdefault((id(owner), attribute), set()).add(method)

    def has_first_value(self, node: ast.Name, scope: Scope) -> bool:
        """Tell whether a name still has the only value that it gets, or that it came with as a parameter."""
        bindings = scope.bindings[node.id]
        if len(bindings) == 1:
            return bindings[0].alias is None
        if not isinstance(bindings[0].node, ast.arg):
            return False
        if id(scope.node) not in self.ends:
            self.ends[id(scope.node)] = last_lines(scope.node)
        return node.lineno <= self.ends[id(scope.node)].get(node.id, node.lineno)


class _Shown:
    def __init__(self, apis: Apis) -> None:
        self.apis = apis
        self.by_method: dict[str, Kind] = {}

    def of(self, called: set[str]) -> Kind:
        """Return the class that has the methods which are called; unknown if they do not tell one."""
        found = {kind.of(head) for head, members in self.apis.tables.recognized if members <= called}
        found.update(shown for method in called if (shown := self.one(method)))
        return found.pop() if len(found) == 1 else UNKNOWN

    def one(self, method: str) -> Kind:
        """Return the class that a call of one method shows, where only this class has it, as its rule says."""
        if method not in self.by_method:
            owners = {head.rpartition(".")[0] for head in self.apis.heads_by_member.get(method, ())}
            general = [owner for owner in owners if all(owner in self.apis.ancestors(other) for other in owners)]
            rule = self.apis.rule(f"{general[0]}.{method}") if general else None
            shown = rule is not None and rule.receiver == "any" and not self.apis.shared_with_arrays(rule.head)
            self.by_method[method] = kind.of(general[0]) if shown else UNKNOWN
        return self.by_method[method]


def _owner(root: str, scope: Scope) -> ast.ClassDef | None:
    """Return the class whose method has ``root`` as its first parameter."""
    method = scope.find(root)
    if method is None or method.parent is None or not isinstance(method.parent.node, ast.ClassDef):
        return None
    if not isinstance(method.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    first = next(iter((*method.node.args.posonlyargs, *method.node.args.args)), None)
    return method.parent.node if first is not None and first.arg == root else None


def last_lines(node: ast.AST) -> Mapping[str, int]:
    """Return the last line on which each name may still have the value that it came with."""
    found: dict[str, int] = {}
    assigned: set[int] = set()
    for inner in ast.walk(node):  # a statement comes before what is in it
        if isinstance(inner, ast.Assign):
            parts = [item for target in inner.targets for item in ast.walk(target)]
            names = [item for item in parts if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)]
            last = inner.end_lineno or inner.lineno
            assigned.update(map(id, names))
            found.update({item.id: min(last, found.get(item.id, last)) for item in names})
        elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) and id(inner) not in assigned:
            found[inner.id] = min(inner.lineno, found.get(inner.id, inner.lineno))
    return found


def array_root(value: ast.expr, apis: Apis) -> ast.Name | None:
    """Return the name of a value, or of the array from which methods of arrays make the value; None if it has none."""
    while True:
        match value:
            case ast.Name():
                return value
            case ast.Call(func=ast.Attribute(value=inner, attr=method)) if gives_array(method, apis):
                value = inner
            case _:
                return None


def gives_array(method: str, apis: Apis) -> bool:
    """Tell whether a method of arrays gives one."""
    return all(apis.is_array(apis.returns(f"{name}.{method}", apis.array)) for name in apis.array)
