"""What the rules that exist show of how names and parameters of the two sides go together."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mindconverter.rules.draft.subject import OPERATOR, RECEIVER
from mindconverter.rules.model import Action, Rule
from mindconverter.rules.tables import RuleTables

Place = tuple[str, str]


@dataclass(frozen=True)
class Habits:
    """Count what the rules do.

    Attributes:
        renames: How many rules give a source parameter to a target parameter of another name.
        places: How many rules lead from one namespace and kind to another.
        synonyms: How many rules lead from one last name to another, both as ``plain`` has them.
        twins: How many rules name a twin in a namespace, by the namespace of the source.
        results: How many rules say a kind of result, by what the source's signature says.
        values: How often examples give a parameter a literal.
        arrays: How often examples give a parameter an array, by the text of the array.
    """

    renames: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: Counter[tuple[Place, Place]] = field(default_factory=Counter)
    synonyms: Counter[tuple[str, str]] = field(default_factory=Counter)
    twins: Counter[tuple[Place, str]] = field(default_factory=Counter)
    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    values: Counter[tuple[str, str]] = field(default_factory=Counter)
    arrays: Counter[tuple[str, str]] = field(default_factory=Counter)

    @cached_property
    def strongest(self) -> Mapping[Place, int]:
        """The most rules that lead from a namespace and kind to one other."""
        found: dict[Place, int] = {}
        for (source, _), count in self.places.items():
            found[source] = max(found.get(source, 0), count)
        return found

    def usual(self, counts: Counter[tuple[str, str]], key: str) -> str | None:
        """Return what most often goes with a key in a table of counts, or None."""
        found = [(count, value) for (first, value), count in counts.items() if first == key]
        return max(found)[1] if found else None

    def is_array(self, name: str) -> bool:
        """Tell whether examples give an array to a parameter of that name more often than a literal."""
        counts = (self.arrays, self.values)
        arrays, values = (sum(item for (first, _), item in table.items() if first == name) for table in counts)
        return arrays > values

    def usual_place(self, source: Place) -> str | None:
        """Return the namespace of most twins of a namespace and kind of the source, or None."""
        found = [(count, namespace) for (place, namespace), count in self.twins.items() if place == source]
        return max(found)[1] if found else None


def plain(name: str) -> str:
    """Return the last part of a name without what spelling adds: capitals and underscores."""
    return name.rpartition(".")[2].replace("_", "").lower()


def learn_habits(rules: Iterable[Rule], tables: RuleTables) -> Habits:
    """Count what rules do.

    Args:
        rules: The rules to learn from.
        tables: The catalogues.
    """
    habits = Habits()
    for rule in rules:
        _learn_names(rule, tables, habits)
        _learn_examples(rule, tables, habits)
    return habits


def _learn_names(rule: Rule, tables: RuleTables, habits: Habits) -> None:
    source = _place(rule, tables)
    renames: set[tuple[str, str]] = set()
    for action in rule.actions:
        renames.update((value.name, name) for name, value in action.args.items() if value.name and value.name != name)
    habits.renames.update(renames)
    targets = {target for action in rule.actions for target in named_targets(action)}
    for target in targets:
        api = tables.target_catalog.find(target)
        if api is None or source is None:
            continue
        habits.places[source, (target.rpartition(".")[0], api.kind)] += 1
        if len(targets) == 1 and plain(target) != plain(rule.head):
            habits.synonyms[plain(rule.head), plain(target)] += 1
    if source is not None and rule.action.mint:
        habits.twins[source, rule.action.mint.rpartition(".")[0]] += 1
    said = tables.source_catalog.find(rule.head) if not rule.domain else None
    if rule.returns and said is not None:
        for kind in {result_of(text) for text in said.signature_texts}:
            habits.results[kind, rule.returns] += 1


def named_targets(action: Action) -> frozenset[str]:
    """Return the target APIs that take the place of a source as they are: not those within a longer expression."""
    named = {name for name in (action.to, action.call, action.cell) if name and "." in name}
    if action.rewrite is not None and isinstance(action.rewrite.tree, ast.Call) and len(action.rewrite.calls) == 1:
        named |= {name for name in action.rewrite.calls if "." in name}
    return frozenset(named)


def result_of(signature_text: str) -> str:
    """Return what the text of a signature says of the result; empty if it says nothing."""
    return signature_text.rpartition(" -> ")[2] if " -> " in signature_text else ""


def _place(rule: Rule, tables: RuleTables) -> Place | None:
    if rule.domain:
        return (rule.domain, OPERATOR)
    api = tables.source_catalog.find(rule.head)
    return None if api is None else (rule.head.rpartition(".")[0], api.kind)


def _learn_examples(rule: Rule, tables: RuleTables, habits: Habits) -> None:
    api = None if rule.domain else tables.source_catalog.find(rule.head)
    for example in rule.examples:
        if rule.domain:
            habits.arrays.update((name, text) for name, text in example.inputs.items())
            habits.values.update((name, repr(value)) for name, value in example.attributes.items())
            continue
        for call in _calls(example.source, plain(rule.head)):
            for signature in api.signatures[:1] if api is not None else ():
                names = [item.name for item in signature.parameters if item.name != RECEIVER]
                given = [
                    *zip(names, call.args, strict=False),
                    *((item.arg or "", item.value) for item in call.keywords),
                ]
                for name, value in given:
                    if isinstance(value, ast.Name) and value.id in example.inputs:
                        habits.arrays[name, example.inputs[value.id]] += 1
                    elif _is_literal(value):
                        habits.values[name, ast.unparse(value)] += 1


def _calls(source: str, leaf: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and plain(ast.unparse(node.func)) == leaf:
            yield node


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
