"""Print what the tables cover, as a table, as Markdown or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from mindconverter.rules.coverage import (
    NamespaceCoverage,
    OperatorCoverage,
    Status,
    namespace_coverage,
    operator_coverage,
)
from mindconverter.rules.tables import load_tables

FORMATS = ("text", "markdown", "json")
_OPERATOR_HEAD = ("operator", "versions", "status", "rule", "examples", "official tests", "known gaps")
_NAMESPACE_HEAD = ("namespace", "names", "mapped", "proved", "refused", "missing")


def coverage(overlays: Sequence[Path], *, operators: bool, missing: bool, form: str) -> int:
    """Print what the tables cover.

    Args:
        overlays: Folders of tables that win over the shipped ones.
        operators: Whether to tell of ONNX operators; else of the names of the source framework.
        missing: Whether to list only what has no rule, by name.
        form: One of ``FORMATS``.

    Raises:
        BadParameterError: An overlay is not a folder.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(overlays)
    if operators:
        print(_operators(operator_coverage(tables), missing=missing, form=form))
    else:
        print(_namespaces(namespace_coverage(tables), missing=missing, form=form))
    return 0


def _operators(found: Sequence[OperatorCoverage], *, missing: bool, form: str) -> str:
    if missing:
        found = [item for item in found if item.open_versions]
    if form == "json":
        return json.dumps([asdict(item) for item in found], indent=1)
    if missing:
        return "\n".join(f"{item.domain}::{item.name} {_versions(item.open_versions)}" for item in found)
    rows = [_operator_row(item) for item in found]
    return _table(_OPERATOR_HEAD, rows, form)


def _operator_row(item: OperatorCoverage) -> tuple[str, ...]:
    measured = item.measured
    parts = [f"{measured.passed} passed"] if measured.passed else []
    parts += [f"{measured.failed} failed"] if measured.failed else []
    parts += [f"{measured.not_applicable} not applicable"] if measured.not_applicable else []
    status = item.status.value
    if item.status is Status.PARTLY and item.open_versions:
        status = f"not {_versions(item.open_versions)}"
    name = item.name if item.domain == "ai.onnx" else f"{item.domain}::{item.name}"
    files = dict.fromkeys(place.partition(":")[0] for place in item.places)
    return (
        name,
        _versions(item.versions),
        status,
        ", ".join(files),
        str(item.examples),
        ", ".join(parts),
        " ".join(item.gaps),
    )


def _versions(versions: Sequence[int]) -> str:
    return ", ".join(map(str, versions))


def _namespaces(found: Sequence[NamespaceCoverage], *, missing: bool, form: str) -> str:
    if form == "json":
        return json.dumps([asdict(item) for item in found], indent=1)
    if missing:
        return "\n".join(name for item in found for name in item.missing)
    rows = [_namespace_row(item.namespace, [item]) for item in found]
    rows.append(_namespace_row("all", found))
    return _table(_NAMESPACE_HEAD, rows, form)


def _namespace_row(name: str, items: Sequence[NamespaceCoverage]) -> tuple[str, ...]:
    counts = (
        sum(item.total for item in items),
        sum(len(item.mapped) for item in items),
        sum(len(item.proved) for item in items),
        sum(len(item.refused) for item in items),
        sum(len(item.missing) for item in items),
    )
    return (name, *map(str, counts))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], form: str) -> str:
    if form == "markdown":
        aligned = ["---:" if all(row[index].isdigit() for row in rows) else "---" for index in range(len(head))]
        lines = [head, aligned, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
        return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*head, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else 160
    console = Console(width=width)
    with console.capture() as capture:
        console.print(table)
    return "\n".join(line.rstrip() for line in capture.get().rstrip().splitlines())
