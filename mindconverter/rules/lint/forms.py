"""The forms of a rule: each way that it can take, over each set of names that its source can bring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from mindconverter.rules.catalog import Api
from mindconverter.rules.expansion import read_expressions
from mindconverter.rules.expr import Expression, ExpressionError, truth
from mindconverter.rules.lint.absent import absent_if
from mindconverter.rules.lint.sites import Raw, remarks
from mindconverter.rules.location import Location
from mindconverter.rules.model import Action, Case, Remark, Rule
from mindconverter.rules.signature import Kind, Signature
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.yaml_source import Path

NODE_NAMES = frozenset({"output_shape", "output_dtype", "output_count", "has_infinity"})
RECEIVER = "self"
Place = Callable[[], Location]
"""What finds the place of something, for the few of which there is something to say."""


@dataclass(frozen=True, slots=True)
class Source:
    """Hold one set of names that a rule may meet: those of a signature, or of an operator's version.

    Attributes:
        label: What messages call it.
        parameters: The parameters, or the inputs and attributes, in order.
        extra: Further names that expressions may read.
        unbounded: Whether further names are possible.
        required: The parameters that have a value in every call or node.
        by_name: Those that a call may give by their names, or the attributes.
    """

    label: str
    parameters: tuple[str, ...]
    extra: frozenset[str] = frozenset()
    unbounded: bool = False
    required: frozenset[str] = frozenset()
    by_name: frozenset[str] = frozenset()

    def knows(self, name: str) -> bool:
        """Tell whether an expression may read a name."""
        return name in self.parameters or name in self.extra


@dataclass(frozen=True, slots=True)
class Form:
    """Hold one way that a rule can take: its own, or that of a case, for one overload or for all signatures.

    Attributes:
        record: The record that it stands in.
        action: What then becomes of the source.
        lets: The intermediate values.
        sources: The sets of names that it may meet.
        chain: The paths of the parts of the record that say something of it, the innermost first.
        when: The condition of the case.
        reached: Whether the form may be what holds in the end: not if the last case always does.
        absent: The parameters that are None or not given wherever the form holds.
    """

    record: Record
    action: Action
    lets: Mapping[str, Expression]
    sources: tuple[Source, ...]
    chain: tuple[Path, ...]
    when: Expression | None = None
    reached: bool = True
    absent: frozenset[str] = frozenset()

    def place(self, *path: str | int) -> Location:
        """Return where the innermost part says something under a path of keys."""
        for part in self.chain:
            if value_at(self.record.data, (*part, *path)) is not _MISSING:
                return self.record.locate(*part, *path)
        return self.record.locate(*self.chain[0])

    def own(self, key: str) -> object:
        """Return what the form's own part of the record has under a key; None if it has nothing."""
        found = value_at(self.record.data, (*self.chain[0], key))
        return None if found is _MISSING else found

    def conditions(self) -> list[tuple[Remark, Place]]:
        """Return all remarks of the form, each with what finds its place."""
        found: list[tuple[Remark, Place]] = []
        by_key = {"refuse": self.action.refuse, "warn": self.action.warn, "review": self.action.review}
        if not any(by_key.values()):
            return found
        places: dict[str, list[Place]] = {key: [] for key in by_key}
        for part in reversed(self.chain):
            for inner, _ in remarks(part_at(self.record.data, part)):
                places[str(inner[0])].append(partial(self.record.locate, *part, *inner))
        for key, values in by_key.items():
            found.extend(zip(values, places[key], strict=True))
        return found

    def expressions(self) -> Iterator[tuple[Expression, Place]]:
        """Yield the expressions that may read all intermediate values, each with what finds its place."""
        action = self.action
        if self.when is not None:
            yield self.when, partial(self.place, "when")
        for name, expression in action.args.items():
            yield expression, partial(self.place, "args", name)
        for index, expression in enumerate(action.inputs):
            yield expression, partial(self.place, "inputs", index)
        for remark, place in self.conditions():
            if remark.when is not None:
                yield remark.when, place
        if action.rewrite is not None:
            for expression in action.rewrite.holes.values():
                yield expression, partial(self.place, "rewrite")
        for index, expression in read_expressions(action.expand):
            yield expression, partial(self.place, "expand", index)

    @property
    def refused(self) -> bool:
        """Whether the form refuses whatever comes."""
        return any(remark.when is None for remark in self.action.refuse)


@dataclass(frozen=True, slots=True)
class LintRule:
    """Hold a rule with what lint knows of it.

    Attributes:
        record: The record that it stands in.
        rule: The rule.
        group: The folder of tables of its file.
        api: The source API's entry in the catalogue; None for an operator or an API that has none.
        sources: All sets of names that the source can bring.
        forms: The ways that the rule can take.
    """

    record: Record
    rule: Rule
    group: FilePath | None
    api: Api | None
    sources: tuple[Source, ...]
    forms: tuple[Form, ...]

    @property
    def is_operator(self) -> bool:
        """Whether the rule is for an operator, and not for an API of a script."""
        return bool(self.rule.domain)


_MISSING = object()


def value_at(data: object, path: Path) -> object:
    """Return what stands in data under a path of keys, or a mark that nothing does."""
    found: Any = data
    for key in path:
        try:
            found = found[key]  # type: ignore[index,unused-ignore]
        except (KeyError, IndexError, TypeError):
            return _MISSING
    return found


def part_at(record: Raw, path: Path) -> Raw:
    """Return the part of a record that a path leads to."""
    found = value_at(record, path)
    return found if isinstance(found, Mapping) else {}


def constant_condition(when: Expression) -> bool | None:
    """Return what a condition over no names gives; None for one that depends on something."""
    try:
        return None if when.names else truth(when, {})
    except ExpressionError:
        return None


def lint_rule(record: Record, rule: Rule, group: FilePath | None, tables: RuleTables) -> LintRule:
    """Return what lint knows of a rule.

    Args:
        record: The record that it stands in.
        rule: The rule.
        group: The folder of tables of its file.
        tables: The catalogues.
    """
    api = None if rule.domain else tables.source_catalog.find(rule.head)
    sources = _operator_sources(rule, tables) if rule.domain else _api_sources(rule, api)
    forms: list[Form] = []
    if rule.overloads:
        for index, overload in enumerate(rule.overloads):
            chain: tuple[Path, ...] = (("overloads", index), ())
            own = (sources[index],)
            forms += _forms(record, overload.action, overload.cases, overload.lets, own, chain)
    else:
        forms += _forms(record, rule.action, rule.cases, rule.lets, sources, ((),))
    return LintRule(record, rule, group, api, sources, tuple(forms))


def _forms(
    record: Record,
    action: Action,
    cases: Sequence[Case],
    lets: Mapping[str, Expression],
    sources: tuple[Source, ...],
    chain: tuple[Path, ...],
) -> list[Form]:
    closed = any(constant_condition(case.when) for case in cases)
    absent: frozenset[str] = frozenset()  # wherever no earlier case holds
    found = []
    for index, case in enumerate(cases):
        inner = ((*chain[0], "cases", index), *chain)
        known = absent | absent_if(case.when.tree, True)
        found.append(Form(record, case.action, lets, sources, inner, case.when, absent=known))
        absent |= absent_if(case.when.tree, False)
    return [Form(record, action, lets, sources, chain, reached=not closed, absent=absent), *found]


def _api_sources(rule: Rule, api: Api | None) -> tuple[Source, ...]:
    receiver = frozenset({RECEIVER}) if api is not None and api.kind in ("method", "property") else frozenset()
    if rule.overloads:
        if api is None:
            receiver = frozenset({RECEIVER})  # an API without an entry may be a method
        return tuple(_source(overload.signature, overload.text, receiver) for overload in rule.overloads)
    if api is None:
        return (Source("an API that is not in the catalogue", (), receiver, unbounded=True),)
    if api.kind in ("module", "property", "value"):
        return (Source(f"a {api.kind}", (), receiver),)
    if not api.signatures:
        return (_anything("an API without a signature", receiver),)
    pairs = zip(api.signatures, api.signature_texts, strict=True)
    return tuple(_source(signature, text, receiver) for signature, text in pairs)


def _anything(label: str, receiver: Collection[str]) -> Source:
    """Return what is known of a source that takes whatever it is given."""
    return Source(label, (), frozenset({"args", "kwargs", *receiver}), unbounded=True)


def _source(signature: Signature, text: str, receiver: Collection[str]) -> Source:
    names = tuple(
        parameter.name
        for parameter in signature.parameters
        if parameter.kind is not Kind.KWARGS and parameter.name not in receiver
    )
    kinds = [parameter.kind for parameter in signature.parameters]
    if kinds == [Kind.ARGS, Kind.KWARGS]:
        return _anything(f"the signature {text}", receiver)
    required = frozenset(parameter.name for parameter in signature.parameters if parameter.required)
    by_name = frozenset(each.name for each in signature.parameters if each.kind in (Kind.EITHER, Kind.KEYWORD))
    return Source(f"the signature {text}", names, frozenset(receiver), Kind.KWARGS in kinds, required, by_name)


def _operator_sources(rule: Rule, tables: RuleTables) -> tuple[Source, ...]:
    found = []
    known = tables.operators.versions(rule.domain, rule.head)
    for since in rule.since or known:
        if since not in known:
            continue
        schema = tables.operators.schema(rule.domain, rule.head, since)
        assert schema is not None
        names = (*(name for name, _ in schema.inputs), *schema.attributes)
        later = tables.operators.other_names(rule.domain, rule.head, since)
        required = frozenset(name for name, option in schema.inputs if option == "single")
        extra = NODE_NAMES | frozenset(later)
        by_name = frozenset(schema.attributes)
        found.append(Source(f"version {since} of the operator", names, extra, required=required, by_name=by_name))
    return tuple(found)
