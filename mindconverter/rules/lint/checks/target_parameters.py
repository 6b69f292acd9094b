"""R007: the target has the parameters that the rule fills, and gets those that it needs."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.catalog import Api, Catalog
from mindconverter.rules.expr import ExpressionError
from mindconverter.rules.lint.checks.helper_parameters import helper_problems
from mindconverter.rules.lint.finding import Check, Problem, Severity
from mindconverter.rules.lint.forms import Form, LintRule, Source
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.model import Action
from mindconverter.rules.signature import Signature
from mindconverter.rules.target_arguments import target_signature, twin_action


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        catalog = subject.targets(rule)
        for form in rule.forms:
            yield from argument_problems(rule, form, catalog)
            yield from helper_problems(subject, rule, form)


def argument_problems(rule: LintRule, form: Form, catalog: Catalog) -> Iterator[Problem]:
    """Yield what is wrong with the arguments that a form gives to its targets.

    Args:
        rule: The rule.
        form: One of its forms.
        catalog: What there is in the version that is meant.
    """
    if not form.reached or form.refused or form.action.drop or form.action.rewrite is not None:
        return
    for key, action in _targets(form.action, catalog):
        api = catalog.find(str(getattr(form.action, key)))
        if api is not None and form.sources:
            yield from _of_target(rule, form, key, action, api)


def _targets(action: Action, catalog: Catalog) -> Iterator[tuple[str, Action]]:
    key = next((key for key in ("to", "cell", "call") if getattr(action, key) is not None), None)
    if key is not None:
        yield key, action
    if action.mint is not None and action.to is not None:
        yield "mint", twin_action(action, catalog)


def _of_target(rule: LintRule, form: Form, key: str, action: Action, api: Api) -> Iterator[Problem]:
    unfilled: list[tuple[Source, str]] = []
    for source in form.sources:
        try:
            signature = target_signature(api, action, _available(source), frozenset(source.parameters))
        except ExpressionError:
            yield from _unknown_parameters(form, action, api)
            return
        missing = _missing(signature, action, source)
        if missing and not source.unbounded:
            unfilled.append((source, missing[0]))
    for source, name in unfilled:
        message = f"The parameter {name!r} of {api.name} gets nothing from {source.label}."
        if rule.is_operator or len(unfilled) == len(form.sources):
            yield Problem(form.place(key), message, "Give it an expression in 'args' or a literal in 'set'.")
        else:
            advice = "Write 'overloads' for what each signature means."
            yield Problem(form.place(key), message, advice, Severity.WARNING)


def _available(source: Source) -> frozenset[str]:
    return frozenset(source.parameters) | (source.extra & {"self"})


def _missing(signature: Signature, action: Action, source: Source) -> list[str]:
    filled = {*action.args, *action.set} | (_available(source) - set(action.omit))
    return [parameter.name for parameter in signature.parameters if parameter.required and parameter.name not in filled]


def _unknown_parameters(form: Form, action: Action, api: Api) -> Iterator[Problem]:
    known = list(dict.fromkeys(parameter.name for signature in api.signatures for parameter in signature.parameters))
    advice = f"It has: {', '.join(known)}." if known else "It takes nothing."
    unknown = [(key, name) for key in ("args", "set") for name in getattr(action, key) if name not in known]
    for key, name in unknown:
        yield Problem(form.place(key, name), f"{api.name} has no parameter {name!r}.", advice)
    if not unknown:
        names = ", ".join(repr(name) for name in (*action.args, *action.set))
        yield Problem(form.place("args"), f"No one signature of {api.name} takes all of {names}.", advice)


TARGET_PARAMETERS = Check("R007", "The target takes the arguments that the rule gives", _run)
