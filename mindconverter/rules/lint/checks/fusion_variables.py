"""R023: the variables of a fusion stand in its pattern, and are there for something."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.fusion import Fusion
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location
from mindconverter.rules.source_files import Record
from mindconverter.weights.expressions import weight_names

_EXTRA = frozenset({"output_shape", "output_dtype"})


def _run(subject: Subject) -> Iterator[Problem]:
    for record, fusion in subject.fusions:
        pattern = fusion.pattern
        bound = {*pattern.names, *pattern.definitions}
        read: set[str] = set()
        known = bound | _EXTRA
        for name, expression in fusion.lets.items():
            yield from _unbound(expression.names - known, record.locate("let", name), known)
            read |= expression.names
            known.add(name)
        if fusion.when is not None:
            yield from _unbound(fusion.when.names - known, record.locate("when"), known)
            read |= fusion.when.names
        for name in fusion.const:
            yield from _unbound({name} - bound, record.locate("const"), bound)
        inputs, expressions = _of_replacement(fusion)
        yield from _unbound((inputs - bound) | (expressions - known), record.locate("becomes"), known)
        yield from _unused(record, fusion, read | inputs | expressions)


def _of_replacement(fusion: Fusion) -> tuple[set[str], set[str]]:
    """Return the names that the inputs and the parameters of the new nodes read."""
    inputs: set[str] = set()
    expressions: set[str] = set()
    for made in (*fusion.becomes.inner, fusion.becomes):
        inputs.update(name for text in made.inputs if isinstance(text, str) for name in weight_names(text))
        if made.rest is not None:
            inputs.add(made.rest)
        expressions.update(name for expression in made.parameters.values() for name in expression.names)
    return inputs, expressions


def _unbound(names: set[str] | frozenset[str], place: Location, known: set[str]) -> Iterator[Problem]:
    for name in sorted(names):
        yield Problem(place, f"The name {name!r} does not stand in the pattern.", f"Names are: {_listed(known)}.")


def _unused(record: Record, fusion: Fusion, read: set[str]) -> Iterator[Problem]:
    for name in fusion.pattern.free:
        if fusion.pattern.names[name] == 1 and name not in read:
            message = f"The variable {name!r} stands once and nothing reads it."
            yield Problem(record.locate("pattern"), message, "Write '_' for what may be anything.")
    for name in fusion.pattern.definitions:
        if name not in fusion.pattern.names:
            message = f"The inner value {name!r} has a line, but nothing in the pattern reads it."
            yield Problem(record.locate("pattern"), message, "Remove the line.")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


FUSION_VARIABLES = Check("R023", "The variables of a fusion stand in its pattern and are read", _run)
