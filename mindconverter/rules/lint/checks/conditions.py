"""R028: conditions can hold, and can fail."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.expr import Expression
from mindconverter.rules.lint.contradiction import contradiction
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import constant_condition
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        for form in rule.forms:
            if form.when is not None:
                yield from _never(form.when, form.place("when"))
            for remark, place in form.conditions():
                if remark.when is not None:
                    yield from _constant(remark.when, place())
                    yield from _never(remark.when, place())


def _constant(when: Expression, place: Location) -> Iterator[Problem]:
    constant = constant_condition(when)
    if constant is True:
        yield Problem(place, f"The condition {when.text!r} always holds.", "Write the text alone, without 'when'.")
    elif constant is False:
        yield Problem(place, f"The condition {when.text!r} never holds.", "Remove it with its text.")


def _never(when: Expression, place: Location) -> Iterator[Problem]:
    found = contradiction(when.tree)
    if found is not None:
        message = f"The condition {when.text!r} never holds: {found[0]!r} and {found[1]!r} exclude each other."
        yield Problem(place, message, "Say what is meant, or remove it.")


CONDITIONS = Check("R028", "Conditions can hold and can fail", _run)
