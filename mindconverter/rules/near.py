"""Advice on a name that does not exist: the nearest ones that do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str]) -> str:
    """Return advice that lists the nearest of the known names.

    Those that are called so come first, those of the same module before all, then others of the module that are spelt
    nearly so. Capital letters do not count.

    Args:
        name: The name, with its module if it has one.
        known: The names that exist.
    """
    head, _, leaf = name.lower().rpartition(".")
    siblings: dict[str, list[str]] = {}
    elsewhere: list[str] = []
    for candidate in known:
        its_head, _, its_leaf = candidate.lower().rpartition(".")
        if its_head == head:
            siblings.setdefault(its_leaf, []).append(candidate)
        elif its_leaf == leaf:
            elsewhere.append(candidate)
    # The module may be misspelt, or a longer one be meant.
    elsewhere.sort(key=lambda found: (not get_close_matches(head, [_module(found)]), found))
    close = [*siblings.pop(leaf, ()), *elsewhere]
    close += [found for each in get_close_matches(leaf, siblings, n=3, cutoff=0.7) for found in siblings[each]]
    return f"Did you mean {' or '.join(close[:3])}?" if close else "Check the spelling of the full name."


def _module(name: str) -> str:
    return name.lower().rpartition(".")[0]
