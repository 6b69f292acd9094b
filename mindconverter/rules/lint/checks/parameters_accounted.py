"""R008: every parameter of the source has its place, or a word on why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.decide import accounted_names
from mindconverter.rules.expr import ExpressionError
from mindconverter.rules.lint.finding import Check, Problem, Severity
from mindconverter.rules.lint.forms import Form, Source
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.target_arguments import target_signature

_ADVICE = "Pass them on in 'args', or say 'omit'; the 'when' of a case does not count."


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        what = "inputs or attributes" if rule.is_operator else "parameters"
        policies = subject.policies_of(rule)
        catalog = subject.targets(rule)
        for form in rule.forms:
            found = [(source, lost(form, source, policies, catalog)) for source in form.sources]
            losing = [(source.label, names) for source, names in found if names]
            for names, labels in _by_names(losing).items():
                more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
                message = f"These {what} of {labels[0]}{more} have no place in the target: {', '.join(names)}."
                if rule.is_operator or len(losing) == len(found):
                    yield Problem(form.place(), message, _ADVICE)
                else:
                    advice = "Such a call is refused. Write 'overloads' for what each signature means."
                    yield Problem(form.place(), message, advice, Severity.WARNING)


def _by_names(losing: Sequence[tuple[str, Sequence[str]]]) -> dict[tuple[str, ...], list[str]]:
    grouped: dict[tuple[str, ...], list[str]] = {}
    for label, names in losing:
        grouped.setdefault(tuple(names), []).append(label)
    return grouped


def lost(form: Form, source: Source, policies: frozenset[str], catalog: Catalog) -> list[str]:
    """Return the parameters of a source that have no place in what a form gives.

    Args:
        form: The form.
        source: One of the sets of names that it may meet.
        policies: The parameters that have a policy.
        catalog: What there is in the version that is meant.
    """
    action = form.action
    name = action.to or action.cell or action.call
    if not form.reached or form.refused or action.drop or not (name or action.rewrite or action.expand):
        return []
    used = accounted_names(action, form.lets) | policies | form.absent
    if action.cell is not None and not action.inputs:
        used |= set(source.parameters[:1])
    if action.rewrite is None and name is not None:
        used |= _taken(form, source, name, frozenset(source.parameters) - used, catalog)
    return [parameter for parameter in source.parameters if parameter not in used]


def _taken(form: Form, source: Source, target: str, unplaced: frozenset[str], catalog: Catalog) -> set[str]:
    """Return the parameters of the target's signature that is meant."""
    api = catalog.find(target)
    if api is None:
        return set(source.parameters)  # the check of target APIs tells
    available = frozenset(source.parameters) | (source.extra & {"self"})
    try:
        signature = target_signature(api, form.action, available, unplaced)
    except ExpressionError:
        return set(source.parameters)  # the check of target parameters tells
    return {parameter.name for parameter in signature.parameters}


PARAMETERS_ACCOUNTED = Check("R008", "Every source parameter is accounted for", _run)
