"""R032: every weight of a source layer becomes one of the target layer that is like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mindconverter.errors import RuleTableError
from mindconverter.rules.catalog import Weight
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.forms import Form
from mindconverter.rules.lint.subject import Subject
from mindconverter.weights.expressions import kept_weight, weight_names

Weights = Mapping[str, Weight]


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        catalog = subject.targets(rule)
        held = {} if rule.is_operator else subject.tables.source_catalog.weights(rule.rule.head)
        for form in rule.forms:
            target = form.action.to or form.action.cell
            has = catalog.weights(target) if target and not form.refused else {}
            if target and has:
                yield from _unknown(form, target, has)
                if held:
                    yield from _of_layers(form, rule.rule.head, held, target, has)


def _unknown(form: Form, target: str, has: Weights) -> Iterator[Problem]:
    """Yield the names in `weights` that the target does not have."""
    for name in form.action.weights:
        if name not in has:
            message = f"{target} holds no weight {name!r}."
            yield Problem(form.place("weights", name), message, f"It holds: {', '.join(has)}.")


def _of_layers(form: Form, source: str, held: Weights, target: str, has: Weights) -> Iterator[Problem]:
    """Yield where the weights of a source layer and those of its target do not go together."""
    made = {**{name: name for name in held if name in has}, **form.action.weights}
    try:
        read = {name: weight_names(text) for name, text in made.items()}
    except RuleTableError:
        return  # the check of weight expressions tells
    for name, names in read.items():
        for lacking in sorted(names - set(held)):
            message = f"{source} holds no weight {lacking!r}."
            yield Problem(form.place("weights", name), message, f"It holds: {', '.join(held)}.")
    for name in sorted(set(held).difference(form.action.drop_weights, *read.values())):
        advice = "Say in 'weights' what it becomes, or name it in 'drop_weights'."
        yield Problem(form.place("weights"), f"The weight {name!r} of {source} goes nowhere.", advice)
    for name, text in made.items():
        kept = kept_weight(text)
        if kept is None or kept[0] not in held or name not in has:
            continue
        weight = held[kept[0]]
        difference = _difference(replace(weight, rank=weight.rank + kept[1]), has[name])
        if difference is not None:
            message = f"{text!r} of {source} cannot become {name!r} of {target}: {difference}."
            yield Problem(form.place("weights", name), message, "Correct what it is made of.")


def _difference(weight: Weight, target: Weight) -> str | None:
    """Return in which way a weight is none that the target may hold, in words; None if it may be one."""
    if weight.trained != target.trained:
        return "only one of them is trained"
    if weight.rank != target.rank:
        return f"it has {weight.rank} axes, not {target.rank}"
    if None not in (weight.start, target.start) and weight.start != target.start:
        return f"it starts as {weight.start:g}, not as {target.start:g}"
    return None


LAYER_WEIGHTS = Check("R032", "Weights of layers become weights that are like them", _run)
