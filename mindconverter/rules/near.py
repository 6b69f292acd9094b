"""Advice on a name that does not exist: the nearest ones that do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str]) -> str:
    """Return advice that lists the nearest of the known names."""
    candidates = list(known)
    head = name.rpartition(".")[0]
    siblings = [candidate for candidate in candidates if candidate.rpartition(".")[0] == head]
    found = get_close_matches(name, siblings or candidates, n=3, cutoff=0.7)
    return f"Did you mean {' or '.join(found)}?" if found else "See the catalogue for the names that exist."
