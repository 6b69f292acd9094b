"""Find modules in flat names such as "block_1_expand" and "block_2_expand", which share a beginning that counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from mindconverter.graph.ir import Node, Scope
from mindconverter.graph.lower.lowered import Operation

_COUNTED = re.compile(r"(?:(?<=[0-9])|(?<=[0-9][a-z]))_(?=.)")
_NUMBER = re.compile(r"[0-9]+(?:[a-z](?=_|$))?")
_PLACE = re.compile(r"(.+?)(?:_?([0-9]+)|(?<=[0-9])([a-z]))")


def split_prefixes(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with the beginnings that count as scopes of their own.

    Args:
        nodes: The nodes of a graph whose exporter knows no modules, only names.
    """
    names = {node.scopes[0].name for node in nodes if node.scopes}
    paths: dict[str, tuple[str, str]] = {}
    while found := _best(names - set(paths)):
        paths |= found
    return [
        replace(node, scopes=(*map(Scope, path), *node.scopes[1:]))
        if node.scopes and (path := paths.get(node.scopes[0].name))
        else node
        for node in nodes
    ]


def list_blocks(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations with modules that count, each called with what the one before gives, in a list.

    Args:
        operations: What the nodes became, producers first.
    """
    places = _places(operations, {item.scopes[0].name for item in operations if len(item.scopes) > 1})
    return [
        replace(item, scopes=(*map(Scope, place), *item.scopes[1:]))
        if item.scopes and (place := places.get(item.scopes[0].name))
        else item
        for item in operations
    ]


def _places(operations: Sequence[Operation], counted: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return list and place of the modules that count and follow each other.

    Args:
        operations: All operations.
        counted: The names of the modules that may stand in a list.
    """
    owner = {value: _first(item) for item in operations for value in item.outputs}
    reads: dict[str, set[str]] = {}
    readers: dict[str, set[str]] = {}
    for item in operations:
        name = _first(item)
        for value in item.values:
            if owner.get(value, "") != name:
                reads.setdefault(name, set()).add(value)
                readers.setdefault(owner.get(value, ""), set()).add(name)
    known = {_first(item) for item in operations}
    members: dict[tuple[str, int], str] = {}
    for name in sorted(counted):
        if match := _PLACE.fullmatch(name):
            members[match[1], int(match[2]) if match[2] else ord(match[3])] = name
    found: dict[str, tuple[str, str]] = {}
    lists: set[str] = set()
    for stem, number in sorted(members):
        name, before = members[stem, number], members.get((stem, number - 1))
        if before is None or stem in known or readers.get(before) != {name}:
            continue
        begins = before not in found
        if [owner.get(value) for value in reads.get(name, ())] == [before] and not (begins and stem in lists):
            lists.add(stem)
            place = int(found.setdefault(before, (stem, "0"))[1])
            found[name] = stem, str(place + 1)
    return found


def _first(item: Operation) -> str:
    return item.scopes[0].name if item.scopes else ""


def _best(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return beginning and rest of the names whose beginnings repeat most; empty if none do."""
    stems: dict[str, dict[str, set[str]]] = {}
    for name in sorted(names):
        for match in _COUNTED.finditer(name):
            prefix, rest = name[: match.start()], name[match.end() :]
            stems.setdefault(_NUMBER.sub("#", prefix), {}).setdefault(prefix, set()).add(rest)
    best: dict[str, set[str]] = {}
    most = 0
    for stem in sorted(stems):
        members = {prefix: rests for prefix, rests in stems[stem].items() if len(rests) > 1}
        counts = Counter(frozenset(rests) for rests in members.values())
        saved = sum((count - 1) * len(rests) for rests, count in counts.items())
        if saved > most:
            best, most = members, saved
    return {f"{prefix}_{rest}": (prefix, _readable(rest)) for prefix, rests in best.items() for rest in rests}


def _readable(rest: str) -> str:
    """Return a rest such as "1_conv" as "conv1"."""
    match = re.fullmatch(r"([0-9]+)_(.+)", rest)
    return f"{match[2]}{match[1]}" if match else rest
