"""What the page on versions says of one that was measured: a row of its table, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ROW = "| MindSpore "
FAILED = "## What fails"
LONGEST = 160


@dataclass(frozen=True)
class Measured:
    """Hold what the examples gave under a version: the rules that they are of, and why some failed, by name."""

    version: str
    rules: int
    all_rules: int
    examples: int
    failed: Mapping[str, str]


def renewed(page: str, measured: Measured) -> str:
    """Return the page with what was measured in the place of what it says of the version, the newest one first."""
    head, _, tail = page.partition(f"{FAILED}\n")
    row = f"{ROW}{measured.version} |"
    passed = measured.examples - len(measured.failed)
    numbers = (f"{measured.rules} of {measured.all_rules}", measured.examples, passed, len(measured.failed))
    lines = head.splitlines()
    rows = [line for line in lines if line.startswith(ROW) and line.split("|")[1].strip()[-1].isdigit()]
    kept = [line for line in rows if not line.startswith(row)]
    place = next(index for index, line in enumerate(lines) if line.startswith("| --- "))
    lines = [line for line in lines if line not in rows]
    lines[place + 1 : place + 1] = sorted([*kept, f"{row} {' | '.join(map(str, numbers))} |"], key=_order, reverse=True)
    mark = f"- MindSpore {measured.version}: "
    told = [line for line in tail.splitlines() if line.startswith("- ") and not line.startswith(mark)]
    told += [f"{mark}`{name}`: {_short(problem)}" for name, problem in sorted(measured.failed.items())]
    return "\n".join([*lines, FAILED, "", *(sorted(told) or ["Nothing that was run."]), ""])


def _order(row: str) -> tuple[int, ...]:
    return tuple(int(part) for part in row.split("|")[1].split()[-1].split(".") if part.isdigit())


def _short(problem: str) -> str:
    line = " ".join(problem.split()).replace("|", "/")
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
