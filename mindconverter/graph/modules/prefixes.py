"""Find modules in flat names such as "block_1_expand" and "block_2_expand", which share a beginning that counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mindconverter.graph.ir import Scope
from mindconverter.graph.lower.lowered import Operation

_COUNTED = re.compile(r"(?<=[0-9])_(?=.)")
_NUMBER = re.compile(r"[0-9]+")


def split_prefixes(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations with the beginnings that count as scopes of their own.

    Args:
        operations: The operations of a graph whose exporter knows no modules, only names.
    """
    names = {item.scopes[0].name for item in operations if item.scopes}
    paths: dict[str, tuple[str, str]] = {}
    while found := _best(names - set(paths)):
        paths |= found
    return [
        replace(item, scopes=(*map(Scope, path), *item.scopes[1:]))
        if item.scopes and (path := paths.get(item.scopes[0].name))
        else item
        for item in operations
    ]


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
