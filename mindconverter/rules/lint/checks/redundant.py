"""R010: an entry says something that would not hold without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.forms import Form, LintRule, part_at
from mindconverter.rules.lint.sites import parts, remarks
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.signature import Parameter

_RESULTS = ("drop", "rewrite", "expand", "to", "cell", "call")


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        yield from _cases_of_a_refusal(rule)
        for form in rule.forms:
            taken = _target_parameters(subject.targets(rule), form)
            yield from _args(subject, form, taken)
            yield from _set(form, taken)
            yield from _omit(rule, form)
            yield from _results(form)


def _cases_of_a_refusal(rule: LintRule) -> Iterator[Problem]:
    """Yield refusals beside cases that convert nothing, since the refusal holds for them too."""
    for path, part in parts(rule.record.data):
        for inner, remark in remarks(part) if part.get("cases") else ():
            always = isinstance(remark, str) or (isinstance(remark, Mapping) and "when" not in remark)
            if inner[0] == "refuse" and always:
                message = "What stands here refuses every call, so that the cases convert nothing."
                advice = "Say 'when' it refuses, or put it into a last case with 'when: \"True\"'."
                yield Problem(rule.record.locate(*path, *inner), message, advice)


def _args(subject: Subject, form: Form, taken: Mapping[str, Sequence[Parameter]]) -> Iterator[Problem]:
    """Yield arguments that would be passed under their own names anyway, and those that are set as well."""
    for name in _keys(form, "args"):
        expression = form.action.args[name]
        if name in _keys(form, "set"):
            message = f"The parameter {name!r} stands in both 'args' and 'set'."
            yield Problem(form.place("args", name), message, "Keep one of the two.")
        agrees = name in taken and all(name in source.parameters for source in form.sources)
        silent = name not in form.action.omit and name not in subject.policy_parameters
        if expression.name == name and agrees and silent and not _said_outside(form, name):
            message = f"The argument {name!r} is passed on under its own name anyway."
            yield Problem(form.place("args", name), message, "Remove the entry.", fix=_gone(form, "args", name))


def _target_parameters(catalog: Catalog, form: Form) -> dict[str, list[Parameter]]:
    """Return the parameters of all signatures of the form's target by name."""
    api = catalog.find(form.action.to or form.action.cell or form.action.call or "")
    found: dict[str, list[Parameter]] = {}
    for signature in api.signatures if api is not None else ():
        for parameter in signature.parameters:
            found.setdefault(parameter.name, []).append(parameter)
    return found


def _set(form: Form, taken: Mapping[str, Sequence[Parameter]]) -> Iterator[Problem]:
    """Yield literals that the target has as defaults, where no source parameter would take their place."""
    for name in _keys(form, "set"):
        parameters = taken.get(name, ())
        involved = any(name in source.parameters for source in form.sources) or _said_outside(form, name)
        if parameters and not involved and all(_is_default(each, form.action.set[name]) for each in parameters):
            message = f"The parameter {name!r} of the target has this value by default."
            yield Problem(form.place("set", name), message, "Remove the entry.", fix=_gone(form, "set", name))


def _is_default(parameter: Parameter, value: object) -> bool:
    if parameter.default is None:
        return False
    default = parameter.default_value()
    return default == value and type(default) is type(value)


def _omit(rule: LintRule, form: Form) -> Iterator[Problem]:
    own = part_at(form.record.data, form.chain[0]).get("omit", ())
    names: Sequence[str] = [own] if isinstance(own, str) else list(own)  # type: ignore[call-overload]
    # What a rule omits for all its overloads, one of them must have.
    sources = rule.sources if form.chain[0] == () else form.sources
    for index, name in enumerate(names):
        if not any(name in source.parameters or source.unbounded for source in sources):
            path = ("omit",) if isinstance(own, str) else ("omit", index)
            message = f"The source has no parameter {name!r} to omit."
            yield Problem(form.place(*path), message, "Remove the entry.", fix=_gone(form, *path))


def _results(form: Form) -> Iterator[Problem]:
    """Yield all but the first of several results, of which only the first counts."""
    part = part_at(form.record.data, form.chain[0])
    for key in [key for key in _RESULTS if key in part][1:]:
        first = next(key for key in _RESULTS if key in part)
        yield Problem(form.place(key), f"Beside {first!r}, {key!r} has no effect.", "Keep one of the two.")


def _gone(form: Form, *path: str | int) -> Fix:
    """Return the fix that takes an entry of the form's own part of the record out."""
    return Fix(Edit.REMOVE, form.record.path(*form.chain[0], *path))


def _keys(form: Form, key: str) -> Sequence[str]:
    """Return what the form's own part of the record says under a key."""
    own = part_at(form.record.data, form.chain[0]).get(key)
    return list(own) if isinstance(own, Mapping) else ()


def _said_outside(form: Form, name: str) -> bool:
    """Tell whether an outer part of the record says something of a target parameter, which this one changes."""
    return any(
        isinstance(entries, Mapping) and name in entries
        for part in form.chain[1:]
        for entries in (part_at(form.record.data, part).get(key) for key in ("args", "set"))
    )


REDUNDANT = Check("R010", "Every entry has an effect", _run)
