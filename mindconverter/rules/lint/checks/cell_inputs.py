"""R027: a Cell is called with as many inputs as it takes."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.catalog import Api
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Form
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.signature import Kind


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        if not rule.is_operator:
            continue
        catalog = subject.targets(rule)
        for form in rule.forms:
            api = catalog.find(form.action.cell) if form.action.cell is not None else None
            if api is not None and form.reached and not form.refused:
                yield from _of_cell(form, api)


def _of_cell(form: Form, api: Api) -> Iterator[Problem]:
    signature = api.call_signature
    if signature is None:
        return
    places = [each for each in signature.parameters if each.kind in (Kind.POSITIONAL, Kind.EITHER)]
    count = len(form.action.inputs) or 1  # the node's first input, if the rule names none
    least = sum(each.required for each in places)
    unbounded = any(each.kind is Kind.ARGS for each in signature.parameters)
    if count < least or (count > len(places) and not unbounded):
        message = f"{api.name} is called with {count} inputs, but takes {api.call_text}."
        place = form.place("inputs") if form.action.inputs else form.place("cell")
        yield Problem(place, message, "Name in 'inputs' what it is called with, in its order.")


CELL_INPUTS = Check("R027", "A Cell is called with what it takes", _run)
