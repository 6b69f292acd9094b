"""R030: the defaults that overloads state are those of the source, and of the helper that takes its place."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.model import Action
from mindconverter.rules.signature import Parameter, Signature


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        for index, overload in enumerate(rule.rule.overloads):
            place = rule.record.locate("overloads", index, "signature")
            sources = [(rule.api.name, rule.api.signatures)] if rule.api is not None else []
            for name, signatures in (*sources, *_stand_in(overload.action, subject)):
                for stated in overload.signature.parameters:
                    own = [found for each in signatures if (found := each.parameter(stated.name)) is not None]
                    if own and all(_contradict(stated, each) for each in own):
                        defaults = " or ".join(dict.fromkeys(str(each.default) for each in own))
                        message = f"The default of {stated.name} is {stated.default}, but {name} has {defaults}."
                        yield Problem(place, message, "Write the source's default.")


def _stand_in(action: Action, subject: Subject) -> Iterator[tuple[str, tuple[Signature, ...]]]:
    """Yield the helper that takes the place of the API with the same arguments, if one does, and its signature."""
    name = action.helper[0] if action.helper and action.to is None and action.rewrite is None else None
    signature = subject.helpers.signature(name) if name is not None and name in subject.helpers else None
    if signature is not None:
        yield f"the helper {name}", (signature,)


def _contradict(one: Parameter, other: Parameter) -> bool:
    """Tell whether two defaults are literals of one kind and differ; one of another kind says it in other words."""
    if one.default is None or other.default is None:
        return False
    first, second = one.default_value(), other.default_value()
    return first != second and any(_kind(first) is kind is _kind(second) for kind in (bool, float, str))


def _kind(value: object) -> type:
    return float if type(value) is int else type(value)


SOURCE_DEFAULTS = Check("R030", "Defaults are those of the source", _run)
