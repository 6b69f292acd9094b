"""Read and write the list of known failures of a conformance suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from tests.conformance.outcome import Result

HEAD = """\
# Cases {of} is known to fail, by reason. A case that passes must be taken off.
# `python -m tests.conformance.{command} --known` writes the list anew and keeps the reasons that stand here.
"""


def read_known(path: Path) -> Mapping[str, str]:
    """Return the reason of each known failure by the name of its case."""
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: group["reason"] for group in data.get("known", ()) for name in group["cases"]}


def write_known(path: Path, results: Iterable[Result], command: str, of: str) -> None:
    """Write the failures among results; a case that was listed keeps its reason.

    Args:
        path: The list.
        results: The results of the whole suite.
        command: The module of this package that runs it.
        of: What the head of the list says of the cases: where they come from, and what fails them.
    """
    old = read_known(path)
    groups: dict[str, list[str]] = {}
    for result in results:
        if result.outcome.failed:
            reason = old.get(result.name) or f"{result.operator}: {result.outcome.value}: {result.say}"
            groups.setdefault(reason, []).append(result.name)
    known = [{"reason": reason, "cases": sorted(names)} for reason, names in sorted(groups.items())]
    text = yaml.safe_dump({"format": 1, "known": known}, sort_keys=False, width=120, allow_unicode=True)
    path.write_text(HEAD.format(command=command, of=of) + text, encoding="utf-8")
