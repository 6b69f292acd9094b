"""Text and code in tables of Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_MARKS = re.compile(r"([\\`*_\[\]|])")


def text(words: str) -> str:
    """Return words without anything that Markdown or HTML would take for a mark."""
    return _MARKS.sub(r"\\\1", words).replace("<", "&lt;").replace("\n", " ")


def code(source: str) -> str:
    """Return code of one line, which may hold what tables and code marks are made of."""
    line = " ".join(source.split())
    if "|" in line or "`" in line:
        return f"<code>{html.escape(line, quote=False).replace('|', '&#124;').replace('`', '&#96;')}</code>"
    return f"`{line}`"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table, with an empty one behind; no line for a table without rows.

    A column that is empty in all rows is left out.
    """
    filled = list(rows)
    if not filled:
        return []
    kept = [index for index in range(len(head)) if any(row[index] for row in filled)]
    lines = [[head[index] for index in kept], ["---"] * len(kept), *([row[index] for index in kept] for row in filled)]
    return [*(f"| {' | '.join(line)} |".replace("|  |", "| |").replace("|  |", "| |") for line in lines), ""]
