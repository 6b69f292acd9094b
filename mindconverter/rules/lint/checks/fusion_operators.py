"""R022: the operators of a fusion and of an expansion exist and have the parameters that they name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mindconverter.rules.catalog import OperatorCatalog
from mindconverter.rules.expansion import Make, parts
from mindconverter.rules.fusion import Replacement
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location
from mindconverter.rules.near import near
from mindconverter.rules.pattern import Apply, operators, parse_line


def _run(subject: Subject) -> Iterator[Problem]:
    catalog = subject.tables.operators
    for record, fusion in subject.fusions:
        lines = record.data["pattern"]
        assert isinstance(lines, list)
        for index, line in enumerate(lines):
            for part in operators(parse_line(line)[1]):
                yield from _of_operator(part, catalog, record.locate("pattern", index))
        for new in (*fusion.becomes.inner, fusion.becomes):
            yield from _of_operator(new, catalog, record.locate("becomes"))
    for rule in subject.rules:
        places = [
            (line, form.place("expand", index)) for form in rule.forms for index, line in enumerate(form.action.expand)
        ]
        places += [(line, rule.record.locate("shapes", index)) for index, line in enumerate(rule.rule.shapes)]
        for line, place in places:
            for made in parts(line.term):
                if isinstance(made, Make):
                    yield from _of_operator(made, catalog, place)


def _of_operator(part: Apply | Replacement | Make, catalog: OperatorCatalog, place: Location) -> Iterator[Problem]:
    domain = part.domain or "ai.onnx"
    versions = catalog.versions(domain, part.operator)
    if not versions:
        message = f"There is no operator {part.operator} in the domain {domain} of ONNX {catalog.version}."
        yield Problem(place, message, near(part.operator, catalog.domains.get(domain, ())))
        return
    if isinstance(part, Replacement):
        versions = versions[-1:]  # the new node is of the newest version
    names: set[str] = set()
    count = 0
    for version in versions:
        schema = catalog.schema(domain, part.operator, version)
        assert schema is not None
        variadic = any(option == "variadic" for _, option in schema.inputs)
        names |= {name for name, _ in schema.inputs} | set(schema.attributes)
        count = max(count, len(part.inputs) if variadic else len(schema.inputs))
    yield from _parameters(part, names, place)
    if len(part.inputs) > count:
        message = f"The operator {part.operator} takes {count} inputs, not {len(part.inputs)}."
        yield Problem(place, message, "Write those that it has in the specification.")


def _parameters(part: Apply | Replacement | Make, names: Collection[str], place: Location) -> Iterator[Problem]:
    for name in part.parameters:
        if name not in names:
            message = f"The operator {part.operator} has no input or attribute {name!r}."
            yield Problem(place, message, f"It has: {', '.join(sorted(names))}.")


FUSION_OPERATORS = Check("R022", "The operators of fusions and expansions exist and take what they name", _run)
