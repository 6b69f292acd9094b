"""R013: a dynamic helper takes what its source API takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.signature import Kind, Parameter, Signature


def _run(subject: Subject) -> Iterator[Problem]:
    for rule in subject.rules:
        name = rule.rule.dynamic
        if name is None or name not in subject.helpers or rule.api is None:
            continue
        helper = subject.helpers.signature(name)
        if helper is None:
            continue
        if rule.api.kind in ("method", "property"):
            helper = Signature(helper.parameters[1:])  # the first one is the receiver
        for text, signature in zip(rule.api.signature_texts, rule.api.signatures, strict=True):
            seen = [each for each in signature.parameters if each.name not in subject.received_parameters]
            reason = _difference(seen, helper.parameters)
            if reason is not None:
                message = f"The helper {name!r} does not take what {rule.api.name}{text} takes: {reason}."
                yield Problem(rule.record.locate("dynamic"), message, "Give it the parameters of the source.")
                break


def _difference(source: Sequence[Parameter], helper: Sequence[Parameter]) -> str | None:
    """Tell in what a helper does not take the arguments of a source; None if it takes all."""
    if any(each.kind is Kind.ARGS for each in helper) and any(each.kind is Kind.KWARGS for each in helper):
        return None
    expected, found = _positional(source), _positional(helper)
    if found[: len(expected)] != expected:
        return f"its positional parameters are ({', '.join(found)}), not ({', '.join(expected)})"
    names = {each.name for each in helper}
    takes_any = any(each.kind is Kind.KWARGS for each in helper)
    lacking = [each.name for each in source if each.kind is Kind.KEYWORD and each.name not in names and not takes_any]
    if lacking:
        return f"it lacks {', '.join(lacking)}"
    own = {each.name for each in source}
    further = [each.name for each in helper if each.required and each.name not in own]
    return f"it needs {', '.join(further)} besides" if further else None


def _positional(parameters: Sequence[Parameter]) -> list[str]:
    return [each.name for each in parameters if each.kind in (Kind.POSITIONAL, Kind.EITHER, Kind.ARGS)]


DYNAMIC_SIGNATURE = Check("R013", "A dynamic helper has the source's signature", _run)
