"""APIs that are named without a call: passed around, derived from, tested for, or written in annotations."""

from __future__ import annotations

import ast
import builtins

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.decide import Note
from mindconverter.rules.model import Action, Remark, Rule
from mindconverter.source.calls.bases import derived_class, needs_helper
from mindconverter.source.calls.calls import is_atomic_code
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.diagnose import outcome_of, said
from mindconverter.source.calls.statements import remove_decorator
from mindconverter.source.edit.edit import HelperName, Piece, TargetName
from mindconverter.source.names.names import Scope

_TYPE_TESTS = ("isinstance", "issubclass")
_PASSED_ON = Note("It is passed around here, and what calls it must give the target's arguments.", True)


def convert_reference(context: Context, node: ast.expr, name: str, scope: Scope) -> None:
    """Convert a name or chain that means an API and is not called.

    Args:
        context: The conversion.
        node: The name or chain.
        name: The public name of the API.
        scope: The scope that it stands in.
    """
    if context.apis.is_module(name):
        _convert_module(context, node, name, scope)
        return
    rule = context.apis.rule(name)
    if rule is None:
        leave(context, node, scope, context.advice(name))
        return
    refusal = next((remark.say for remark in rule.action.refuse if remark.when is None), None)
    if refusal is not None:
        leave(context, node, scope, refusal, rule)
        return
    if rule.action.drop or _is_only_an_argument(rule.action):
        if _drop(context, node, scope, rule):
            return
        if rule.dynamic is None and rule.action.drop:
            say = "The target has nothing in its place, and it is used here. Remove it by hand."
            leave(context, node, scope, say, rule)
            return
    notes = remarks_without_condition(rule.action)
    written = _written(context, node, rule, notes)
    if written is None:
        leave(context, node, scope, "It is no plain name in the target. Convert it by hand.", rule)
        return
    context.replace(context.span(node), *written)
    context.note_read(node, scope, kept=False)
    context.find(outcome_of(notes), context.shown(node), written, said(notes), rule)


def leave(context: Context, node: ast.expr, scope: Scope, say: str, rule: Rule | None = None) -> None:
    """Leave an API as it stands, and tell why."""
    context.note_read(node, scope, kept=True)
    context.find(Outcome.UNCONVERTED, context.shown(node), (), say, rule)


def note_ambiguous(context: Context, node: ast.Name, scope: Scope) -> None:
    """Note a name that may be something of the source framework, or something else."""
    bindings = [binding for binding in scope.lookup(node.id) if not binding.fallback]
    imported = [binding for binding in bindings if binding.alias is not None]
    if len(bindings) > 1 and any(context.apis.is_source(binding.qualified) for binding in imported):
        say = f"The name {node.id!r} is bound more than once, so what it means is not known. Give each its own name."
        chain: ast.expr = node
        while isinstance(parent := context.parent(chain), ast.Attribute):
            chain = parent
        context.find(Outcome.UNCONVERTED, context.span(chain), (), say)


def remarks_without_condition(action: Action) -> list[Note]:
    """Return what a rule remarks on its API wherever it stands."""
    return [*_notes(action.warn, False), *_notes(action.review, True)]


def _notes(remarks: tuple[Remark, ...], review: bool) -> list[Note]:
    return [Note(remark.say, review) for remark in remarks if remark.when is None]


def _written(context: Context, node: ast.expr, rule: Rule, notes: list[Note]) -> tuple[Piece, ...] | None:
    """Return what takes the place of a reference; adds a note where the arguments of later calls may not fit."""
    action = rule.action
    owner = derived_class(context, node)
    if owner is not None and rule.dynamic is not None and needs_helper(context, owner, rule):
        return (HelperName(rule.dynamic),)
    if is_type(context, node):
        if owner is None and not is_annotation(context, node) and _is_only_an_argument(action):
            return ("()",)  # nothing is an instance of it
        if action.to is not None:
            return (TargetName(action.to),)
        if action.helper and action.rewrite is None:
            return (HelperName(action.helper[0]),)
        if rule.like is not None and hasattr(builtins, rule.like) and is_annotation(context, node):
            return (rule.like,)
        if rule.elements and is_annotation(context, node):
            bases = (context.apis.rule(base) for base in rule.bases)
            return next(((TargetName(base.action.to),) for base in bases if base and base.action.to), None)
        if rule.returns is not None and hasattr(builtins, rule.returns) and context.apis.is_class(rule.head):
            return (rule.returns,)
        if rule.elements:
            return None  # the target's class says nothing of the type of elements
    if rule.dynamic is not None and (
        context.library.is_class(rule.dynamic) or not _is_class_with_target(context, rule)
    ):
        return (HelperName(rule.dynamic),)
    if action.to is not None:
        if not _same_arguments(context, rule):
            notes.append(_PASSED_ON)
        return (TargetName(action.to),)
    if action.rewrite is not None and not action.rewrite.names:
        if owner is not None and isinstance(action.rewrite.tree, ast.Tuple):
            return None  # several classes to test for are no base
        pieces = context.code_pieces(action.rewrite.tree, {}, action.helper)
        if context.needs_parentheses(node) and not is_atomic_code(action.rewrite.tree):
            pieces = ["(", *pieces, ")"]
        return tuple(pieces)
    if action.helper and action.rewrite is None:
        return (HelperName(action.helper[0]),)
    return None


def _is_class_with_target(context: Context, rule: Rule) -> bool:
    """Tell whether an API is a class that has a counterpart, so that a function cannot stand for it wherever it is."""
    return rule.action.to is not None and context.apis.is_class(rule.head)


def _is_only_an_argument(action: Action) -> bool:
    """Tell whether what a class would make is one of its arguments in the target, so that it has no instances."""
    return action.rewrite is not None and isinstance(action.rewrite.tree, ast.Name) and bool(action.rewrite.names)


def _same_arguments(context: Context, rule: Rule) -> bool:
    entry = context.apis.entry(rule.head)
    if entry is None or entry.kind in ("value", "property", "module"):
        return True
    action = rule.action
    return not (action.args or action.set or action.omit or rule.cases or rule.overloads)


def is_annotation(context: Context, node: ast.expr) -> bool:
    """Tell whether an expression that stands for a type does so in an annotation."""
    parent: ast.AST | None = node
    while isinstance(parent, ast.expr):
        if id(parent) in context.adopted:
            return True
        if isinstance(parent, (ast.Call, ast.Compare)):
            return False
        parent = context.parent(parent)
    return isinstance(parent, (ast.AnnAssign, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef))


def is_type(context: Context, node: ast.expr) -> bool:
    """Tell whether an expression stands for a type here: a base, an annotation, or what values are tested for."""
    inner: ast.AST = node
    parent = context.parent(inner)
    if id(node) in context.adopted:
        return True
    while isinstance(parent, (ast.Tuple, ast.Subscript, ast.BinOp, ast.List, ast.Starred)):
        if isinstance(parent, ast.BinOp) and not isinstance(parent.op, ast.BitOr):
            return False
        if isinstance(parent, ast.Subscript):
            return parent.slice is inner
        if id(parent) in context.adopted:
            return True
        inner, parent = parent, context.parent(parent)
    match parent:
        case ast.ClassDef(bases=bases):
            return inner in bases
        case ast.AnnAssign(annotation=annotation):
            return inner is annotation
        case ast.arg() | ast.ExceptHandler() | ast.MatchClass():
            return True
        case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(returns=returns):
            return inner is returns
        case ast.Call(func=ast.Name(id=function), args=[_, tested]):
            return function in _TYPE_TESTS and inner is tested
        case ast.Compare():
            return True
    return False


def _drop(context: Context, node: ast.expr, scope: Scope, rule: Rule) -> bool:
    """Remove a decorator; tell whether it is one."""
    parent = context.parent(node)
    is_decorator = isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and (
        node in parent.decorator_list
    )
    if not is_decorator or not remove_decorator(context, node):
        return False
    notes = remarks_without_condition(rule.action)
    context.note_read(node, scope, kept=False)
    context.find(outcome_of(notes), context.shown(node), (), said(notes), rule)
    return True


def _convert_module(context: Context, node: ast.expr, name: str, scope: Scope) -> None:
    module = context.apis.tables.modules.get(name)
    if module is None or module.to is None:
        leave(context, node, scope, "The module is used as a value. Convert it by hand.")
        return
    written = (TargetName(module.to),)
    context.replace(context.span(node), *written)
    context.note_read(node, scope, kept=False)
    say = "The module is used as a value. What is read from it is not converted."
    context.find(Outcome.REVIEW, context.shown(node), written, say)
