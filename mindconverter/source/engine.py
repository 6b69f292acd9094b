"""The pass over a script: every use of an API meets its rule once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.decide import Decision, Dropped, HelperCall, Refused, TargetCall
from mindconverter.rules.signature import Argument
from mindconverter.source.calls.annotations import quoted_annotations
from mindconverter.source.calls.bases import is_super_init, needs_helper
from mindconverter.source.calls.calls import Applied, Operation, Use, apply, decide
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import outcome_of, said
from mindconverter.source.calls.idle import IdleCalls
from mindconverter.source.calls.instances import place_keywords
from mindconverter.source.calls.members import (
    Found,
    find_member,
    helper_defines,
    iterate_again,
    keep_optional,
    method_of_class,
    rename_found,
    rename_method,
    rename_weight,
    same_in_target,
    uncertain_note,
    uncertain_rules,
)
from mindconverter.source.calls.operators import (
    assign_operation,
    decide_operation,
    drop_parentheses,
    leave_operator,
    operator_use,
    stays,
)
from mindconverter.source.calls.references import convert_reference, leave, note_ambiguous, remarks_without_condition
from mindconverter.source.calls.registered import register_again
from mindconverter.source.calls.statements import Removals
from mindconverter.source.edit.arguments import read_slots
from mindconverter.source.inplace.changed import given_output
from mindconverter.source.inplace.inplace import place_change, write_operator
from mindconverter.source.inplace.outputs import place_output
from mindconverter.source.inplace.rebind import rebind_instance, rebind_use
from mindconverter.source.names.names import Scope
from mindconverter.source.training.steps import rewrite_steps


def convert(context: Context, removals: Removals) -> None:
    """Decide on every use of an API in a script; changes, findings and removals are added to what is given."""
    engine = _Engine(context, removals)
    scope = context.script.names.scope(context.script.tree)
    for statement in context.script.tree.body:
        engine.visit(statement, scope)


class _Engine:
    def __init__(self, context: Context, removals: Removals) -> None:
        self.context = context
        self.apis = context.apis
        self.names = context.script.names
        self.removals = removals
        self.idle = IdleCalls(context)
        self.steps = rewrite_steps(context, removals)
        self.visitors: Mapping[type[ast.AST], Callable[..., None]] = {
            ast.Call: self.call,
            ast.Attribute: self.attribute,
            ast.Name: self.name,
            ast.FunctionDef: self.function,
            ast.AsyncFunctionDef: self.function,
            ast.Lambda: self.function,
            ast.ClassDef: self.class_,
            ast.Assign: self.assigned,
            ast.AnnAssign: self.annotated,
            ast.AugAssign: self.augmented,
            ast.BinOp: self.operation,
            ast.UnaryOp: self.operation,
            ast.ListComp: self.inner,
            ast.SetComp: self.inner,
            ast.DictComp: self.inner,
            ast.GeneratorExp: self.inner,
            ast.Constant: self.nothing,
            ast.Import: self.nothing,
            ast.ImportFrom: self.nothing,
        }

    def visit(self, node: ast.AST, scope: Scope) -> None:
        kept = self.steps.kept.get(id(node))
        if kept is not None:
            self.step(node, kept, scope)
            return
        visitor = self.visitors.get(type(node))
        if visitor is not None:
            visitor(node, scope)
            return
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope)

    def step(self, node: ast.AST, kept: tuple[ast.expr, ...], scope: Scope) -> None:
        """Visit what stays of a statement of a step of training."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                self.context.note_read(part, scope, kept=False)
        self.visit_all(kept, scope)

    def visit_all(self, nodes: Iterable[ast.AST | None], scope: Scope) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node, scope)

    def nothing(self, node: ast.AST, scope: Scope) -> None:
        """Pass over a node that names nothing."""

    def inner(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope) -> None:
        self.visit_all(ast.iter_child_nodes(node), self.names.scope(node))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        spec = node.args
        parameters = [*spec.posonlyargs, *spec.args, spec.vararg, *spec.kwonlyargs, spec.kwarg]
        if not isinstance(node, ast.Lambda):
            self.visit_all(node.decorator_list, scope)
            owner = scope.node
            if isinstance(owner, ast.ClassDef):
                rename_method(self.context, node, owner)
        for parameter in parameters:
            self.annotation(parameter.annotation if parameter is not None else None, scope)
        self.visit_all((*spec.defaults, *spec.kw_defaults), scope)
        if isinstance(node, ast.Lambda):
            self.visit(node.body, self.names.scope(node))
            return
        self.annotation(node.returns, scope)
        self.visit_all(node.body, self.names.scope(node))

    def assigned(self, node: ast.Assign, scope: Scope) -> None:
        """Visit an assignment; one to a setting of the source framework goes, or stays with advice."""
        target = node.targets[0] if len(node.targets) == 1 else None
        full = self.context.full_name(target, scope) if isinstance(target, ast.Attribute) else None
        if full is None or not isinstance(target, ast.Attribute):
            register_again(self.context, node)
            self.visit_all((*node.targets, node.value), scope)
            if target is not None and self.idle.gives_itself(target, node.value):
                self.removals.add(node)
            return
        rule = self.apis.rule(full)
        if rule is None or not rule.action.drop:
            leave(self.context, target, scope, self.context.advice(full), rule)
            self.visit(node.value, scope)
            return
        notes = remarks_without_condition(rule.action)
        self.removals.add(node)
        self.context.note_read(target, scope, kept=False)
        self.context.find(outcome_of(notes), self.context.shown(target), (), said(notes), rule)
        self.gone(node.value, scope, set())

    def annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        """Visit an assignment with an annotation."""
        self.visit(node.target, scope)
        self.annotation(node.annotation, scope)
        self.visit_all((node.value,), scope)

    def augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        """Visit an assignment with an operator."""
        if not write_operator(self.context, node, scope) and not assign_operation(self.context, node):
            register_again(self.context, node)
        self.visit_all((node.target, node.value), scope)

    def operation(self, node: Operation, scope: Scope) -> None:
        use = operator_use(self.context, node)
        decision = decide_operation(self.context, use) if use is not None else None
        if use is not None and decision is not None and not stays(decision):
            self.convert_use(use, decision, scope)
            drop_parentheses(self.context, node, decision)
            return
        if use is not None and decision is not None:
            leave_operator(self.context, use, decision)
        self.visit_all(ast.iter_child_nodes(node), scope)

    def annotation(self, node: ast.expr | None, scope: Scope) -> None:
        """Visit an annotation, and what strings in it say."""
        if node is not None:
            self.visit(node, scope)
            self.visit_all(quoted_annotations(self.context, node), scope)

    def class_(self, node: ast.ClassDef, scope: Scope) -> None:
        self.visit_all((*node.decorator_list, *node.bases, *node.keywords), scope)
        self.visit_all(node.body, self.names.scope(node))

    def name(self, node: ast.Name, scope: Scope) -> None:
        if not isinstance(node.ctx, ast.Load):
            return
        full = self.context.full_name(node, scope)
        if full is not None:
            convert_reference(self.context, node, full, scope)
            return
        self.context.note_read(node, scope, kept=True)
        note_ambiguous(self.context, node, scope)

    def attribute(self, node: ast.Attribute, scope: Scope) -> None:
        full = self.context.full_name(node, scope)
        if full is not None and isinstance(node.ctx, ast.Load):
            if self.apis.exists(full):
                convert_reference(self.context, node, full, scope)
                return
            owner = self.context.full_name(node.value, scope)
            if owner is None or self.apis.is_module(owner) or not self.apis.exists(owner):
                leave(self.context, node, scope, self.context.advice(full))
                return
        self.member(node, node, scope)

    def call(self, node: ast.Call, scope: Scope) -> None:
        full = self.context.full_name(node.func, scope)
        if full is not None:
            self.api_call(node, full, scope)
            return
        rebind_instance(self.context, node, self.owner(scope))
        iterate_again(self.context, node, scope)
        place_keywords(self.context, node)
        if isinstance(node.func, ast.Attribute):
            self.member(node, node.func, scope)
        else:
            self.visit(node.func, scope)
            self.arguments(node, scope)

    def arguments(self, node: ast.Call, scope: Scope) -> None:
        self.visit_all((*node.args, *node.keywords), scope)

    def api_call(self, node: ast.Call, full: str, scope: Scope) -> None:
        rule = self.apis.rule(full)
        if rule is None:
            owner = self.context.full_name(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None
            if owner is not None and self.apis.exists(owner) and not self.apis.is_module(owner):
                assert isinstance(node.func, ast.Attribute)
                found = method_of_class(self.context, owner, node.func.attr)
                self.member(node, node.func, scope, found)
                return
            leave(self.context, node.func, scope, self.context.advice(full))
            self.arguments(node, scope)
            return
        use = self.new_value(Use(node, rule, self.apis.entry(full), node.func))
        self.convert_use(use, decide(self.context, use), scope)

    def convert_use(self, use: Use, decision: Decision, scope: Scope) -> None:
        if self.idle.note(use, decision.result):
            decision = replace(decision, result=Dropped())
        if isinstance(decision.result, Dropped) and not self.drop(use, decision):
            reason = "The target has nothing in its place, and its result is used. Convert it by hand."
            dynamic = use.rule.dynamic
            result = HelperCall(dynamic) if dynamic is not None else Refused(reason)
            decision = Decision(decision.rule, result, decision.action, decision.notes)
        decision = place_change(self.context, use, decision, scope)
        decision = place_output(self.context, use, decision, scope)
        applied = apply(self.context, use, decision)
        if applied.converted and not applied.removed:
            rebind_use(self.context, use, decision)
        if use.callee is not None and use.receiver is None:
            self.context.note_read(use.callee, scope, kept=not applied.converted)
        self.visit_parts(applied, scope)
        self.visit_all((use.output,), scope)

    def new_value(self, use: Use) -> Use:
        """Return a use of an API that changes a value, or writes into one, as one of the API that gives the value."""
        if isinstance(use.node, ast.Call):
            use = replace(use, output=given_output(self.context, use.node, use.rule, use.api))
        name = use.rule.in_place_of
        rule = self.apis.rule(name) if name is not None else None
        if name is None or rule is None:
            return use
        return replace(use, rule=rule, api=self.apis.entry(name), changes=use.rule.changes, reshapes=use.rule.reshapes)

    def visit_parts(self, applied: Applied, scope: Scope) -> None:
        for part in applied.kept:
            self.visit(part, scope)
        kept = {id(part) for part in applied.kept}
        for part in applied.gone:
            self.gone(part, scope, kept)

    def gone(self, node: ast.AST, scope: Scope, kept: set[int]) -> None:
        """Note the APIs within an argument that is not in the result."""
        if id(node) in kept:
            return
        if isinstance(node, (ast.Name, ast.Attribute)):
            full = self.context.full_name(node, scope)
            if full is not None:
                self.context.note_read(node, scope, kept=False)
                self.context.find(
                    Outcome.CONVERTED, self.context.shown(node), (), "The argument that it stood in is gone."
                )
                return
        for child in ast.iter_child_nodes(node):
            self.gone(child, scope, kept)

    def drop(self, use: Use, decision: Decision) -> bool:
        """Remove a call that stands alone, and note it; tell whether it does."""
        if not self.removals.take(self.context, use.node):
            return False
        span = self.context.shown(use.shown)
        self.context.find(outcome_of(decision.notes), span, (), said(decision.notes), decision.rule)
        return True

    def member(
        self, node: ast.Call | ast.Attribute, callee: ast.Attribute, scope: Scope, found: Found | None = None
    ) -> None:
        """Convert a method call, or the reading of an attribute; ``found`` is what is known of it already."""
        if isinstance(node, ast.Call) and self.super_init(node, scope):
            return
        found = found or find_member(self.context, callee, scope)
        if found is None:
            self.unknown_member(node, callee, scope)
        elif found.member.rule is None:
            self.member_without_rule(node, callee, found)
        elif found.member.rule.optional:
            keep_optional(self.context, callee, found.member.rule)
        elif (
            found.own
            or found.read_from
            or isinstance(callee.ctx, (ast.Store, ast.Del))
            or self.is_bound_method(node, found)
        ):
            rename_found(self.context, callee, found.member.rule, found)
        else:
            notes = () if found.certain else (uncertain_note(found.member.rule),)
            use = self.new_value(Use(node, found.member.rule, found.member.api, callee, callee.value, notes))
            self.convert_use(use, decide(self.context, use), scope)
            return
        self.visit(callee.value, scope)
        if isinstance(node, ast.Call):
            self.arguments(node, scope)

    def is_bound_method(self, node: ast.Call | ast.Attribute, found: Found) -> bool:
        api = found.member.api
        return isinstance(node, ast.Attribute) and api is not None and api.kind == "method"

    def unknown_member(self, node: ast.Call | ast.Attribute, callee: ast.Attribute, scope: Scope) -> None:
        rules = uncertain_rules(self.context, callee, scope) if isinstance(node, ast.Call) else ()
        if rules:
            names = " or ".join(rule.head for rule in rules)
            say = f"If it is {names}, it has to be converted, but the kind of the value is not known. Annotate it."
            shown = self.context.shown(callee)
            if all(self.apis.shared_with_arrays(rule.head) for rule in rules):  # and arrays have it here too
                self.context.find(Outcome.REVIEW, shown, (shown,), say, rules[0])
            else:
                self.context.find(Outcome.UNCONVERTED, shown, (), say, rules[0])
            return
        rename_weight(self.context, callee)

    def member_without_rule(self, node: ast.Call | ast.Attribute, callee: ast.Attribute, found: Found) -> None:
        if found.own or callee.attr.startswith("__"):
            return
        arguments = []
        if isinstance(node, ast.Call):
            for slot in read_slots(node):
                arguments.append(Argument(None, slot.keyword, slot.star))
        owners = [name for name in sorted(self.context.kinds.of(callee.value)) if "." in name]
        owner = found.read_from or (owners[0] if owners else found.member.name.rpartition(".")[0])
        defined = helper_defines(self.context, owner, callee.attr)
        if defined:
            return
        refused = self.apis.rule(found.member.name) is not None  # its namespace is
        if defined is False or refused or not same_in_target(self.context, found.member, owner, callee, arguments):
            say = self.context.advice(found.member.name)
            self.context.find(Outcome.UNCONVERTED, self.context.shown(callee), (), say)
        elif isinstance(node, ast.Call):
            shown = self.context.shown(callee)
            say = f"No rule compares {found.member.name} with the target's method of the same name."
            self.context.find(Outcome.REVIEW, shown, (shown,), say)

    def super_init(self, node: ast.Call, scope: Scope) -> bool:
        """Convert the arguments that a class gives to the initialiser of the API that it derives from."""
        owner = self.owner(scope)
        if not is_super_init(node) or owner is None:
            return False
        base = next(iter(self.context.script.class_of[id(owner)].bases), None)
        name = self.apis.canonical(base) if base is not None and self.apis.is_source(base) else None
        rule = self.apis.rule(name) if name is not None else None
        if rule is None or not (node.args or node.keywords) or rule.action.to is None:
            return False
        if needs_helper(self.context, owner, rule):
            return False
        use = Use(node, rule, self.apis.entry(rule.head), None)
        decision = decide(self.context, use)
        if not isinstance(decision.result, TargetCall) or decision.result.target != rule.action.to:
            say = f"These arguments have no counterpart in {rule.action.to}. Convert the call by hand."
            decision = Decision(rule, Refused(say), decision.action, decision.notes)
        self.convert_use(use, decision, scope)
        return True

    def owner(self, scope: Scope | None) -> ast.ClassDef | None:
        """Return the class whose method a scope lies in."""
        while scope is not None:
            if isinstance(scope.node, ast.ClassDef):
                return scope.node
            scope = scope.parent
        return None
