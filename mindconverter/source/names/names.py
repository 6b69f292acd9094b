"""What the names of a script mean: its scopes, what binds a name in each, and the full names of what imports bring."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mindconverter.rules.template import dotted_name

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BUILTINS = frozenset(dir(builtins))

ScopeNode = (
    ast.Module
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ClassDef
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
ImportNode = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """Describe one place that binds a name.

    Attributes:
        node: The statement, parameter or expression that binds it.
        qualified: The full name of what it is, where an import, a class or a function says it; else None.
        alias: For an import, its part of the statement.
        fallback: Whether it is an import that runs only where another import of the name fails.
    """

    node: ast.AST
    qualified: str | None = None
    alias: ast.alias | None = None
    fallback: bool = False


@dataclass(eq=False)
class Scope:
    """Hold the names that a scope binds.

    Attributes:
        node: What makes the scope.
        parent: The scope around it; None for the module.
        bindings: The places that bind each name, in order.
    """

    node: ScopeNode
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    outside: dict[str, Scope] = field(default_factory=dict)

    @property
    def is_class(self) -> bool:
        """Whether the scope is the body of a class, whose names its methods do not see."""
        return isinstance(self.node, ast.ClassDef)

    def find(self, name: str) -> Scope | None:
        """Return the scope that a name read here belongs to; None if nothing of the script binds it."""
        scope: Scope | None = self.outside.get(name, self)
        first = True
        while scope is not None:
            if name in scope.bindings and (first or not scope.is_class):
                return scope
            first = False
            scope = scope.parent
        return None

    def lookup(self, name: str) -> list[Binding]:
        """Return all that binds a name read here."""
        scope = self.find(name)
        return scope.bindings[name] if scope is not None else []


@dataclass(frozen=True)
class Names:
    """Answer what the names of a script mean.

    Attributes:
        module: The full name of the script's module.
        scopes: The scopes by the identity of the node that makes each.
        stars: The full names of the modules of which all is imported.
        starred: Gives the full name of what these imports bring under a name, or None.
    """

    module: str
    scopes: Mapping[int, Scope]
    stars: tuple[tuple[ast.ImportFrom, str], ...]
    starred: Callable[[str], str | None] = lambda _: None

    def scope(self, node: ast.AST) -> Scope:
        """Return the scope that a node makes."""
        return self.scopes[id(node)]

    def meaning(self, name: str, scope: Scope) -> str | None:
        """Return the full name of what a name means; None if it is not known, or not the same everywhere.

        What an import brings where the first one fails is taken for the same.
        """
        bindings = scope.lookup(name)
        if self.stars and not bindings:
            return self.starred(name)
        found = {binding.qualified for binding in bindings if not binding.fallback}
        return found.pop() if len(found) == 1 else None

    def qualified(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the full name of a chain such as ``nn.functional.relu``; None if its start is not known."""
        name = dotted_name(node)
        if name is None:
            return None
        root = name.partition(".")[0]
        start = self.meaning(root, scope)
        return start + name[len(root) :] if start is not None else None

    def class_name(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the full name of a class, those of Python itself included, or None."""
        name = self.qualified(node, scope)
        if name is None and isinstance(node, ast.Name) and node.id in _BUILTINS and not scope.lookup(node.id):
            return f"builtins.{node.id}"
        return name

    def is_module(self, node: ast.expr, scope: Scope) -> bool:
        """Tell whether an expression is a module that a plain ``import`` brings, or something of Python's library."""
        bindings = scope.lookup(node.id) if isinstance(node, ast.Name) else []
        if bindings and all(isinstance(binding.node, ast.Import) for binding in bindings):
            return True
        return (self.qualified(node, scope) or "").partition(".")[0] in sys.stdlib_module_names

    def may_be_starred(self, name: str, scope: Scope) -> bool:
        """Tell whether a star import may bring a name: nothing else binds it, or only Python itself does."""
        return not scope.lookup(name) and (name not in _BUILTINS or self.starred(name) is not None)

    def bound_names(self) -> Iterator[tuple[str, Binding]]:
        """Yield every name that a scope other than a class binds, with what binds it."""
        for scope in self.scopes.values():
            if scope.is_class:
                continue
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    yield name, binding


def read_names(
    tree: ast.Module, module: str, *, is_package: bool = False, absolute: Callable[[str], str] | None = None
) -> Names:
    """Collect the scopes of a script.

    Args:
        tree: The script.
        module: The full name of its module, by which relative imports are resolved.
        is_package: Whether the script is the ``__init__.py`` of that name.
        absolute: Gives the full names of modules that are imported absolutely; None if they are as written.
    """
    collector = _Collector(module, is_package, absolute or str)
    scope = Scope(tree, None)
    collector.scopes[id(tree)] = scope
    for statement in tree.body:
        collector.visit(statement, scope)
    return Names(module, collector.scopes, tuple(collector.stars))


def imported_module(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """Return the full name of the module of a ``from`` import; it starts with a dot where the package is not known."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    parts = parts[: len(parts) - node.level + (1 if is_package else 0)]
    if not parts:
        return f".{node.module or ''}"
    return ".".join([*parts, *([node.module] if node.module else [])])


def _imported(node: ast.stmt) -> list[ast.alias]:
    return node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []


class _Collector:
    def __init__(self, module: str, is_package: bool, absolute: Callable[[str], str]) -> None:
        self.module = module
        self.is_package = is_package
        self.absolute = absolute
        self.scopes: dict[int, Scope] = {}
        self.stars: list[tuple[ast.ImportFrom, str]] = []
        self.tried: frozenset[str] = frozenset()

    def visit(self, node: ast.AST, scope: Scope) -> None:
        kind = type(node)
        if kind is ast.Name:
            if not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                self._bind(node.id, scope, Binding(node))  # type: ignore[attr-defined]
        elif kind is ast.Constant:
            return
        elif isinstance(node, _FUNCTIONS):
            self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            self._bind(node.name, scope, Binding(node, self._local_name(node.name, scope)))
            self._inner(node, scope, [*node.bases, *node.keywords, *node.decorator_list], node.body)
        elif isinstance(node, _COMPREHENSIONS):
            self._inner(node, scope, [], list(ast.iter_child_nodes(node)))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                full = self.absolute(alias.name if alias.asname else name)
                self._bind_import(name, scope, Binding(node, full, alias))
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node, scope)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                self._declare(name, scope, isinstance(node, ast.Global))
        elif isinstance(node, ast.Try):
            self._try(node, scope)
        elif isinstance(node, ast.NamedExpr):
            target_scope = scope
            while isinstance(target_scope.node, _COMPREHENSIONS) and target_scope.parent is not None:
                target_scope = target_scope.parent
            self._bind(node.target.id, target_scope, Binding(node))
            self.visit(node.value, scope)
        else:
            bound = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(bound, str) and not isinstance(node, ast.alias):
                self._bind(bound, scope, Binding(node))
            for child in ast.iter_child_nodes(node):
                self.visit(child, scope)

    def _try(self, node: ast.Try, scope: Scope) -> None:
        for child in (*node.body, *node.orelse, *node.finalbody):
            self.visit(child, scope)
        outer = self.tried
        self.tried |= {alias.asname or alias.name for inner in node.body for alias in _imported(inner)}
        for handler in node.handlers:
            self.visit(handler, scope)
        self.tried = outer

    def _local_name(self, name: str, scope: Scope) -> str | None:
        if scope.parent is None:
            return f"{self.module}.{name}"
        node = scope.node
        if isinstance(node, ast.ClassDef):
            outer = self._local_name(node.name, scope.parent)
            return f"{outer}.{name}" if outer is not None else None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return f"{self._local_name(node.name, scope.parent)}.<locals>.{name}"
        return None

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        spec = node.args
        parameters = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
        parameters += [parameter for parameter in (spec.vararg, spec.kwarg) if parameter is not None]
        outer: list[ast.AST] = [*spec.defaults, *(default for default in spec.kw_defaults if default is not None)]
        outer += [parameter.annotation for parameter in parameters if parameter.annotation is not None]
        body: list[ast.AST]
        if isinstance(node, ast.Lambda):
            body = [node.body]
        else:
            self._bind(node.name, scope, Binding(node, self._local_name(node.name, scope)))
            outer += [*node.decorator_list, *([node.returns] if node.returns is not None else [])]
            body = list(node.body)
        inner = self._inner(node, scope, outer, [])
        for parameter in parameters:
            self._bind(parameter.arg, inner, Binding(parameter))
        for child in body:
            self.visit(child, inner)

    def _inner(self, node: ScopeNode, scope: Scope, outer: Sequence[ast.AST], body: Sequence[ast.AST]) -> Scope:
        for child in outer:
            self.visit(child, scope)
        inner = Scope(node, scope)
        self.scopes[id(node)] = inner
        for child in body:
            self.visit(child, inner)
        return inner

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = imported_module(node, self.module, self.is_package)
        module = module if node.level else self.absolute(module)
        for alias in node.names:
            if alias.name == "*":
                self.stars.append((node, module))
                continue
            qualified = f"{module}.{alias.name}" if module else alias.name
            self._bind_import(alias.asname or alias.name, scope, Binding(node, qualified, alias))

    def _bind_import(self, name: str, scope: Scope, binding: Binding) -> None:
        self._bind(name, scope, replace(binding, fallback=True) if name in self.tried else binding)

    def _bind(self, name: str, scope: Scope, binding: Binding) -> None:
        scope.outside.get(name, scope).bindings.setdefault(name, []).append(binding)

    def _declare(self, name: str, scope: Scope, is_global: bool) -> None:
        outer = scope
        while outer.parent is not None:
            if not is_global and outer is not scope and name in outer.bindings and not outer.is_class:
                break
            outer = outer.parent
        if outer is scope:
            return
        scope.outside[name] = outer
        for binding in scope.bindings.pop(name, []):
            outer.bindings.setdefault(name, []).append(binding)
