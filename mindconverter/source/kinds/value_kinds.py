"""What expressions are: the kind of a value from the kinds of its parts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.rules.template import dotted_name
from mindconverter.source.kinds import kind
from mindconverter.source.kinds.containers import (
    items_by_key,
    items_of_class,
    new_container,
    with_arguments,
    with_item,
)
from mindconverter.source.kinds.evidence import given_as_arrays
from mindconverter.source.kinds.kind import NONE, UNKNOWN, UNSURE, Kind
from mindconverter.source.kinds.known import Environment, Known
from mindconverter.source.kinds.narrow import narrowed
from mindconverter.source.kinds.numpy_arrays import NUMPY, gives_numpy, is_numpy, numpy_item
from mindconverter.source.kinds.observed import Function
from mindconverter.source.kinds.operations import arithmetic, comparison
from mindconverter.source.kinds.python_values import CALLS, COPIES, LITERALS
from mindconverter.source.kinds.returned import call_kind


class Values(Known):
    """Tell the kinds of expressions."""

    def assign(self, target: ast.expr, found: Kind, value: ast.expr | None) -> None:
        """Note what an assignment gives to its target.

        Args:
            target: The target.
            found: The kind of what is assigned.
            value: The expression that is assigned, if there is one.
        """
        match target:
            case ast.Name(id=name):
                self.bind(name, found)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(elements) else None
                for index, element in enumerate(elements):
                    if isinstance(element, ast.Starred):
                        self.assign(element.value, kind.of("list"), None)
                    elif values is not None:
                        self.assign(element, self.kinds.get(id(values[index]), UNKNOWN), values[index])
                    elif self.apis.is_array(kind.sure(found)):
                        self.assign(element, found - NONE, None)
                    else:
                        self.assign(element, kind.item_at(found, index, len(elements)) if found else UNKNOWN, None)
            case ast.Attribute(value=owner, attr=attribute):
                of_owner = self.value(owner)
                if self.owner is not None and of_owner == kind.of(self.owner.name):
                    shown = self.hints.evidence.recognized.attributes.get((id(self.owner.node), attribute), UNKNOWN)
                    found = found or (shown | UNSURE if shown else UNKNOWN)
                    self.note_attribute(attribute, found)
                    if any(items_of_class(self.apis, kind.outer_name(name)) for name in found):
                        for key, item in items_by_key(value):
                            self.note_attribute(f"{attribute}.{key}", self.kinds.get(id(item), UNKNOWN))
                self._put_by_key(owner, attribute, found)
                chain = dotted_name(target)
                if chain is not None:
                    self.bind(chain, found)
            case ast.Subscript(value=inner, slice=index):
                self.value(target)
                if isinstance(index, ast.Constant):
                    self._put_by_key(inner, index.value, found)
                holder = self.kinds.get(id(inner), UNKNOWN)
                if any(items_of_class(self.apis, kind.outer_name(name)) for name in holder):
                    self._hold(inner, with_item(self.apis, holder, found))
            case ast.Starred(value=inner):
                self.assign(inner, UNKNOWN, None)

    def narrow(self, test: ast.expr, holds: bool, environment: Environment | None = None) -> Environment:
        """Return what is known of names where a condition holds, or does not hold."""
        known = self.environment if environment is None else environment
        return narrowed(test, holds, lambda node: self._known(node, known), self.annotation, self.apis.ancestors)

    def _known(self, node: ast.expr, environment: Environment) -> Kind:
        chain = dotted_name(node)
        if chain is not None and chain in environment:
            return environment[chain]
        return self.kinds.get(id(node), UNKNOWN)

    def value(self, node: ast.expr) -> Kind:
        """Return what an expression is, and note it, and what its parts are."""
        found = self._evaluate(node)
        if found:
            self.kinds[id(node)] = found
        else:
            self.kinds.pop(id(node), None)
        if id(node) in self.hints.evidence.handed_on:
            for definition, module in self._definitions(node):
                self.given.note_handed_on((module, definition.lineno), definition)
        return found

    def children(self, node: ast.AST) -> None:
        """Look at the expressions within a node."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
            elif not isinstance(child, (ast.stmt, ast.expr_context, ast.operator)):
                self.children(child)

    def _evaluate(self, node: ast.expr) -> Kind:
        match node:
            case ast.Constant(value=value):
                return NONE if value is None else kind.of(type(value).__name__)
            case ast.Name(id=name):
                return self.of_name(name)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.BinOp(left=left, op=op, right=right):
                return arithmetic(self.apis, op, self.value(left), self.value(right))
            case ast.UnaryOp(op=op, operand=operand):
                found = self.value(operand)
                return kind.of("bool") if isinstance(op, ast.Not) else found
            case ast.BoolOp():
                return self._connect(node)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return comparison(self.apis, ops, [self.value(item) for item in (left, *comparators)])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test)
                first = self._under(self.narrow(test, True), body)
                return kind.join(first, self._under(self.narrow(test, False), orelse))
            case ast.Subscript(value=value, slice=index):
                found = self.value(value)
                self.value(index)
                return self._by_key(value, index) or self._item(found, index)
            case ast.Tuple(elts=elements):
                items = [self.value(element) for element in elements]
                starred = any(isinstance(element, ast.Starred) for element in elements)
                known = any(items) and not starred
                return kind.of(f"tuple[{','.join(map(kind.write, items))}]" if known else "tuple")
            case ast.List(elts=elements):
                items = [self.value(element) for element in elements]
                merged = kind.join(*items) if items else UNKNOWN
                return kind.of(f"list[{kind.write(merged)}]" if merged else "list")
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self._comprehension(node)
            case ast.Lambda():
                outer, environment = self.scope, self.environment
                self.scope, self.environment = self.names.scope(node), {}
                self.value(node.body)
                self.scope, self.environment = outer, environment
                return kind.of("call[]")
            case ast.NamedExpr(target=target, value=value):
                found = self.value(value)
                self.bind(target.id, found)
                return found
        self.children(node)
        plain = LITERALS.get(type(node))
        return kind.of(plain) if plain is not None else UNKNOWN

    def _under(self, narrow: Environment, node: ast.expr) -> Kind:
        before = self.environment
        self.environment = {**before, **narrow}
        found = self.value(node)
        self.environment = before
        return found

    def _attribute(self, node: ast.Attribute) -> Kind:
        full = self.names.qualified(node, self.scope)
        if full is not None and self.apis.is_source(full):
            name = self.apis.canonical(full)
            if self.apis.exists(name):
                return self.api_value(name)
        elif full is not None and (said := self.imported(full)):
            return said
        of_owner = self.value(node.value)
        chain = dotted_name(node)
        if chain is not None and chain in self.environment:
            return self.environment[chain]
        owners = of_owner - NONE
        found = kind.join(*(self.member(owner, node.attr) for owner in sorted(owners))) if owners else UNKNOWN
        return found or self._by_key(node.value, ast.Constant(node.attr))

    def _by_key(self, node: ast.expr, key: ast.expr) -> Kind:
        """Return the kind of what a container that is an attribute got by a key when it was made."""
        if not isinstance(node, ast.Attribute) or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return UNKNOWN
        owners = sorted(self.kinds.get(id(node.value), UNKNOWN) - NONE)
        return kind.join(*(self.member(owner, f"{node.attr}.{key.value}") for owner in owners)) if owners else UNKNOWN

    def _put_by_key(self, node: ast.expr, key: object, found: Kind) -> None:
        """Note what else such a container gets by a key."""
        if self.owner is None or not isinstance(node, ast.Attribute):
            return
        name = f"{node.attr}.{key}"
        if self.kinds.get(id(node.value)) == kind.of(self.owner.name) and (self.owner.name, name) in self.attributes:
            self.note_attribute(name, found)

    def _call(self, node: ast.Call) -> Kind:
        found = self.value(node.func)
        for argument in node.args:
            self.value(argument.value if isinstance(argument, ast.Starred) else argument)
        for keyword in node.keywords:
            self.value(keyword.value)
        self._set_attribute(node)
        self._add_items(node)
        arrays = given_as_arrays(node, self.names.qualified(node.func, self.scope), self.apis)
        self.seen.note_arrays(self.scope.node, arrays)
        for definition, module in self._definitions(node.func):
            is_method = self._is_instance(node.func) or definition.name == "__init__"
            self.note_call(definition, module, node, bound=is_method)
        match node.func:
            case ast.Name(id="super") if self.owner is not None:
                return kind.of(self.owner.name)
            case ast.Name(id="cast") if len(node.args) == 2:
                return self.annotation(node.args[0])
            case ast.Name(id="enumerate") if node.args and not self.scope.lookup("enumerate"):
                item = self.items(self.kinds.get(id(node.args[0]), UNKNOWN))
                return kind.of(f"iterable[tuple[int,{kind.write(item)}]]")
            case ast.Name(id="zip") if node.args and not self.scope.lookup("zip"):
                given = [self.items(self.kinds.get(id(argument), UNKNOWN)) for argument in node.args]
                known = not any(isinstance(argument, ast.Starred) for argument in node.args)
                return kind.of(f"iterable[tuple[{','.join(map(kind.write, given))}]]") if known else UNKNOWN
            case ast.Name(id="next") if node.args and not self.scope.lookup("next"):
                return self.items(self.kinds.get(id(node.args[0]), UNKNOWN))
            case ast.Name(id="reversed" | "iter" as name) if len(node.args) == 1 and not self.scope.lookup(name):
                item = self.items(self.kinds.get(id(node.args[0]), UNKNOWN))
                return kind.of(f"iterable[{kind.write(item)}]") if item else UNKNOWN
            case ast.Name(id="map") if node.args and not self.scope.lookup("map"):
                first = node.args[0]
                called = kind.called(self.kinds.get(id(first), UNKNOWN)) or UNKNOWN
                item = self.kinds.get(id(first.body), UNKNOWN) if isinstance(first, ast.Lambda) else called
                return kind.of(f"iterable[{kind.write(item)}]") if item else UNKNOWN
            case ast.Name(id=name) if name in CALLS and not self.scope.lookup(name):
                return kind.of(CALLS[name])
        if node.args and self.names.qualified(node.func, self.scope) in COPIES:
            return self.kinds.get(id(node.args[0]), UNKNOWN)
        if gives_numpy(node.func, self.names.qualified(node.func, self.scope), self.kinds):
            return NUMPY
        result = kind.called(found)
        if result is not None and len(result) == 1 and items_of_class(self.apis, next(iter(result))):
            name = next(iter(result))
            is_class = [name] == [called for called, _ in self._called(node.func)]
            return new_container(self.apis, name, node, self.kinds) if is_class else result
        if result is not None:
            return call_kind(self.apis, self._called(node.func), node, self.kinds, result)
        owners = kind.sure(found)
        result = kind.join(*(self.instance_call(owner, node) for owner in sorted(owners))) if owners else UNKNOWN
        if self.apis.is_array(result):
            self.seen.note_arrays(self.scope.node, node.args)
        return kind.join(result, UNSURE) if found >= UNSURE else result

    def _called(self, node: ast.expr) -> list[tuple[str, Kind]]:
        """Return the APIs that an expression may mean, each with the kind of its receiver."""
        full = self.names.qualified(node, self.scope)
        if full is not None and self.apis.is_source(full):
            return [(self.apis.canonical(full), UNKNOWN)]
        if not isinstance(node, ast.Attribute):
            return []
        owners = kind.sure(self.kinds.get(id(node.value), UNKNOWN))
        members = [(self.apis.member(owner, node.attr), kind.of(owner)) for owner in sorted(owners)]
        return [(member.name, owner) for member, owner in members if member is not None]

    def _definitions(self, node: ast.expr) -> Iterator[tuple[Function, str]]:
        """Yield the functions or methods of the project that an expression may mean, with the module of each."""
        if isinstance(node, ast.Attribute) and not self._is_instance(node):
            yield from self._imported_definition(node)
        elif isinstance(node, ast.Attribute):
            is_super = isinstance(node.value, ast.Call) and dotted_name(node.value.func) == "super"
            for owner in sorted(kind.sure(self.kinds.get(id(node.value), UNKNOWN))):
                line = self.apis.ancestors(owner)[is_super:] if "[" not in kind.class_of(owner) else ()
                method = next(filter(None, (self.apis.method(name, node.attr) for name in line)), None)
                module = self.home(method[0]) if method is not None else None
                if method is not None and module is not None and not method[1].decorator_list:
                    yield method[1], module
        elif isinstance(node, ast.Name):
            bindings = self.scope.lookup(node.id)
            found = bindings[0].node if len(bindings) == 1 else None
            info = self.class_of.get(id(found)) if isinstance(found, ast.ClassDef) else None
            if info is not None and not info.node.decorator_list and "__init__" in info.methods:
                yield info.methods["__init__"], self.names.module
            elif isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield found, self.names.module
            elif not bindings or bindings[0].alias is not None:
                yield from self._imported_definition(node)

    def _is_instance(self, node: ast.expr) -> bool:
        """Tell whether an expression is an attribute of a value, and not of a module."""
        return isinstance(node, ast.Attribute) and bool(kind.sure(self.kinds.get(id(node.value), UNKNOWN)))

    def _imported_definition(self, node: ast.Name | ast.Attribute) -> Iterator[tuple[Function, str]]:
        """Yield the function, or the initialiser of the class, of another file that a name or chain means."""
        full = self.names.qualified(node, self.scope)
        if full is None or self.apis.is_source(full):
            return
        info = self.apis.find_class(full)
        if info is not None:
            method = self.apis.method(info.name, "__init__") if not info.node.decorator_list else None
            module = self.home(method[0]) if method is not None else None
            if method is not None and module is not None:
                yield method[1], module
            return
        actual = self.apis.project.actual_name(full)
        function = self.apis.project.find_function(actual)
        module = self.apis.project.home(actual)
        if function is not None and module is not None and not function.decorator_list:
            yield function, module

    def _add_items(self, node: ast.Call) -> None:
        """Note what a method of a container of the source framework adds to it."""
        if not isinstance(node.func, ast.Attribute):
            return
        found = self.kinds.get(id(node.func.value), UNKNOWN)
        for owner in kind.sure(found):
            if items_of_class(self.apis, kind.outer_name(owner)):
                member = self.apis.member(owner, node.func.attr)
                if member is not None:
                    self._hold(node.func.value, with_arguments(self.apis, found, member, node, self.kinds))

    def _hold(self, node: ast.expr, found: Kind) -> None:
        """Note what is known of a container after a change of its items."""
        chain = dotted_name(node)
        self.kinds[id(node)] = found
        if chain is not None:
            self.bind(chain, found)
        own = kind.of(self.owner.name) if self.owner is not None else UNKNOWN
        if isinstance(node, ast.Attribute) and own and self.kinds.get(id(node.value)) == own:
            self.note_attribute(node.attr, found)

    def _set_attribute(self, node: ast.Call) -> None:
        """Note the attribute that a method gives to ``self``, where the rules say that it does so."""
        if self.owner is None or not isinstance(node.func, ast.Attribute):
            return
        if self.kinds.get(id(node.func.value)) != kind.of(self.owner.name):
            return
        member = self.apis.member(self.owner.name, node.func.attr)
        rule = member.rule if member is not None else None
        if member is None or rule is None or not rule.sets or member.api is None or not member.api.signatures:
            return
        parameters = (parameter.name for parameter in member.api.signatures[0].parameters)
        given = dict(zip(parameters, node.args, strict=False))
        given.update({keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None})
        name, value = (given.get(parameter) for parameter in rule.sets)
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and value is not None:
            self.note_attribute(name.value, self.kinds.get(id(value), UNKNOWN))

    def _item(self, found: Kind, index: ast.expr) -> Kind:
        if is_numpy(found):
            return numpy_item(index)
        if self.apis.is_array(kind.sure(found)):
            return found - NONE
        if isinstance(index, ast.Slice):
            return frozenset(kind.outer_name(name) if name.startswith("tuple") else name for name in found)
        found = self.contained(found)
        if isinstance(index, ast.Constant) and isinstance(index.value, int) and found:
            return kind.item_at(found, index.value)
        if found and all(name.startswith("dict[") for name in found):
            return kind.join(*(kind.alternatives(kind.split(name)[1][-1]) for name in found))
        return kind.items_of(found)

    def _connect(self, node: ast.BoolOp) -> Kind:
        before = self.environment
        found = []
        for operand in node.values:
            found.append(self.value(operand))
            self.environment = {**self.environment, **self.narrow(operand, isinstance(node.op, ast.And))}
        self.environment = before
        return kind.join(*found)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Kind:
        outer, environment = self.scope, self.environment
        self.environment = dict(environment)
        for generator in node.generators:
            found = self.items(self.value(generator.iter))
            self.scope = self.names.scope(node)
            self.assign(generator.target, found, None)
            for test in generator.ifs:
                self.value(test)
                self.environment.update(self.narrow(test, True))
        if isinstance(node, ast.DictComp):
            self.value(node.key)
            item = self.value(node.value)
        else:
            item = self.value(node.elt)
        self.scope, self.environment = outer, environment
        plain = LITERALS.get(type(node), "iterable")
        if plain == "dict" or not item:
            return kind.of(plain) if plain != "iterable" else UNKNOWN
        return kind.of(f"{plain}[{kind.write(item)}]")
