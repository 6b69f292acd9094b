"""Tables that contradict each other: nothing says which of them should win."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.helper_syntax import helper_definitions
from mindconverter.rules.source_files import Record
from mindconverter.rules.versions import ranges_overlap

NAMED = {
    "casts": "cast",
    "fusions": "fusion",
    "idioms": "idiom",
    "modules": "module",
    "namespaces": "namespace",
    "policies": "parameter",
}
"""The records of which one holds for a name: by their kind, the key that has the name."""

_ADVICE = "Keep one of them; a folder given by '--rules' wins over packages, and both win over the shipped tables."


def refuse_conflicts(records: Iterable[Record]) -> None:
    """Refuse records of the same rank that hold for the same source and say different things.

    Raises:
        RuleTableError: Two records do; the message has the places of both.
    """
    seen: dict[tuple[str, ...], list[Record]] = {}
    for record in records:
        name = source_of(record)
        if name is None:
            continue
        others = seen.setdefault(name, [])
        for other in others:
            if other.data != record.data and hold_together(other.data, record.data):
                raise RuleTableError(
                    f"{name[-1]} has a record at {other.locate()} already.",
                    where=str(record.locate()),
                    advice=_ADVICE,
                )
        others.append(record)


def refuse_helper_conflicts(roots: Iterable[Path]) -> None:
    """Refuse helpers of one name in several folders of tables of the same rank.

    Raises:
        RuleTableError: Two folders have such a helper; the message has the places of both.
    """
    seen: dict[str, tuple[Path, str]] = {}
    for root in roots:
        for path in sorted((root / "helpers").glob("*.py")):
            for name, line in helper_definitions(path):
                if name.startswith("_"):  # files keep those to themselves
                    continue
                place = f"{path.as_posix()}:{line}"
                first, there = seen.setdefault(name, (root, place))
                if first != root:
                    raise RuleTableError(
                        f"The helper {name!r} is defined at {there} already.", where=place, advice="Rename one of them."
                    )


def source_of(record: Record) -> tuple[str, ...] | None:
    """Return what a record holds for, its name last; None for one that others may stand beside."""
    if record.kind == "rules":
        if "onnx" in record.data:
            return "onnx", str(record.data.get("domain", "ai.onnx")), str(record.data["onnx"])
        return "torch", str(record.data["torch"])
    key = NAMED.get(record.kind)
    return (record.kind, str(record.data[key])) if key is not None else None


def hold_together(first: Mapping[str, object], second: Mapping[str, object]) -> bool:
    """Tell whether some version of the operator and of the frameworks has two rules for the same source."""
    since, other_since = first.get("since"), second.get("since")
    if isinstance(since, list) and isinstance(other_since, list) and not set(since) & set(other_since):
        return False
    ranges, other_ranges = first.get("versions"), second.get("versions")
    if not isinstance(ranges, Mapping) or not isinstance(other_ranges, Mapping):
        return True
    return all(ranges_overlap(ranges[name], other_ranges[name]) for name in ranges.keys() & other_ranges.keys())
