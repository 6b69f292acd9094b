"""R017: a rule has an example that proves it."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem, Severity
from mindconverter.rules.lint.subject import Subject


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        if rule.rule.in_place_of is not None:
            continue  # the examples of that rule run in place too
        if not rule.rule.examples and not all(form.refused for form in rule.forms):
            message = f"The rule for {rule.rule.head} has no example."
            advice = "Add 'examples': they run, and prove the rule."
            yield Problem(rule.record.locate(), message, advice, Severity.WARNING)
    for record, fusion in subject.fusions:
        if not fusion.examples:
            message = f"The fusion {fusion.name} has no example."
            yield Problem(record.locate(), message, "Add 'examples': they run, and prove the fusion.", Severity.WARNING)


EXAMPLE = Check("R017", "The rule has an example", _run, Severity.WARNING)
