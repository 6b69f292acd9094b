"""R004: every name in an expression is one that it may read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from mindconverter.rules.expansion import read_expressions
from mindconverter.rules.expr import Expression
from mindconverter.rules.lint.finding import Check, Problem, Severity
from mindconverter.rules.lint.forms import Form, LintRule, Place
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.model import Policy
from mindconverter.rules.source_files import Record


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        for form in rule.forms:
            yield from _shadowing(form)
            yield from _lets(rule, form)
            for expression, place in form.expressions():
                yield from _of_expression(rule, form, expression, place, frozenset(form.lets))
        for index, expression in read_expressions(rule.rule.shapes):
            place = partial(rule.record.locate, "shapes", index)
            yield from _of_expression(rule, rule.forms[0], expression, place, frozenset(rule.rule.lets))
        if rule.rule.content is not None:
            place = partial(rule.record.locate, "content")
            yield from _of_expression(rule, rule.forms[0], rule.rule.content, place, frozenset())
        yield from _node_names(rule)
    for record, policy in subject.policies:
        yield from _of_policy(record, policy)


def _lets(rule: LintRule, form: Form) -> Iterator[Problem]:
    """Yield the names that an intermediate value reads before they have a value."""
    names = list(form.lets)
    for index, name in enumerate(names):
        known = frozenset(names[:index])
        yield from _of_expression(rule, form, form.lets[name], partial(form.place, "let", name), known)


def _shadowing(form: Form) -> Iterator[Problem]:
    for name in form.lets:
        if any(source.knows(name) for source in form.sources):
            message = f"The intermediate value {name!r} has the name of a source parameter."
            yield Problem(form.place("let", name), message, "Give it a name of its own.")


def _of_expression(
    rule: LintRule, form: Form, expression: Expression, place: Place, lets: frozenset[str]
) -> Iterator[Problem]:
    """Yield the names of an expression that are unknown for all or some of the sources."""
    for name in sorted(expression.names - lets):
        lacking = [source for source in form.sources if not source.knows(name)]
        if not lacking:
            continue
        everywhere = len(lacking) == len(form.sources) and not any(source.unbounded for source in lacking)
        if not everywhere and (all(source.unbounded for source in lacking) or name in _asked(expression)):
            continue
        known = ", ".join(dict.fromkeys(name for source in form.sources for name in source.parameters))
        if everywhere or rule.is_operator:
            message = f"The name {name!r} is not known in {lacking[0].label}."
            yield Problem(place(), message, f"Names are: {known or 'none'}.")
        else:
            message = f"The name {name!r} is not known in {lacking[0].label}, so such a call is refused."
            yield Problem(place(), message, "Write 'overloads' for what each signature means.", Severity.WARNING)


def _asked(expression: Expression) -> frozenset[str]:
    """Return the names that an expression asks about with ``given`` and so may read where they exist."""
    found = set()
    for node in ast.walk(expression.tree):
        match node:
            case ast.Call(func=ast.Name(id="given"), args=[ast.Name(id=name)]):
                found.add(name)
    return frozenset(found)


def _node_names(rule: LintRule) -> Iterator[Problem]:
    """Yield inputs that the rule wants to read and no version of the operator has."""
    if not rule.is_operator or not rule.sources:
        return
    for key, names in (("const", rule.rule.const), ("scalars", rule.rule.scalars), ("sizes", rule.rule.sizes)):
        for index, name in enumerate(names):
            if not any(source.knows(name) for source in rule.sources):
                message = f"The operator has no input {name!r} in the versions that the rule covers."
                yield Problem(rule.record.locate(key, index), message, "Write the input's name in the specification.")


def _of_policy(record: Record, policy: Policy) -> Iterator[Problem]:
    for key in ("refuse", "warn", "review"):
        for remark in getattr(policy.action, key):
            if remark.when is not None and remark.when.names - {policy.parameter}:
                message = f"The condition {remark.when.text!r} reads more than the parameter {policy.parameter!r}."
                yield Problem(record.locate(key), message, "A policy sees only its own parameter.")


NAMES = Check("R004", "Every name in an expression is known there", _run)
