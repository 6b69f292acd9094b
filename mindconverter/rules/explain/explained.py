"""One rule explained: both signatures side by side, cases, refusals and notes in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.coverage import is_refusal
from mindconverter.rules.draft.subject import api_side, operator_side
from mindconverter.rules.explain.words import in_words
from mindconverter.rules.expr import Expression, ExpressionError
from mindconverter.rules.model import Action, Case, Example, Remark, Rule
from mindconverter.rules.signature import Kind, Parameter, Signature
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.target_arguments import target_signature

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Row:
    """Set a source parameter beside what it becomes.

    Attributes:
        source: The parameter with its default; empty for what only the target has.
        target: What the target gets, with the target's default; empty if it gets nothing.
        renamed: Whether the target has another name for the same value.
        computed: The expression that gives the target's value; empty if it is the source's own.
        other_default: Whether the defaults differ, so that the source's is written.
        left_out: Whether the rule says that the target does not need it.
        remark: What else holds, in words.
    """

    source: str
    target: str
    renamed: bool = False
    computed: str = ""
    other_default: bool = False
    left_out: bool = False
    remark: str = ""

    @property
    def note(self) -> str:
        """What differs, in words; empty if nothing does."""
        parts = ["renamed"] * self.renamed + [f"as {self.computed}"] * bool(self.computed)
        parts += ["another default: the source's is written"] * self.other_default + ["left out"] * self.left_out
        return ", ".join([*parts, *[self.remark] * bool(self.remark)])


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what a rule says or does under a condition, both in words."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """Hold what becomes of one signature.

    Attributes:
        source: The signature of the source.
        result: What takes its place.
        signature: The signature of the target; empty if there is no single target.
        rows: The parameters side by side.
        cases: What differs under conditions, in order.
    """

    source: str
    result: str
    signature: str
    rows: tuple[Row, ...]
    cases: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Hold what a rule says, in words.

    Attributes:
        name: The API, or the operator with its domain.
        place: File and line.
        status: ``mapped``, or ``refused`` if it converts nothing.
        forms: What becomes of each signature.
        refusals: When nothing is converted, and what to do instead.
        remarks: What differs and what has to be checked, and when.
        weights: What each weight of the target is made of.
        notes: What else holds, in sentences.
        versions: The versions of the operator that it covers, or of the frameworks.
        examples: Before and after, or the inputs of a node.
    """

    name: str
    place: str
    status: str
    forms: tuple[Form, ...]
    refusals: tuple[Said, ...]
    remarks: tuple[Said, ...]
    weights: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    versions: str
    examples: tuple[tuple[str, str], ...]


def explain(rule: Rule, tables: RuleTables) -> Explained:
    """Return a rule in words.

    Args:
        rule: The rule.
        tables: Catalogues and policies.
    """
    return Explained(
        name=f"{rule.domain}::{rule.head}" if rule.domain else rule.head,
        place=f"{rule.location.file}:{rule.location.line}",
        status="refused" if is_refusal(rule) else "mapped",
        forms=tuple(_forms(rule, tables)),
        refusals=_said(remark for action in rule.actions for remark in action.refuse),
        remarks=_said(remark for action in rule.actions for remark in (*action.warn, *action.review)),
        weights=tuple(dict.fromkeys(item for action in rule.actions for item in action.weights.items())),
        notes=tuple(_notes(rule)),
        versions=_versions(rule),
        examples=tuple(_example(example) for example in rule.examples),
    )


def _said(remarks: Iterator[Remark]) -> tuple[Said, ...]:
    found = (Said(_when(remark.when), remark.say) for remark in remarks)
    return tuple(dict.fromkeys(found))


def _when(condition: Expression | None) -> str:
    return ALWAYS if condition is None else in_words(condition.tree)


def _forms(rule: Rule, tables: RuleTables) -> Iterator[Form]:
    catalog = tables.node_catalog if rule.domain else tables.target_catalog
    if rule.overloads:
        for overload in rule.overloads:
            yield _form(overload.text, overload.signature, overload.action, overload.cases, tables, catalog)
        return
    api = None if rule.domain else tables.source_catalog.find(rule.head)
    side = operator_side(tables, rule.domain, rule.head) if rule.domain else api_side(api) if api is not None else None
    for text, signature in zip(side.texts, side.signatures, strict=True) if side is not None else ():
        yield _form(text, signature, rule.action, rule.cases, tables, catalog)
    if side is None or not side.signatures:
        yield _form("", Signature(()), rule.action, rule.cases, tables, catalog)


def _form(
    text: str, source: Signature, action: Action, cases: Sequence[Case], tables: RuleTables, catalog: Catalog
) -> Form:
    target = _target(action, source, catalog)
    shown = () if any(remark.when is None for remark in action.refuse) else tuple(_rows(source, target, action, tables))
    told = tuple(Said(in_words(case.when.tree), _change(action, case.action)) for case in cases)
    name = action.to or action.cell or action.call or ""
    api = catalog.find(name) if name else None
    return Form(text, result_of(action), api.signature_texts[0] if api and api.signature_texts else "", shown, told)


def result_of(action: Action) -> str:
    """Return in short what takes the place of a source; empty if nothing does."""
    if any(remark.when is None for remark in action.refuse):
        return ""
    if action.rewrite is not None:
        return action.rewrite.text
    if action.expand:
        return "nodes of plainer operators"
    name = action.to or action.cell or action.call
    if name is None and action.helper:
        return f"the helper {action.helper[0]}"
    return name or ("nothing: it goes" if action.drop else "")


def _target(action: Action, source: Signature, catalog: Catalog) -> Signature | None:
    name = action.to or action.cell or action.call
    api = catalog.find(name) if name and action.rewrite is None else None
    if api is None:
        return None
    names = frozenset(parameter.name for parameter in source.parameters) | {"self"}
    try:
        return target_signature(api, action, names, names - set(action.omit) - {"self"})
    except ExpressionError:
        return None


def _rows(source: Signature, target: Signature | None, action: Action, tables: RuleTables) -> Iterator[Row]:
    taken = {item.name: item for item in target.parameters} if target is not None else {}
    used: set[str] = set()
    for parameter in source.parameters:
        name = parameter.name
        if parameter.kind is Kind.KWARGS:
            continue
        takers = [taker for taker, value in action.args.items() if name in value.names]
        if not takers and name in taken and name not in (*action.omit, *action.args, *action.set):
            takers = [name]
        used.update(takers)
        if takers:
            for taker in takers:
                yield _row(parameter, taken.get(taker), taker, action, silent=name in tables.policies)
        elif action.rewrite is not None and name in action.rewrite.names:
            yield Row(parameter.text, f"{{{name}}}")
        elif name in action.omit:
            yield Row(parameter.text, "", left_out=True)
        elif name in tables.policies:
            yield Row(parameter.text, "", remark="left out, as everywhere")
        elif target is None and action.rewrite is None:
            yield Row(parameter.text, name if action.helper else "")
        else:
            yield Row(parameter.text, "", remark="read by conditions")
    for name, value in action.args.items():
        if name not in used:
            yield Row("", f"{name}={value.text}")
    for name, literal in action.set.items():
        yield Row("", f"{name}={literal!r}", remark="always")


def _row(parameter: Parameter, taker: Parameter | None, name: str, action: Action, *, silent: bool) -> Row:
    """Return a parameter beside its taker; ``silent`` if a policy lets a default of the source go."""
    value = action.args.get(name)
    computed = value.text if value is not None and value.name is None else ""
    defaults = (parameter.default, taker.default if taker is not None else None)
    differ = not (silent or computed or None in defaults or defaults[0] in ("...", defaults[1]))
    target = taker.text if taker is not None else name
    return Row(parameter.text, target, name != parameter.name, computed, differ)


def _change(base: Action, action: Action) -> str:
    """Return what a case changes, in words."""
    parts = []
    if any(remark.when is None for remark in action.refuse if remark not in base.refuse):
        return "is not converted"
    result = result_of(action)
    if result != result_of(base):
        parts.append(f"becomes {result}")
    parts += [f"{name}={value!r}" for name, value in action.set.items() if (name, value) not in base.set.items()]
    parts += [f"{name}={value.text}" for name, value in action.args.items() if base.args.get(name) is not value]
    omitted = [name for name in action.omit if name not in base.omit]
    if omitted:
        parts.append(f"without {', '.join(omitted)}")
    return "; ".join(parts) or "the same, with a remark"


def _notes(rule: Rule) -> Iterator[str]:
    if rule.action.mint:
        yield f"With '--api mint' it becomes {rule.action.mint}."
    if rule.any_call:
        yield f"Where arguments are known only at run time, the helper {rule.any_call} takes its place."
    if rule.in_place_of:
        yield f"It does what {rule.in_place_of} does, in place."
    if rule.changes:
        yield f"It changes {rule.changes} in place: the result is its new value."
    for parameter, cast in rule.casts.items():
        yield f"{parameter} is cast where it has to be ({cast})."
    for source, target in rule.fields.items():
        yield f"The attribute {source} becomes {target or 'the value itself'}."
    if rule.returns:
        yield f"It returns {rule.returns}."
    helpers = dict.fromkeys(name for action in rule.actions for name in action.helper)
    if helpers:
        yield f"The result may need the helper{'s' * (len(helpers) > 1)} {', '.join(helpers)}."
    if rule.todo:
        yield f"To do: {rule.todo}"


def _versions(rule: Rule) -> str:
    parts = [f"versions {', '.join(map(str, rule.since))}"] if rule.since else []
    return ", ".join([*parts, *(f"{framework} {text}" for framework, text in rule.versions.items())])


def _example(example: Example) -> tuple[str, str]:
    if example.source:
        return (example.source, example.result)
    attributes = ", ".join(f"{name}={value!r}" for name, value in example.attributes.items())
    inputs = ", ".join(f"{name}={value}" for name, value in example.inputs.items())
    return (", ".join(part for part in (inputs, attributes) if part), example.result)
