"""Attributes that a method of a class registers: where the target takes a new value by that method only."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.model import Rule
from mindconverter.source.calls.context import Context
from mindconverter.source.calls.members import new_name
from mindconverter.source.edit.edit import Piece
from mindconverter.source.edit.emit import is_atom
from mindconverter.source.edit.text import Span
from mindconverter.source.kinds import kind

_SAY = "A registered attribute gets a new value by being registered again."


def register_again(context: Context, node: ast.Assign | ast.AugAssign) -> None:
    """Write an assignment to a registered attribute as a call of the method that registers it."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if not isinstance(target, ast.Attribute) or (isinstance(node, ast.Assign) and len(node.targets) > 1):
        return
    if isinstance(node.value, ast.Constant) and node.value.value is None:
        return
    found = _registration(context, target)
    method = new_name(context, found[0]) if found is not None else None
    if found is None or method is None:
        return
    quote = context.source.quote
    head = f".{method}({quote}{target.attr}{quote}, "
    tail = "".join(f", {name}={value}" for name, value in found[1].items())
    value: tuple[Piece, ...] = (context.span(node.value),)
    if isinstance(node, ast.AugAssign):
        behind = context.source.slice(Span(context.span(target).end, context.span(node.value).start))
        operator = behind.partition("=")[0].strip()
        value = value if is_atom(node.value, context.source) else ("(", *value, ")")
        value = (context.span(target), f" {operator} ", *value)
    written = (context.span(target.value), head, *value, f"{tail})")
    context.replace(context.span(node), *written)
    context.find(Outcome.CONVERTED, context.shown(target), (head[1:-2], ")"), _SAY, found[0])


def _registration(context: Context, node: ast.Attribute) -> tuple[Rule, Mapping[str, str]] | None:
    """Return the rule of the method that registers an attribute, and its other arguments."""
    owners = kind.sure(context.kinds.of(node.value))
    if len(owners) != 1:
        return None
    for ancestor in context.apis.ancestors(next(iter(owners))):
        info = context.apis.find_class(ancestor)
        if info is None:
            continue
        if ancestor not in context.registered:
            context.registered[ancestor] = dict(_registrations(context, ancestor, info.node))
        if node.attr in context.registered[ancestor]:
            return context.registered[ancestor][node.attr]
    return None


def _registrations(
    context: Context, owner: str, node: ast.ClassDef
) -> Iterator[tuple[str, tuple[Rule, Mapping[str, str]]]]:
    for call in ast.walk(node):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        member = context.apis.member(owner, call.func.attr)
        rule = member.rule if member is not None else None
        if member is None or rule is None or not rule.registers or member.api is None or not member.api.signatures:
            continue
        parameters = (parameter.name for parameter in member.api.signatures[0].parameters)
        given = dict(zip(parameters, call.args, strict=False))
        given.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None})
        name = given.get(rule.sets[0])
        others = {key: ast.unparse(item) for key, item in given.items() if key not in rule.sets}
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value, (rule, others)
