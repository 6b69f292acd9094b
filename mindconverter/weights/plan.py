"""Which weights of a PyTorch checkpoint become which parameters of a converted network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mindconverter.rules.tables import RuleTables
from mindconverter.weights.expressions import weight_names


class NetworkParameter(Protocol):
    """What a plan reads of a parameter."""

    name: str
    requires_grad: bool


class Network(Protocol):
    """What a plan reads of a network or of one of its cells."""

    def cells_and_names(self) -> Iterable[tuple[str, Network]]:
        """Yield the path of every cell, of the network itself first, and the cell."""

    def name_cells(self) -> Mapping[str, Network]:
        """Return the cells that it holds itself, by name."""

    def parameters_and_names(
        self, name_prefix: str = "", expand: bool = True
    ) -> Iterable[tuple[str, NetworkParameter]]:
        """Yield the path of every parameter and the parameter."""

    def named_buffers(self) -> Iterable[tuple[str, object]]:
        """Yield the path of every buffer and the buffer."""


@dataclass(frozen=True, slots=True)
class WeightRule:
    """Hold what a rule says of the weights of a target class.

    Attributes:
        weights: The weight expression of each target parameter whose name or layout changes.
        dropped: Source weights without a place.
        where: The place of the rule.
    """

    weights: Mapping[str, str]
    dropped: tuple[str, ...]
    where: str

    def fits(self, names: frozenset[str], prefix: str) -> bool:
        """Tell whether the source has, below a prefix, a weight that the rule reads."""
        return any(f"{prefix}{name}" in names for text in self.weights.values() for name in weight_names(text))


@dataclass(frozen=True, slots=True)
class WeightMatch:
    """Say what a parameter or buffer of the network is made of.

    Attributes:
        target: Its path in the network.
        expression: The weight expression.
        sources: The full source name of each name of the expression.
        where: The place of the rule; empty where the name is the same on both sides.
    """

    target: str
    expression: str
    sources: Mapping[str, str]
    where: str


@dataclass(frozen=True, slots=True)
class WeightPlan:
    """Hold the plan of a checkpoint.

    Attributes:
        matches: What each parameter and buffer is made of.
        missing: Trainable parameters for which the source has nothing.
        kept: Other parameters for which the source has nothing; they keep their values.
        unused: Source weights without a place in the network.
        dropped: Source weights that the network does not need: a rule says so, or they are other names of used ones.
    """

    matches: tuple[WeightMatch, ...]
    missing: tuple[str, ...]
    kept: tuple[str, ...]
    unused: tuple[str, ...]
    dropped: tuple[str, ...]


def plan_checkpoint(names: Iterable[str], network: Network, tables: RuleTables) -> WeightPlan:
    """Find for every parameter and buffer of a network the source weights that it is made of.

    Args:
        names: The names of the source weights.
        network: The network, built from a converted script.
        tables: The tables whose ``weights`` hold.
    """
    source = frozenset(names)
    rules = weight_rules(tables)
    expressions: dict[str, WeightMatch] = {}
    droppable: set[str] = set()
    for path, cell in network.cells_and_names():
        rule = _rule_of(type(cell), rules, tables, source, _prefix(path))
        if rule is not None:
            droppable.update(_prefix(path) + name for name in rule.dropped)
            for match in _matches(rule, _prefix(path)):
                expressions.setdefault(match.target, match)
    droppable.update(_other_names(network, source))
    parameters = dict(network.parameters_and_names())
    places = [*parameters, *(path for path, _ in network.named_buffers())]
    matches = [expressions.get(path, WeightMatch(path, path, {path: path}, "")) for path in places]
    found = [match for match in matches if source.issuperset(match.sources.values())]
    without = [match.target for match in matches if match not in found and match.target in parameters]
    used = {name for match in found for name in match.sources.values()}
    left = sorted(source - used)
    return WeightPlan(
        tuple(found),
        tuple(path for path in without if parameters[path].requires_grad),
        tuple(path for path in without if not parameters[path].requires_grad),
        tuple(name for name in left if name not in droppable),
        tuple(name for name in left if name in droppable),
    )


def _other_names(network: Network, names: Iterable[str]) -> set[str]:
    """Return the names of weights in cells that the network holds in several places, but for the first place."""
    first = {id(cell): path for path, cell in network.cells_and_names()}

    def others(cell: Network, path: str) -> Iterator[str]:
        if first.get(id(cell), path) != path:
            yield f"{path}."
            return
        for name, inner in cell.name_cells().items():
            yield from others(inner, _prefix(path) + name)

    again = tuple(others(network, ""))
    return {name for name in names if name.startswith(again)} if again else set()


def weight_rules(tables: RuleTables) -> Mapping[str, Sequence[WeightRule]]:
    """Return what the rules of scripts say of weights, by target class."""
    found: dict[str, list[WeightRule]] = {}
    for head in tables.heads_with_weights:
        rule = tables.api_rule(head)
        if rule is None:
            continue
        for action in rule.actions:
            entry = WeightRule(action.weights, action.drop_weights, str(rule.location))
            if action.to is not None and entry not in found.setdefault(action.to, []):
                found[action.to].append(entry)
    return found


def _rule_of(
    cell_class: type, rules: Mapping[str, Sequence[WeightRule]], tables: RuleTables, names: frozenset[str], prefix: str
) -> WeightRule | None:
    """Return the rule of the nearest base class that has one; of several rules the first one that fits the source."""
    for base in cell_class.__mro__:
        candidates = rules.get(tables.target_catalog.canonical(f"{base.__module__}.{base.__qualname__}"), ())
        if candidates:
            return next((rule for rule in candidates if rule.fits(names, prefix)), candidates[0])
    return None


def _matches(rule: WeightRule, prefix: str) -> Iterator[WeightMatch]:
    for parameter, expression in rule.weights.items():
        sources = {name: prefix + name for name in weight_names(expression, where=rule.where)}
        yield WeightMatch(prefix + parameter, expression, sources, rule.where)


def _prefix(path: str) -> str:
    return f"{path}." if path else ""
