"""R006: the target APIs exist, and can stand where the rule puts them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.expr import Expression
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Form, LintRule
from mindconverter.rules.lint.other_code import other_code
from mindconverter.rules.lint.possible_texts import Lets, possible_texts
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location
from mindconverter.rules.near import near
from mindconverter.rules.template import Template

_KINDS = {
    "to": ("class", "function", "method", "module", "property", "value"),
    "mint": ("class", "function"),
    "cell": ("class",),
    "call": ("class", "function"),
}


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        catalog = subject.targets(rule)
        for form in rule.forms:
            yield from target_problems(rule, form, catalog)
    for code in other_code(subject):
        if code.template is not None:
            yield from _names_in_template(code.template, code.place, subject.tables.target_catalog)


def target_problems(rule: LintRule, form: Form, catalog: Catalog) -> Iterator[Problem]:
    """Yield what is wrong with the targets of a form, and with the names in its code.

    Args:
        rule: The rule.
        form: One of its forms.
        catalog: What there is in the version that is meant.
    """
    yield from _targets(rule, form, catalog)
    yield from _twin(rule, form, catalog)
    yield from _names_in_code(form, catalog)


def _targets(rule: LintRule, form: Form, catalog: Catalog) -> Iterator[Problem]:
    action = form.action
    for key, name in (("to", action.to), ("mint", action.mint), ("cell", action.cell), ("call", action.call)):
        if name is None:
            continue
        api = catalog.find(name)
        if api is None:
            yield Problem(form.place(key), _unknown(name, catalog), near(name, catalog.entries))
        elif api.kind not in _KINDS[key]:
            message = f"{name} is a {api.kind}, which cannot stand under {key!r}."
            yield Problem(form.place(key), message, f"Use a {' or a '.join(_KINDS[key])}.")
        elif key == "to" and api.kind == "method" and not _has_receiver(rule.api):
            message = f"{name} is a method, but the source is none: there is no receiver to call it on."
            yield Problem(form.place(key), message, "Write a 'rewrite' that says what the method is called on.")


def _twin(rule: LintRule, form: Form, catalog: Catalog) -> Iterator[Problem]:
    """Yield a twin of another name than the source and the target: it is there because the names are the same."""
    action = form.action
    if action.mint is None or catalog.find(action.mint) is None:
        return
    name = action.mint.rpartition(".")[2]
    if name not in (rule.rule.head.rpartition(".")[2], str(action.to).rpartition(".")[2]):
        message = f"{action.mint} is named neither as the source nor as the target, so that it is no twin."
        yield Problem(form.place("mint"), message, "Name the twin of this API, or leave 'mint' out.")


def _has_receiver(api: Api | None) -> bool:
    return api is None or api.kind in ("method", "property")


def _names_in_code(form: Form, catalog: Catalog) -> Iterator[Problem]:
    """Yield full names in a rewrite, and in calls of ``api``, that are no APIs."""
    action = form.action
    expressions: list[tuple[Expression, tuple[str, ...]]] = [
        (expression, ("args", name)) for name, expression in action.args.items()
    ]
    if action.rewrite is not None:
        yield from _names_in_template(action.rewrite, form.place("rewrite"), catalog)
        expressions += [(expression, ("rewrite",)) for expression in action.rewrite.holes.values()]
    for expression, path in expressions:
        for name in api_names(expression, form.lets):
            if catalog.find(name) is None:
                yield Problem(form.place(*path), _unknown(name, catalog), near(name, catalog.entries))


def _names_in_template(template: Template, place: Location, catalog: Catalog) -> Iterator[Problem]:
    for name in sorted(template.calls):
        if name.split(".")[0] == catalog.framework and not _reaches(name, catalog):
            yield Problem(place, _unknown(name, catalog), near(name, catalog.entries))


def _reaches(name: str, catalog: Catalog) -> bool:
    """Tell whether a dotted name is an API, or an attribute of a value that is one."""
    if catalog.find(name) is not None:
        return True
    head = name.rpartition(".")[0]
    while head:
        api = catalog.find(head)
        if api is not None:
            return api.kind in ("value", "property")
        head = head.rpartition(".")[0]
    return False


def api_names(expression: Expression, lets: Lets) -> Iterator[str]:
    """Yield the full names that an expression may give to ``api``, as far as its literals tell.

    Args:
        expression: The expression.
        lets: The intermediate values that it may read.
    """
    for node in ast.walk(expression.tree) if "api" in expression.text else ():
        match node:
            case ast.Call(func=ast.Name(id="api"), args=[name]):
                yield from (text for text in possible_texts(name, lets) if not text.endswith("."))


def _unknown(name: str, catalog: Catalog) -> str:
    return f"{name} is not an API of {catalog.framework} {catalog.version}."


TARGET_API = Check("R006", "The target API exists", _run)
