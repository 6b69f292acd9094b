"""R030: the defaults that overloads state are those of the source."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.signature import Parameter


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        if rule.api is None:
            continue
        signatures = rule.api.signatures
        for index, overload in enumerate(rule.rule.overloads):
            for stated in overload.signature.parameters:
                own = [found for each in signatures if (found := each.parameter(stated.name)) is not None]
                if own and all(_contradict(stated, each) for each in own):
                    defaults = " or ".join(dict.fromkeys(str(each.default) for each in own))
                    message = f"The default of {stated.name} is {stated.default}, but {rule.api.name} has {defaults}."
                    place = rule.record.locate("overloads", index, "signature")
                    yield Problem(place, message, "Write the source's default.")


def _contradict(one: Parameter, other: Parameter) -> bool:
    """Tell whether two defaults are literals of one kind and differ; one of another kind says it in other words."""
    if one.default is None or other.default is None:
        return False
    first, second = one.default_value(), other.default_value()
    return first != second and any(_kind(first) is kind is _kind(second) for kind in (bool, float, str))


def _kind(value: object) -> type:
    return float if type(value) is int else type(value)


SOURCE_DEFAULTS = Check("R030", "Defaults are those of the source", _run)
