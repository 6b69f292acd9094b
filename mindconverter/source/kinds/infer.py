"""What the values of a script are: the kind of each expression, in the order in which the script runs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mindconverter.source.kinds import kind
from mindconverter.source.kinds.callers import agree
from mindconverter.source.kinds.kind import NONE, UNKNOWN, UNSURE, Kind
from mindconverter.source.kinds.known import Environment, Hints
from mindconverter.source.kinds.observed import Function, Kinds, Observed
from mindconverter.source.kinds.operations import arithmetic
from mindconverter.source.kinds.value_kinds import Values
from mindconverter.source.names.project import ClassInfo

_ROUNDS = 3
"""How often a script is looked at, so that what is known of a function's arguments reaches those that it calls."""


def infer_kinds(hints: Hints) -> Kinds:
    """Return what is known of the values of a script.

    Args:
        hints: What is known of the script before.
    """
    before = Observed()
    for _ in range(_ROUNDS):
        flow = _Flow(before, hints)
        flow.run()
        if flow.seen == before:
            break
        before = flow.seen
    by_node = {key: frozenset(map(kind.class_of, found)) for key, found in flow.kinds.items()}
    return Kinds(by_node, flow.attributes, flow.results, flow.given.arguments)


class _Flow(Values):
    """Run a script."""

    def run(self) -> None:
        self.block(self.tree.body)
        while self.later:
            work, self.later = self.later, []
            for step in work:
                step()

    def block(self, body: Sequence[ast.stmt]) -> bool:
        """Run statements; tell whether what follows them is not reached."""
        ended = False
        for statement in body:
            ended = self.statement(statement) or ended
        return ended

    def statement(self, node: ast.stmt) -> bool:
        match node:
            case ast.Expr(value=value):
                self.value(value)
            case ast.Assign(targets=targets, value=value):
                found = self.value(value)
                for target in targets:
                    self.assign(target, found, value)
                    self.take_for_arrays(target)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                found = self.value(value) if value is not None else UNKNOWN
                said = self.annotation(annotation)
                self.assign(target, found if said - NONE == UNKNOWN or (found and value is not None) else said, value)
                self.value(annotation)
            case ast.AugAssign(target=target, op=op, value=value):
                load = frozenset(map(kind.class_of, self.value(target)))
                found = arithmetic(self.apis, op, load, self.value(value))
                self.assign(target, found or (load if self.is_list(load) else UNKNOWN), None)
            case ast.Return(value=value):
                found = self.value(value) if value is not None else NONE
                if self.function is not None:
                    self.seen.note_result(self.function, found)
                return True
            case ast.Raise():
                self.children(node)
                return True
            case ast.Break() | ast.Continue():
                return True
            case ast.If(test=test, body=body, orelse=orelse):
                return self.branch(test, body, orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                self.value(test)
                self.loop(lambda: self.block(body), test)
                self.block(orelse)
            case (
                ast.For(target=target, iter=iterable, body=body, orelse=orelse)
                | ast.AsyncFor(target=target, iter=iterable, body=body, orelse=orelse)
            ):
                item = self.items(self.value(iterable))

                def step() -> None:
                    self.assign(target, item, None)
                    self.take_for_arrays(target)
                    self.block(body)

                self.loop(step)
                self.block(orelse)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for entry in items:
                    found = self.value(entry.context_expr)
                    if entry.optional_vars is not None:
                        self.assign(entry.optional_vars, found - NONE, None)
                return self.block(body)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.define(node)
            case ast.ClassDef():
                self.define_class(node)
            case ast.Delete(targets=targets):
                for target in targets:
                    self.value(target)
                    self.forget(target)
            case ast.Match(subject=subject, cases=cases):
                self.value(subject)
                self.choose(cases)
            case ast.Try():
                self.attempt(node)
            case _:
                self.children(node)
        return False

    def take_for_arrays(self, target: ast.expr) -> None:
        """Take names for arrays that are given to networks, or to functions of arrays, as they are.

        They hold data of which nothing is known, or have but one value.
        """
        if not self.before.arrays:
            return
        names = (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
        for name in names:
            given = (id(self.scope.node), name) in self.before.arrays and not self.environment.get(name, UNKNOWN)
            if given and (self._has_one_value(name) or name in self.hints.evidence.data_of(self.scope.node)):
                self.bind(name, kind.join(self.apis.array, UNSURE))

    def _has_one_value(self, name: str) -> bool:
        return len(self.scope.bindings.get(name, ())) == 1

    def branch(self, test: ast.expr, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]) -> bool:
        self.value(test)
        before = dict(self.environment)
        self.environment = {**before, **self.narrow(test, True)}
        ended = self.block(body)
        after = self.environment
        self.environment = {**before, **self.narrow(test, False, before)}
        other_ended = self.block(orelse)
        if ended and not other_ended:
            return False
        if other_ended and not ended:
            self.environment = after
            return False
        self.environment = _merge(after, self.environment)
        return ended and other_ended

    def loop(self, step: Callable[[], object], test: ast.expr | None = None) -> None:
        """Run a loop's body until it does not change what is known when it starts."""
        for _ in range(3):
            before = dict(self.environment)
            if test is not None:
                self.environment.update(self.narrow(test, True))
            step()
            self.environment = _merge(before, self.environment)
            if self.environment == before:
                return

    def choose(self, cases: Sequence[ast.match_case]) -> None:
        before = dict(self.environment)
        outcome = before
        for case in cases:
            self.environment = dict(before)
            self.children(case.pattern)
            for inner in ast.walk(case.pattern):
                bound = getattr(inner, "name", None) or getattr(inner, "rest", None)
                if isinstance(bound, str):
                    self.bind(bound, UNKNOWN)
            if case.guard is not None:
                self.value(case.guard)
            if not self.block(case.body):
                outcome = _merge(outcome, self.environment)
        self.environment = outcome

    def attempt(self, node: ast.Try) -> None:
        before = dict(self.environment)
        self.block(node.body)
        self.block(node.orelse)
        outcomes = [self.environment]
        for handler in node.handlers:
            self.environment = _merge(before, outcomes[0])
            if handler.type is not None:
                self.value(handler.type)
            if not self.block(handler.body):
                outcomes.append(self.environment)
        self.environment = outcomes[0]
        for outcome in outcomes[1:]:
            self.environment = _merge(self.environment, outcome)
        self.block(node.finalbody)

    # Definitions

    def define(self, node: Function, owner: ClassInfo | None = None) -> None:
        for child in (*node.decorator_list, *node.args.defaults, *(item for item in node.args.kw_defaults if item)):
            self.value(child)
        spec = node.args
        for parameter in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg):
            if parameter is not None and parameter.annotation is not None:
                self.value(parameter.annotation)
        if node.returns is not None:
            self.value(node.returns)
        plain = not node.decorator_list and isinstance(node, ast.FunctionDef)
        result = self.results[node.lineno] = self.result(node)
        self.bind(node.name, kind.calling(result) if plain else UNKNOWN)
        scope, outer = self.scope, owner

        def later() -> None:
            self.scope = scope
            self.body(node, outer)

        self.later.append(later)

    def define_class(self, node: ast.ClassDef) -> None:
        for child in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.value(child)
        info = self.class_of[id(node)]
        self.bind(node.name, kind.calling(kind.of(info.name)))
        outer, environment, owner = self.scope, self.environment, self.owner
        self.scope, self.environment, self.owner = self.names.scope(node), {}, info
        methods = []
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                methods.append(statement)
            else:
                self.statement(statement)
                self.declare(statement)
        scope = self.scope
        self.scope, self.environment, self.owner = outer, environment, owner

        def later() -> None:
            ordered = sorted(methods, key=lambda method: method.name != "__init__")
            setters = [method for method in ordered if method.name == "__init__" or _sets_attributes(method)]
            for method in setters:
                self.scope = scope
                self.body(method, info)
            for method in ordered:
                self.scope = scope
                self.define(method, info)

        self.later.append(later)

    def declare(self, node: ast.stmt) -> None:
        """Note the kind of an attribute that a class declares by an annotation."""
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                found = self.annotation(annotation)
                if found and self.owner is not None:
                    self.attributes[self.owner.name, name] = found
                    self.declared.add((self.owner.name, name))

    def body(self, node: Function, owner: ClassInfo | None) -> None:
        """Run the body of a function, with what is known of its parameters."""
        outer, environment, outer_owner, function = self.scope, self.environment, self.owner, self.function
        self.scope, self.environment, self.owner, self.function = self.names.scope(node), {}, owner, node
        self.environment.update(self.parameters(node, owner))
        self.finals.update({(id(self.scope), name): found for name, found in self.environment.items()})
        self.block(node.body)
        self.scope, self.environment, self.owner, self.function = outer, environment, outer_owner, function

    def parameters(self, node: Function, owner: ClassInfo | None) -> Environment:
        spec = node.args
        positional = [*spec.posonlyargs, *spec.args]
        defaults = [*([None] * (len(positional) - len(spec.defaults))), *spec.defaults]
        pairs = [*zip(positional, defaults, strict=True), *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
        found = {}
        for parameter, default in pairs:
            said = self.annotation(parameter.annotation) or self.likely(node, parameter.arg, default)
            found[parameter.arg] = kind.join(said or UNSURE, NONE) if _is_none(default) else said
        if spec.vararg is not None:
            item = self.annotation(spec.vararg.annotation)
            found[spec.vararg.arg] = kind.of(f"tuple[{kind.write(item)},...]" if item else "tuple")
        if spec.kwarg is not None:
            found[spec.kwarg.arg] = kind.of("dict")
        if owner is not None and positional:
            self.method_parameters(node, owner, positional, found)
        return found

    def likely(self, node: Function, name: str, default: ast.expr | None) -> Kind:
        """Return what a parameter probably is, by the calls of the function in the script, its use and its default."""
        given = self.argument(node, name)
        if not given and (default is None or _is_none(default)):
            evidence = self.hints.evidence
            data = (id(node), name) in self.before.arrays and name in evidence.data_of(node)
            is_array = data or name in evidence.arrays_of(node)
            given = self.apis.array if is_array else evidence.recognized.names.get((id(node), name), UNKNOWN)
        of_default = self.kinds.get(id(default), UNKNOWN) if default is not None and not _is_none(default) else given
        return kind.join(given, of_default, UNSURE)

    def argument(self, node: Function, name: str) -> Kind:
        """Return what the calls of a function in the script, and in other files, give to a parameter."""
        own = self.before.arguments.get(id(node), {})
        received = self.hints.received.get(node.lineno, {}).get(name, UNKNOWN)
        if name not in own:
            return received
        both = kind.join(own[name], received)
        return both if agree(both, self.apis) else own[name]

    def method_parameters(
        self, node: Function, owner: ClassInfo, positional: Sequence[ast.arg], found: Environment
    ) -> None:
        decorators = {item.id for item in node.decorator_list if isinstance(item, ast.Name)}
        rest = positional
        if "staticmethod" not in decorators:
            found[positional[0].arg] = kind.of(f"call[{owner.name}]" if "classmethod" in decorators else owner.name)
            rest = positional[1:]
        member = self.apis.member(owner.name, node.name)
        if member is None or member.rule is None or not member.rule.parameters:
            return
        said = [self.apis.kind_of_text(text, member.name) for text in member.rule.parameters]
        for index, parameter in enumerate(rest[: len(rest) - len(node.args.defaults)]):
            if parameter.annotation is None:
                usual = said[min(index, len(said) - 1)]
                given = self.argument(node, parameter.arg)
                other = given and not self.apis.is_array(kind.sure(given))
                found[parameter.arg] = given | UNSURE if other else usual


def _merge(first: Environment, second: Environment) -> Environment:
    return {
        name: kind.join(first[name], second[name]) if name in first and name in second else UNKNOWN
        for name in {**first, **second}
        if (name in first and name in second) or "." not in name
    }


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _sets_attributes(node: Function) -> bool:
    """Tell whether a function assigns to attributes, or to items of them."""
    stored = (inner for inner in ast.walk(node) if isinstance(getattr(inner, "ctx", None), ast.Store))
    return any(
        isinstance(inner, ast.Attribute)
        or (isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Attribute))
        for inner in stored
    )
