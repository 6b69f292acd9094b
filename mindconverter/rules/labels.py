"""What users call the records of the tables: APIs, operators with their versions, and fusions."""

from __future__ import annotations

from collections.abc import Mapping

from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables

FUSION = "fusion "


def by_label(tables: RuleTables) -> dict[str, Record]:
    """Return the records that hold, by API or by operator and versions, and the fusions; a later one wins.

    Args:
        tables: The tables, for one version of the target.
    """
    found = {}
    for record in tables.records:
        if record.kind == "rules" and tables.holds(record):
            found[_label(record.data)] = record
        elif record.kind == "fusions":
            found[f"{FUSION}{record.data['fusion']}"] = record
    return found


def short_name(record: Record) -> str:
    """Return the operator of a rule without its domain, or the name of a fusion; "" for the rule of an API."""
    return str(record.data.get("onnx") or record.data.get("fusion", ""))


def _label(data: Mapping[str, object]) -> str:
    if "onnx" not in data:
        return str(data["torch"])
    since = data.get("since")
    versions = f" {','.join(map(str, since))}" if isinstance(since, list) else ""
    return f"{data.get('domain', 'ai.onnx')}::{data['onnx']}{versions}"
