"""Whether the memory of a value may have another name, by which a change in place would be seen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mindconverter.rules.template import dotted_name
from mindconverter.source.calls.context import Context
from mindconverter.source.inplace.changed import changed_by
from mindconverter.source.names.names import Scope

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Alias:
    """Tell what else may show the memory of a value.

    Attributes:
        say: What it is, in words.
        parameter: Whether it is a parameter of the function, so that the caller's value is meant.
    """

    say: str
    parameter: bool = False


def find_alias(context: Context, name: ast.Name, scope: Scope) -> Alias | None:
    """Return what else may show the memory of what a name means at this place; None if nothing can."""
    return _Search(context, name, name.id, scope).of_name(name.id, _statement(context, name), 0)


def is_read_later(context: Context, place: ast.expr, name: str, scope: Scope) -> bool:
    """Tell whether a name may be read after the statement of an expression."""
    return _Search(context, place, name, scope).read_later(name)


def is_given_none(context: Context, name: ast.Name, scope: Scope) -> bool:
    """Tell whether a name may have been given None before it is read here."""
    search = _Search(context, name, name.id, scope)
    found = search.definitions(name.id, search.place) if scope.find(name.id) is scope else ()
    return any(isinstance(value, ast.Constant) and value.value is None for value, _ in found)


class _Search:
    def __init__(self, context: Context, place: ast.expr, name: str, scope: Scope) -> None:
        self.context = context
        self.name = name
        self.place = _statement(context, place)
        self.scope = scope

    def of_name(self, name: str, at: ast.AST, depth: int) -> Alias | None:
        if self.scope.find(name) is not self.scope or depth > _DEPTH:
            return Alias(f"{name} is also known outside this function")
        if isinstance(self.scope.node, _COMPREHENSIONS):
            return Alias(f"{name} may be part of more")
        if isinstance(self.scope.node, ast.Lambda):
            return Alias(f"{name} is a parameter, so the caller has it too", parameter=True)
        for value, statement in self.definitions(name, at):
            if isinstance(value, ast.arg):
                return Alias(f"{name} is a parameter, so the caller has it too", parameter=True)
            found = (
                self.of_value(value, statement, depth) if value is not None else Alias(f"{name} may be part of more")
            )
            if found is not None:
                return found
        return self.handed_on(name)

    def of_value(self, value: ast.expr, at: ast.AST, depth: int) -> Alias | None:
        for source in sources(self.context, value, self.scope):
            if not source.isidentifier():
                return Alias(f"it may be the same as {source}")
            if source != self.name and self.read_later(source):
                return Alias(f"it may share memory with {source}")
            found = self.of_name(source, at, depth + 1)
            if found is not None:
                return found
        return None

    def handed_on(self, name: str) -> Alias | None:
        """Return what else the function gives a value to, before the place or in a loop around it."""
        for node in self.earlier():
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                if node is self.place or name not in sources(self.context, node.value, self.scope):
                    continue
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for inner in ast.walk(target):
                        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                            if inner.id not in (name, self.name) and self.read_later(inner.id):
                                return Alias(f"it may share memory with {inner.id}")
                        elif isinstance(inner, (ast.Attribute, ast.Subscript)) and isinstance(inner.ctx, ast.Store):
                            return Alias(f"it may be the same as {ast.unparse(inner)}")
            elif isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)) and isinstance(
                getattr(node, "ctx", ast.Load()), ast.Load
            ):
                if self.holds(node, name):
                    return Alias(f"{name} is part of another value")
            elif isinstance(node, ast.Call) and self.keeps(node, name):
                return Alias(f"{name} is given to {ast.unparse(node.func)}")
        return None

    def earlier(self) -> Iterator[ast.AST]:
        """Yield the nodes of the function that may run before the place."""
        last = self.around() or self.place
        for node in ast.walk(self.scope.node):
            line = getattr(node, "lineno", None)
            if line is not None and line <= (last.end_lineno or 0):
                yield node

    def holds(self, node: ast.expr, name: str) -> bool:
        """Tell whether a literal container that is kept, and not just an argument or a result, has a name in it."""
        parent = self.context.parent(node)
        if isinstance(parent, (ast.Call, ast.keyword, ast.Return, ast.Subscript, ast.FormattedValue)):
            return False
        return any(isinstance(item, ast.Name) and item.id == name for item in ast.iter_child_nodes(node))

    def keeps(self, node: ast.Call, name: str) -> bool:
        """Tell whether a call puts what a name means into a container."""
        if not any(isinstance(argument, ast.Name) and argument.id == name for argument in node.args):
            return False
        if not isinstance(node.func, ast.Attribute) or self.context.full_name(node.func, self.scope) is not None:
            return False
        owners = self.context.kinds.of(node.func.value)
        return any(owner.startswith(("list", "dict", "set")) for owner in owners)

    def around(self) -> ast.stmt | None:
        """Return the outermost loop of the function around the place."""
        found: ast.stmt | None = None
        around: ast.AST | None = self.context.parent(self.place)
        while around is not None and not isinstance(around, (*_FUNCTIONS, ast.ClassDef)):
            if isinstance(around, _LOOPS):
                found = around
            around = self.context.parent(around)
        return found

    def read_later(self, name: str) -> bool:
        """Tell whether a name may be read after the place."""
        start = self.around() or self.place
        inside = {id(node) for node in ast.walk(self.place)}
        for node in ast.walk(self.scope.node):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                after = (node.lineno, node.col_offset) > (start.lineno, start.col_offset)
                if after and id(node) not in inside:
                    return True
        return False

    def definitions(self, name: str, at: ast.AST) -> Iterator[tuple[ast.expr | ast.arg | None, ast.AST]]:
        """Yield what a name may have been given before a statement; None for a part of something."""
        node: ast.AST = at
        while True:
            parent = self.context.parent(node)
            assert parent is not None
            block = _block_of(parent, node)
            for before in reversed(block[: block.index(node)] if block else []):
                found = list(_given(before, name))
                yield from found
                if found and isinstance(before, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                    return
            if isinstance(parent, _LOOPS):
                yield from (item for inner in (*parent.body, *parent.orelse) for item in _given(inner, name))
            if isinstance(parent, (ast.For, ast.AsyncFor)) and _binds(parent.target, name):
                yield None, parent
                return
            if isinstance(parent, (ast.With, ast.AsyncWith)):
                yield from (given for item in parent.items for given in _given(item, name))
            if isinstance(parent, (*_FUNCTIONS, ast.Module, ast.ClassDef)):
                arguments = (
                    (item for item in ast.walk(parent.args) if isinstance(item, ast.arg))
                    if isinstance(parent, _FUNCTIONS)
                    else ()
                )
                yield from ((item, at) for item in arguments if item.arg == name)
                return
            node = parent


def sources(context: Context, node: ast.expr, scope: Scope) -> set[str]:
    """Return the names and chains whose memory a value may share."""
    match node:
        case ast.Name(id=name):
            return {name}
        case ast.Attribute(value=value):
            member = context.full_name(node, scope) or ""
            chain = dotted_name(node)
            if chain is not None and not is_view(context, node, scope):
                return set() if member else {chain}
            return sources(context, value, scope)
        case ast.Subscript(value=value) | ast.Starred(value=value) | ast.NamedExpr(value=value):
            return sources(context, value, scope)
        case ast.IfExp(body=body, orelse=orelse):
            return sources(context, body, scope) | sources(context, orelse, scope)
        case ast.BoolOp(values=items) | ast.Tuple(elts=items) | ast.List(elts=items):
            return set().union(*(sources(context, item, scope) for item in items))
        case ast.Call(func=func, args=args):
            changed = changed_by(context, node, scope)
            if changed is not None:
                return sources(context, changed, scope)
            if is_view(context, node, scope):
                is_method = isinstance(func, ast.Attribute) and context.full_name(func, scope) is None
                first = func.value if is_method and isinstance(func, ast.Attribute) else next(iter(args), None)
                return sources(context, first, scope) if first is not None else set()
            if makes_new(context, node, scope):
                return set()
            return set().union(*(sources(context, item, scope) for item in args))
    return set()


def is_view(context: Context, node: ast.expr, scope: Scope) -> bool:
    """Tell whether a call or attribute gives its first argument's memory, by the tables."""
    callee = node.func if isinstance(node, ast.Call) else node
    full = context.full_name(callee, scope)
    if full is not None:
        return full in context.apis.tables.views
    if not isinstance(callee, ast.Attribute):
        return False
    owners = [owner for owner in context.kinds.of(callee.value) if "." in owner] or sorted(context.apis.arrays)
    members = (context.apis.member(owner, callee.attr) for owner in owners)
    return any(member is not None and member.name in context.apis.tables.views for member in members)


def makes_new(context: Context, node: ast.Call, scope: Scope) -> bool:
    """Tell whether what a call gives is new: that of an API, of an instance of an API's class, or of a class."""
    if context.full_name(node.func, scope) is not None:
        return True
    if isinstance(node.func, ast.Attribute) and context.apis.is_array(context.kinds.of(node.func.value)):
        return True
    owners = context.kinds.of(node.func)
    return bool(owners) and all(context.apis.is_source(owner) for owner in owners)


def _statement(context: Context, node: ast.AST) -> ast.stmt:
    while not isinstance(node, ast.stmt):
        parent = context.parent(node)
        assert parent is not None
        node = parent
    return node


def _block_of(parent: ast.AST, node: ast.AST) -> list[ast.AST]:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(parent, field, None)
        if isinstance(block, list) and any(item is node for item in block):
            return block
    return []


def _binds(target: ast.AST, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def _given(statement: ast.AST, name: str) -> Iterator[tuple[ast.expr | None, ast.AST]]:
    """Yield what a statement, with those in it, gives to a name; None for a part of something."""
    for node in ast.walk(statement):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if _binds(target, name) and not isinstance(target, (ast.Attribute, ast.Subscript)):
                    yield node.value, node
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            yield ast.Constant(0), node  # the target's operators make a new value
        elif isinstance(node, (ast.For, ast.AsyncFor)) and _binds(node.target, name):
            yield None, node
        elif isinstance(node, ast.withitem) and node.optional_vars is not None and _binds(node.optional_vars, name):
            yield None, statement
        elif isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield node.value, statement
