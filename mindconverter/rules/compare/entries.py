"""What the tables say of each name, so that two versions can be compared name by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mindconverter.rules.conflicts import NAMED
from mindconverter.rules.source_files import Record

Data = Mapping[str, Any]
Key = tuple[str, int]
"""The name of an API, of an operator with its domain, or of another record; and the operator's version, or 0.

To the name of a rule for some versions of the frameworks only, these belong.
"""
TARGETS = ("to", "call", "cell", "rewrite", "expand", "helper", "in_place_of", "becomes")
"""The keys that say what takes the place of the source."""


def entries(records: Iterable[Record]) -> dict[Key, Data]:
    """Return the records that hold by name; of two of one name the later one.

    Args:
        records: The records of a version of the tables.
    """
    found: dict[Key, Data] = {}
    for record in records:
        for key in _keys(record):
            found[key] = record.data
    return found


def _keys(record: Record) -> list[Key]:
    data = record.data
    if record.kind == "rules" and "onnx" in data:
        since = data.get("since")
        versions = since if isinstance(since, list) else [0]
        return [(f"{data.get('domain', 'ai.onnx')}::{data['onnx']}{_ranges(data)}", int(each)) for each in versions]
    if record.kind == "rules":
        return [(f"{data['torch']}{_ranges(data)}", 0)] if "torch" in data else []
    name = NAMED.get(record.kind)
    return [(f"{name} {data[name]}", 0)] if name is not None and name in data else []


def _ranges(data: Data) -> str:
    """Return for which versions of the frameworks a rule is, as a part of its name: there may be one for others."""
    ranges = data.get("versions", {})
    return "".join(f" {framework} {text}" for framework, text in ranges.items()) if isinstance(ranges, dict) else ""


def target_of(data: Data) -> str:
    """Return in short what takes the place of the source; empty if nothing does."""
    own = next((_short(data[key]) for key in TARGETS if data.get(key)), "dropped" if data.get("drop") else "")
    further = [
        target_of(part) for key in ("overloads", "cases") for part in data.get(key, ()) if isinstance(part, dict)
    ]
    return " | ".join(dict.fromkeys(text for text in (own, *further) if text))


def is_refused(data: Data) -> bool:
    """Tell whether a record refuses its name whatever the arguments are."""
    if "say" in data and "namespace" in data:
        return True
    refusals = data.get("refuse", [])
    remarks = refusals if isinstance(refusals, list) else [refusals]
    always = any(isinstance(remark, str) or "when" not in remark for remark in remarks)
    return always and not target_of(data) and "dynamic" not in data


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
