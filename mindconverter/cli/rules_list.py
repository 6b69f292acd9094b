"""Print what has a rule, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from mindconverter.errors import BadParameterError
from mindconverter.rules.build import build_rule
from mindconverter.rules.coverage import Status, is_refusal, public_names, status_of
from mindconverter.rules.explain.explained import result_of
from mindconverter.rules.helper_source import HelperLibrary
from mindconverter.rules.labels import by_label
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables, load_tables

STATUSES = ("mapped", "proved", "refused", "missing")
"""``proved`` is what is mapped and has examples; ``missing`` are public names without a rule."""


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    status: str
    target: str
    family: str
    place: str
    examples: int


def list_rules(overlays: Sequence[Path], *, pattern: str, family: str, status: str, form: str) -> int:
    """Print the APIs, operators and fusions that have a rule, one a line with the rule's place.

    Args:
        overlays: Folders of tables that win over the shipped ones.
        pattern: A part of the names, or a pattern with ``*`` for all of them; empty for any.
        family: A folder or file of the tables, or both; empty for any.
        status: One of ``STATUSES``; empty for all but what is missing.
        form: ``text`` or ``json``.

    Raises:
        BadParameterError: An overlay is not a folder, or no table is of that family.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(overlays)
    everything = list(_missing(tables) if status == "missing" else _listed(tables))
    found = [item for item in everything if not family or _is_of(item.family, family)]
    if family and not found:
        families = ", ".join(sorted({item.family for item in everything if item.family}))
        raise BadParameterError(f"There is no family {family!r}.", advice=f"There are: {families}.")
    found = [item for item in found if _fits(item.name, pattern) and _has(item, status)]
    if form == "json":
        print(json.dumps([asdict(item) for item in found], indent=1))
    for item in found if form != "json" else ():
        print("  ".join(part for part in (item.name, item.place, item.status * (item.status == "refused")) if part))
    return 0


def _listed(tables: RuleTables) -> Iterator[_Listed]:
    for label, record in sorted(by_label(tables).items()):
        status, target = _of(record)
        examples = record.data.get("examples")
        number = len(examples) if isinstance(examples, list) else 0
        yield _Listed(label, status, target, _family(record), f"{record.file}:{record.line}", number)


def _of(record: Record) -> tuple[str, str]:
    """Return the status of a record, and its target in short."""
    if record.kind == "fusions":
        return "mapped", str(record.data["becomes"])
    rule = record.build(build_rule)
    if is_refusal(rule):
        return "refused", ""
    targets = (result_of(action) for action in (rule.action, *(overload.action for overload in rule.overloads)))
    return "mapped", " | ".join(dict.fromkeys(target for target in targets if target))


def _missing(tables: RuleTables) -> Iterator[_Listed]:
    library = HelperLibrary(tables)
    for name in public_names(tables):
        if status_of(library, name)[0] is Status.MISSING:
            yield _Listed(name, "missing", "", "", "", 0)


def _family(record: Record) -> str:
    return PurePosixPath(record.file).with_suffix("").as_posix()


def _is_of(family: str, wanted: str) -> bool:
    return f"/{wanted.strip('/')}/" in f"/{family}/"


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else pattern.lower() in name.lower()


def _has(item: _Listed, status: str) -> bool:
    if status == "proved":
        return item.status == "mapped" and item.examples > 0
    return not status or item.status == status
