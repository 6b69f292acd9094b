"""Which values have gradients of their own, though no optimizer has them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from mindconverter.source.calls.context import Context
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.evidence import gradient_names
from mindconverter.source.names.bindings import bound, reads
from mindconverter.source.names.names import Scope
from mindconverter.source.training.statement_patterns import Matcher

_Binding = tuple[ast.expr, ast.expr]


def has_gradient_read(context: Context, name: ast.Name, scope: Scope) -> bool:
    """Tell whether a function reads the gradient of a name, which then is one of a value that has one."""
    gradients = gradient_names(context.apis)
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in gradients
        and isinstance(node.value, ast.Name)
        and node.value.id == name.id
        for node in ast.walk(scope.node)
    )


class LeafSearch:
    """Find what a script takes gradients of besides the parameters of optimizers."""

    def __init__(self, context: Context, matcher: Matcher) -> None:
        self.context = context
        self.matcher = matcher
        self.said = matcher.idiom.leaves

    def at(self, statement: ast.stmt, scope: Scope) -> frozenset[str]:
        """Return the names that mean such values where a backward pass stands, some of which its loss may depend on."""
        if self.said is None:
            return frozenset()
        tree = self.context.script.tree
        marked = set(self._marked(tree, scope))
        if not any(self._optimizers(tree)):
            marked |= set(self._values_of(tree, {self.said.gradient}, scope))
        taken = self._given_to_optimizers(scope)
        return frozenset(name for name in marked - taken if self._may_be_array(name, statement, scope))

    def reached(self, names: Sequence[str], scope: Scope, without: Sequence[ast.stmt]) -> set[str]:
        """Return the names of a function that get values computed of some names, but by some statements."""
        inside = {id(node) for statement in without for node in ast.walk(statement)}
        bindings = [
            (set(bound(target)), self.matcher.differentiable_names(value))
            for target, value in self._bindings(scope)
            if id(value) not in inside
        ]
        found: set[str] = set()
        while True:
            more = [target for target, read in bindings if read & (found | set(names)) and not target <= found]
            if not more:
                return found - set(names)
            found |= set().union(*more)

    def networks(self, owner: ast.AST) -> list[ast.Name]:
        """Return the networks whose parameters a function, or else the script, goes through."""
        if self.said is None:
            return []
        home = self.context.script.names.scope(owner)
        for place in (owner, self.context.script.tree):
            found: dict[str, ast.Name] = {}
            for node in ast.walk(place):
                holes = self.matcher.matched_value(self.said.networks, node) if isinstance(node, ast.Call) else None
                network = holes["network"] if holes is not None else None
                if isinstance(network, ast.Name):
                    is_same = self.context.scope_of(network).find(network.id) is home.find(network.id)
                    if is_same and self.matcher.is_of(network, "network") is not False:
                        found.setdefault(network.id, network)
            if found:
                return list(found.values())
        return []

    def _marked(self, tree: ast.Module, scope: Scope) -> Iterator[str]:
        assert self.said is not None
        yield from self._values_of(tree, self.said.marks, scope)
        for target, value in self._bindings(scope):
            if isinstance(target, ast.Name) and isinstance(value, ast.Call) and self._marks(value):
                yield target.id

    def _marks(self, call: ast.Call) -> bool:
        """Tell whether a call gives a value that has a gradient."""
        assert self.said is not None
        for keyword in call.keywords:
            if keyword.arg == self.said.keyword:
                return isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        return any(node is call.func for node in self.matcher.named(call.func, self.said.marks)) and not _is_off(call)

    def _values_of(self, tree: ast.Module, names: Collection[str], scope: Scope) -> Iterator[str]:
        """Yield the names of a scope that some attributes are read, called or set of."""
        for node in self.matcher.named(tree, names):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
                continue
            parent = self.context.parent(node)
            home = self.context.scope_of(node).find(node.value.id)
            is_off = isinstance(parent, ast.Call) and _is_off(parent)
            if home is not None and home is scope.find(node.value.id) and not is_off:
                yield node.value.id

    def _bindings(self, scope: Scope) -> Iterator[_Binding]:
        """Yield what a function, and the module, assign to, and the values; items of tuples one by one."""
        for node in ast.walk(self.context.script.tree):
            if not isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) or node.value is None:
                continue
            there = self.context.scope_of(node)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for item, value in _items(target, node.value):
                    if all(there.find(name) is scope.find(name) for name in bound(item)):
                        yield item, value

    def _optimizers(self, tree: ast.Module) -> Iterator[ast.Call]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and self.matcher.is_of(node, "optimizer"):
                yield node

    def _given_to_optimizers(self, scope: Scope) -> set[str]:
        """Return the names that optimizers were made of, and those that these were made of."""
        found = set().union(*(reads(call) for call in self._optimizers(self.context.script.tree)))
        bindings = [(bound(target), reads(value)) for target, value in self._bindings(scope)]
        while True:
            more = set().union(*(read for target, read in bindings if target & found)) - found
            if not more:
                return found
            found |= more

    def _may_be_array(self, name: str, statement: ast.stmt, scope: Scope) -> bool:
        """Tell whether nothing says that a name is anything but an array where a statement reads it."""
        nodes = (node for node in ast.walk(scope.node) if isinstance(node, ast.Name) and node.id == name)
        owners = [kind.sure(self.context.kinds.of(node)) for node in nodes]
        return all(not found or self.context.apis.is_array(found) for found in owners)


def _items(target: ast.expr, value: ast.expr) -> list[_Binding]:
    match target, value:
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            return list(zip(targets, values, strict=True))
    return [(target, value)]


def _is_off(call: ast.Call) -> bool:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(value, ast.Constant) and value.value is False for value in values)
