"""The targets that a source may mean, the likeliest first."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.draft.align import Alignment, align
from mindconverter.rules.draft.habits import Habits, plain
from mindconverter.rules.draft.subject import Side, api_side

_NAME, _PLACE, _SIGNATURE = 2.0, 1.0, 1.0
"""How much the likeness of names, of places and of signatures counts."""
_PLATFORM = 0.3
"""What it costs if the documentation leaves out a platform that it names for others."""
_ENOUGH = 3
"""With so many candidates of the same name, names that are only alike are not looked for."""
_CLOSE = 0.75
"""From which likeness on a name is looked at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a target that a source may mean.

    Attributes:
        side: The target.
        alignments: How each of the source's signatures goes together with it.
        names: How likely it is by its name and place, among others of the same source.
    """

    side: Side
    alignments: tuple[Alignment, ...]
    names: float

    @property
    def score(self) -> float:
        """How likely it is for the source's signature that suits it best."""
        return self.names + _SIGNATURE * max((item.likeness for item in self.alignments), default=0.0)

    def score_of(self, index: int) -> float:
        """Return how likely it is for one of the source's signatures."""
        return self.names + _SIGNATURE * self.alignments[index].likeness


@dataclass(frozen=True)
class Targets:
    """Find targets by their names.

    Attributes:
        catalog: The catalogue of the target framework.
    """

    catalog: Catalog

    @cached_property
    def by_name(self) -> Mapping[str, list[str]]:
        """The full names of the public APIs by their last parts, without capitals and underscores."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, entry in self.catalog.entries.items():
            if entry["kind"] != "module" and not any(part.startswith("_") for part in name.split(".")):
                found[plain(name)].append(name)
        return found

    @cached_property
    def platforms(self) -> frozenset[str]:
        """The platforms that most APIs with platforms name."""
        named = [
            frozenset(map(str, _list(entry["platforms"])))
            for entry in self.catalog.entries.values()
            if entry.get("platforms")
        ]
        return Counter(named).most_common(1)[0][0] if named else frozenset()


def rank(source: Side, targets: Targets, habits: Habits, silent: Collection[str]) -> list[Candidate]:
    """Return the targets that a source may mean, the likeliest first.

    Args:
        source: The source.
        targets: The APIs of the target framework.
        habits: What other rules do.
        silent: Source parameters that policies account for.
    """
    wanted = plain(source.name)
    names = list(targets.by_name.get(wanted, ()))
    for (head, target), _ in habits.synonyms.items():
        if head == wanted:
            names += targets.by_name.get(target, ())
    if sum(_affinity(source, side, habits) > 0 for side in _sides(names, targets)) < _ENOUGH:
        for close in (*_parts(source.leaf), *get_close_matches(wanted, targets.by_name, n=5, cutoff=_CLOSE)):
            names += targets.by_name.get(close, ())
    found = [candidate(source, side, targets, habits, silent) for side in _sides(dict.fromkeys(names), targets)]
    return sorted(found, key=lambda item: (-item.score, item.side.name))


def candidate(source: Side, target: Side, targets: Targets, habits: Habits, silent: Collection[str]) -> Candidate:
    """Return a target with how its signature goes together with the source's, and how likely it is; see ``rank``."""
    alignments = tuple(align(source, signature, target, habits, silent) for signature in source.signatures)
    names = _NAME * _name_likeness(source, target, habits) + _PLACE * _affinity(source, target, habits)
    if target.platforms and not targets.platforms <= set(target.platforms):
        names -= _PLATFORM
    return Candidate(target, alignments, names)


def _sides(names: Iterable[str], targets: Targets) -> list[Side]:
    found = (targets.catalog.find(name) for name in names)
    return [api_side(api) for api in found if api is not None]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _parts(leaf: str) -> list[str]:
    """Return a name without its first or last words."""
    words = leaf.split("_")
    return [plain("".join(part)) for end in range(1, len(words)) for part in (words[:-end], words[end:])]


def _name_likeness(source: Side, target: Side, habits: Habits) -> float:
    if source.leaf == target.leaf:
        return 1.0
    one, other = plain(source.name), plain(target.name)
    if one == other:
        return 0.97
    if habits.synonyms[one, other]:
        return 0.95
    return 0.8 * SequenceMatcher(None, one, other).ratio()


def _affinity(source: Side, target: Side, habits: Habits) -> float:
    """Return how usual it is that rules lead from the source's namespace and kind to the target's, from 0 to 1."""
    count = habits.places[source.place, target.place]
    if count:
        return math.log1p(count) / math.log1p(habits.strongest[source.place])
    return 0.1 if source.kind == target.kind else 0.0
