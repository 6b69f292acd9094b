"""The draft of a rule: what it says, before it is text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from mindconverter.rules.draft.align import Alignment, Reason
from mindconverter.rules.draft.habits import Habits, result_of
from mindconverter.rules.draft.rank import Candidate, Targets, candidate, rank
from mindconverter.rules.draft.subject import OPERATOR, RECEIVER, Side, api_side
from mindconverter.rules.signature import Kind, Parameter
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.values import is_known

_LEAST = 1.5
"""What a target must score to be written down as more than a possibility."""
_OTHERS = 4
_BETTER = 0.3
"""How much more another target must score for one signature, so that it is taken for that one."""


@dataclass(frozen=True, slots=True)
class Part:
    """Hold what a draft says of one signature, or of all.

    Attributes:
        signature: The text of the signature; empty if the part is for all of them.
        args: Target parameter from the source parameter that it takes, where their names differ.
        omit: Source parameters without a place.
        refuse: Conditions under which they matter, with the parameter of each.
        alignment: What it comes from.
        target: The target of that signature, where it is another one than the draft's; else None.
    """

    signature: str
    args: tuple[tuple[str, str], ...]
    omit: tuple[str, ...]
    refuse: tuple[tuple[str, str], ...]
    alignment: Alignment
    target: Side | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Hold the draft of a rule.

    Attributes:
        source: What it is for.
        target: The likeliest target; None if nothing comes near.
        parts: What it says, for all signatures or for each.
        others: Further targets that may be meant.
        twin: The twin of the target in the other namespace of the framework; None if there is none.
        returns: The kind of the result; None if that is not known.
    """

    source: Side
    target: Side | None
    parts: tuple[Part, ...]
    others: tuple[Side, ...]
    twin: str | None = None
    returns: str | None = None


def draft_rule(source: Side, tables: RuleTables, targets: Targets, habits: Habits, chosen: Side | None = None) -> Draft:
    """Return the draft of a rule.

    Args:
        source: What the rule is for.
        tables: The policies and catalogues.
        targets: The APIs of the target framework.
        habits: What other rules do.
        chosen: The target, where the user names it.
    """
    silent = frozenset() if source.kind == OPERATOR else frozenset(tables.policies)
    ranked = rank(source, targets, habits, silent)
    others = [item.side for item in ranked]
    best = candidate(source, chosen, targets, habits, silent) if chosen is not None else next(iter(ranked), None)
    if best is None or (chosen is None and best.score < _LEAST):
        return Draft(source, None, (), tuple(others[:_OTHERS]))
    others = [side for side in others if side.name != best.side.name]
    twin = _twin(source, best.side, targets, habits)
    results = {habits.usual(habits.results, result_of(text)) for text in source.texts}
    returns = results.pop() if len(results) == 1 and source.kind not in ("class", OPERATOR) else None
    return Draft(
        source,
        best.side,
        _parts(source, best, () if chosen else ranked, silent),
        tuple(others[:_OTHERS]),
        twin,
        returns,
    )


def _twin(source: Side, target: Side, targets: Targets, habits: Habits) -> str | None:
    namespace = habits.usual_place(source.place)
    name = f"{namespace}.{source.leaf}"
    api = targets.catalog.find(name) if namespace else None
    return name if api is not None and api.name == name != target.name and api.kind == source.kind else None


def _parts(source: Side, best: Candidate, ranked: Sequence[Candidate], silent: Collection[str]) -> tuple[Part, ...]:
    found = []
    for index, text in enumerate(source.texts):
        other = max(ranked, key=lambda item: item.score_of(index), default=best)
        own = other if other.score_of(index) >= best.score_of(index) + _BETTER else best
        found.append(_part(text.partition(" -> ")[0], own.alignments[index], source, own.side, silent))
        if own is not best:
            found[-1] = replace(found[-1], target=own.side)
    alike = {(part.args, part.omit, part.refuse, part.target) for part in found}
    if not found:
        return ()
    if len(alike) > 1:
        return tuple(found)
    only = max(found, key=lambda part: part.alignment.likeness)
    return (replace(only, signature=""),)


def _part(text: str, alignment: Alignment, source: Side, target: Side, silent: Collection[str]) -> Part:
    args = tuple(
        (item.target.name, item.source)
        for item in alignment.placements
        if item.target.name != item.source and not (item.source == RECEIVER and target.is_method)
    )
    left = [item for item in alignment.left if item.kind not in (Kind.KWARGS, Kind.ARGS)]
    left = [item for item in left if item.name not in silent and not item.required and item.name != RECEIVER]
    refuse = tuple((_matters(item), item.name) for item in left if not item.name.startswith("_"))
    return Part(text, args, tuple(item.name for item in left), refuse, alignment)


def _matters(parameter: Parameter) -> str:
    """Return the condition under which a parameter has another value than its default."""
    default = parameter.default_value()
    if not is_known(default):
        return f"given({parameter.name})"
    if default is None:
        return f"{parameter.name} is not None"
    if isinstance(default, bool):
        return f"not {parameter.name}" if default else parameter.name
    return f"{parameter.name} != {default!r}"


def uncertain(part: Part) -> Sequence[str]:
    """Return what of a part rests on little: sentences for whoever fills in the draft."""
    found = []
    alignment = part.alignment
    for item in alignment.placements:
        name = item.target.name
        if item.reason is Reason.HABIT:
            found.append(f"{name} gets {item.source}, as in {item.count} other rule{'s' * (item.count > 1)}.")
        elif item.reason is not Reason.NAME and item.source != RECEIVER:
            found.append(f"To do: does {name} mean {item.source}? Only {_ground(item.reason)} says so.")
    found += [f"To do: nothing fills {item.name}, which the target requires." for item in alignment.unfilled]
    found += [
        f"The default of {source.name} is {source.default}, that of the target {target.default}: "
        "the source's is written where a call leaves it open."
        for source, target in alignment.differing
    ]
    found += [
        f"To do: {item.name} has no place in the target."
        for item in alignment.left
        if item.name not in part.omit and item.kind is not Kind.KWARGS
    ]
    return found


def _ground(reason: Reason) -> str:
    return "the likeness of the names" if reason is Reason.LIKENESS else "their order"


def target_side(targets: Targets, name: str) -> Side | None:
    """Return the target API of that name, or None."""
    api = targets.catalog.find(name)
    return None if api is None else api_side(api)
