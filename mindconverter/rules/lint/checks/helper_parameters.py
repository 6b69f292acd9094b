"""R007, for helpers in the place of an API: they have the source's parameters, which they get under their own names."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Problem
from mindconverter.rules.lint.forms import Form, LintRule
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.signature import Kind

_RESULTS = ("to", "cell", "call", "rewrite", "expand", "drop")


def helper_problems(subject: Subject, rule: LintRule, form: Form) -> Iterator[Problem]:
    """Yield the parameters of the source that the helper in its place does not take.

    Args:
        subject: The helpers.
        rule: The rule.
        form: One of its forms.
    """
    action = form.action
    if not form.reached or form.refused or not action.helper or any(getattr(action, key) for key in _RESULTS):
        return
    name = action.helper[0]
    signature = subject.helpers.signature(name) if name in subject.helpers else None
    if signature is None or any(each.kind is Kind.KWARGS for each in signature.parameters):
        return
    known = {each.name for each in signature.parameters if each.kind is not Kind.ARGS}
    silent = {*action.omit, *subject.policies_of(rule)}
    for source in form.sources:
        for parameter in source.parameters:
            if parameter in source.by_name and parameter not in known | silent:
                message = (
                    f"The helper {name!r} has no parameter {parameter!r}, which {source.label} passes by its name."
                )
                advice = "Write a 'rewrite' that says what it gets, or 'omit' the parameter."
                yield Problem(form.place("helper"), message, advice)
