"""Print which rules there are, and what one says."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from mindconverter.errors import BadParameterError
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables, load_tables


def list_rules(overlays: Sequence[Path]) -> int:
    """Print the APIs and operators that have a rule, one a line with the rule's place.

    Args:
        overlays: Folders of tables that win over the shipped ones.

    Raises:
        BadParameterError: An overlay is not a folder.
        RuleTableError: A table is wrong.
    """
    for name, record in sorted(_by_label(load_tables(overlays)).items()):
        print(f"{name}  {record.file}:{record.line}")
    return 0


def show_rule(name: str, overlays: Sequence[Path]) -> int:
    """Print the rules that hold for an API or operator.

    Args:
        name: The API by any of its names, or the operator, with or without its domain.
        overlays: Folders of tables that win over the shipped ones.

    Raises:
        BadParameterError: Nothing has a rule under that name, or an overlay is not a folder.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(overlays)
    labelled = _by_label(tables)
    wanted = {name, tables.source_catalog.canonical(name)}
    found = [record for label, record in labelled.items() if label in wanted or _operator_name(record) in wanted]
    if not found:
        heads = [_operator_name(record) or label for label, record in labelled.items()]
        near = get_close_matches(name, heads, n=3, cutoff=0.6)
        advice = f"Did you mean {' or '.join(near)}?" if near else "Run 'mindconverter rules list' for all of them."
        raise BadParameterError(f"There is no rule for {name!r}.", advice=advice)
    for record in found:
        _print_record(record)
    return 0


def _by_label(tables: RuleTables) -> dict[str, Record]:
    """Return the rules that hold, by API or by operator and versions, and the fusions; a later table wins."""
    found = {}
    for record in tables.records:
        if record.kind == "rules":
            found[_label(record.data)] = record
        elif record.kind == "fusions":
            found[f"fusion {record.data['fusion']}"] = record
    return found


def _label(data: Mapping[str, object]) -> str:
    if "onnx" not in data:
        return str(data["torch"])
    since = data.get("since")
    versions = f" {','.join(map(str, since))}" if isinstance(since, list) else ""
    return f"{data.get('domain', 'ai.onnx')}::{data['onnx']}{versions}"


def _operator_name(record: Record) -> str:
    """Return the operator of a rule, or the name of a fusion; "" for the rule of an API."""
    return str(record.data.get("onnx") or record.data.get("fusion", ""))


def _print_record(record: Record) -> None:
    import yaml

    text = yaml.safe_dump(dict(record.data), sort_keys=False, width=100, allow_unicode=True)
    heading = f"# {record.file}:{record.line}"
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.syntax import Syntax

        Console().print(heading, Syntax(text, "yaml", background_color="default"), sep="\n")
    else:
        print(heading, text, sep="\n")
