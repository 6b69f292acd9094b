"""R015: weight expressions are in their language and read weights that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mindconverter.errors import RuleTableError
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import LintRule, part_at
from mindconverter.rules.lint.sites import parts
from mindconverter.rules.lint.subject import Subject
from mindconverter.weights.expressions import weight_names


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        for record in file.sound:
            for path, part in parts(record.data):
                weights = part.get("weights")
                for name, text in weights.items() if isinstance(weights, Mapping) else ():
                    try:
                        weight_names(str(text))
                    except RuleTableError as error:
                        yield Problem(record.locate(*path, "weights", name), error.message, error.advice)
    for rule in subject.rules:
        if rule.is_operator:
            yield from _unknown_inputs(rule)


def _unknown_inputs(rule: LintRule) -> Iterator[Problem]:
    """Yield the names in weight expressions that the operator does not have in all versions that the rule covers."""
    for form in rule.forms:
        own = part_at(form.record.data, form.chain[0]).get("weights", {})
        for name, text in own.items() if isinstance(own, Mapping) else ():
            try:
                read = weight_names(str(text))
            except RuleTableError:
                continue
            for source in form.sources:
                lacking = sorted(each for each in read if not source.knows(each) and each not in form.lets)
                if lacking:
                    message = (
                        f"The weight expression {text!r} reads {lacking[0]!r}, which {source.label} does not have."
                    )
                    advice = f"It has: {', '.join(source.parameters)}."
                    yield Problem(form.place("weights", name), message, advice)
        for index, name in enumerate(form.action.drop_weights):
            if form.sources and not any(source.knows(name) for source in form.sources):
                message = f"The operator has no input {name!r} to drop."
                yield Problem(form.place("drop_weights", index), message, "Remove the entry.")


WEIGHTS = Check("R015", "Weight expressions read weights that exist", _run)
