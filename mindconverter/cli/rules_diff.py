"""Print what changed between two versions of the tables."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from mindconverter.errors import BadParameterError
from mindconverter.rules.compare.changes import Change, Difference, differences
from mindconverter.rules.compare.entries import entries
from mindconverter.rules.compare.read import read_leniently, tables_at

FORMATS = ("text", "markdown", "json")


def diff(old: str, new: str | None, *, git: bool, form: str) -> int:
    """Print what changed between two versions of the tables, name by name.

    Args:
        old: The old version: a folder, a wheel, or a revision.
        new: The new one; None if a range of revisions (``v1..v2``) says both.
        git: Whether they are revisions of the project in the current folder.
        form: One of ``FORMATS``.

    Raises:
        BadParameterError: There is one version only, or there are no tables at one of them.
        RuleTableError: A table cannot be read.
    """
    if new is None:
        old, dots, new = old.partition("..") if git else (old, "", "")
        if not dots:
            raise BadParameterError("One version is not enough.", advice="Give two, or with '--git' OLD..NEW.")
    with tables_at(old, revision=git) as before, tables_at(new, revision=git) as after:
        found = differences(entries(read_leniently(before)), entries(read_leniently(after)))
    if form == "json":
        print(json.dumps([_as_data(item) for item in found], indent=1))
    elif form == "markdown":
        print("\n".join(_markdown(found)))
    else:
        print("\n".join(_text(found)))
    return 0


def _as_data(item: Difference) -> dict[str, object]:
    return {
        "change": item.change.name.lower(),
        "name": item.name,
        "versions": item.versions,
        "details": item.details,
    }


def _text(found: Sequence[Difference]) -> Iterator[str]:
    for item in found:
        yield f"{item.change.value}: {_name(item)}{f' ({item.details})' if item.details else ''}"
    counts = Counter(item.change for item in found)
    yield ", ".join(f"{change.value.lower()} {counts[change]}" for change in Change if counts[change]) or "No change."


def _markdown(found: Sequence[Difference]) -> Iterator[str]:
    if not found:
        yield "No change."
    for change in Change:
        items = [item for item in found if item.change is change]
        if items:
            yield f"### {change.value}\n"
            for item in items:
                details = item.details.replace("`", "'")
                yield f"- `{_name(item)}`{': ' + details if details else ''}"
            yield ""


def _name(item: Difference) -> str:
    versions = f" {', '.join(map(str, item.versions))}" if item.versions else ""
    return f"{item.name}{versions}"
