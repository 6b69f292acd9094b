"""What changed between two versions of the tables, name by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from mindconverter.rules.compare.entries import TARGETS, Data, Key, is_refused, target_of

_ARGUMENTS = ("args", "set", "omit", "let", "casts", "inputs", "outputs", "const", "scalars", "sizes", "mint")
_CONDITIONS = ("cases", "refuse", "warn", "review", "dynamic", "when")
_WEIGHTS = ("weights", "drop_weights")
_SILENT = ("examples", "counterexamples", "todo", "since")
"""What changes nothing in a conversion; and the versions, which are part of the key."""


class Change(Enum):
    """Say how a name changed, in the order in which a reader wants to know; the value is the heading."""

    REMOVED = "Removed"
    REFUSED = "Newly refused"
    ADDED = "Added"
    MAPPED = "No longer refused"
    TARGET = "Changed target"
    ARGUMENTS = "Changed arguments"
    CONDITIONS = "Changed cases and conditions"
    WEIGHTS = "Changed weights"
    OTHER = "Changed otherwise"
    PROVED = "Newly proved by examples"


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold one change of a name.

    Attributes:
        change: How it changed.
        name: The API, operator or other record.
        versions: Of an operator, the versions that it holds for.
        details: What the change is, in short.
    """

    change: Change
    name: str
    versions: tuple[int, ...]
    details: str


def differences(old: Mapping[Key, Data], new: Mapping[Key, Data]) -> list[Difference]:
    """Return what changed, grouped by the kind of change, each in the order of the names.

    Args:
        old: What the old version says, by name.
        new: What the new one says.
    """
    found: dict[tuple[Change, str, str], list[int]] = {}
    for key in sorted(old.keys() | new.keys()):
        name, version = key
        for change, details in _changes(old.get(key), new.get(key)):
            found.setdefault((change, name, details), []).append(version)
    order = list(Change)
    listed = [
        Difference(change, name, tuple(version for version in versions if version), details)
        for (change, name, details), versions in found.items()
    ]
    return sorted(listed, key=lambda item: (order.index(item.change), item.name, item.versions))


def _changes(old: Data | None, new: Data | None) -> Iterator[tuple[Change, str]]:
    if old is None and new is not None:
        yield Change.ADDED, _said(new)
    elif new is None and old is not None:
        yield Change.REMOVED, _said(old)
    elif old is not None and new is not None:
        yield from _changed(old, new)


def _changed(old: Data, new: Data) -> Iterator[tuple[Change, str]]:
    if is_refused(new) and not is_refused(old):
        yield Change.REFUSED, _said(new)
        return
    if is_refused(old) and not is_refused(new):
        yield Change.MAPPED, _said(new)
        return
    if target_of(old) != target_of(new):
        yield Change.TARGET, f"{target_of(old) or 'nothing'} -> {target_of(new) or 'nothing'}"
    groups = ((Change.ARGUMENTS, _ARGUMENTS), (Change.CONDITIONS, _CONDITIONS), (Change.WEIGHTS, _WEIGHTS))
    details = {change: list(_details(old, new, keys)) for change, keys in groups}
    details[Change.ARGUMENTS] += _overloads(old, new)
    rest = sorted((old.keys() | new.keys()) - {*_ARGUMENTS, *_CONDITIONS, *_WEIGHTS, *_SILENT, "overloads"})
    details[Change.OTHER] = [
        text for key in rest if key not in (*TARGETS, "drop") for text in _details(old, new, (key,))
    ]
    yield from ((change, "; ".join(texts)) for change, texts in details.items() if texts)
    if new.get("examples") and not old.get("examples"):
        yield Change.PROVED, f"{len(new['examples'])} example{'s' * (len(new['examples']) > 1)}"


def _details(old: Data, new: Data, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            for name in dict.fromkeys((*before, *after)):
                if before.get(name) != after.get(name):
                    yield f"{key}.{name}: {_text(before, name)} -> {_text(after, name)}"
        elif isinstance(before or after, list) and len(before or ()) != len(after or ()):
            yield f"{key}: {len(before or ())} -> {len(after or ())} entries"
        else:
            yield f"{key}: {_text(old, key)} -> {_text(new, key)}"


def _overloads(old: Data, new: Data) -> Iterator[str]:
    """Yield what changed within overloads and their order."""
    before, after = (list(data.get("overloads", ())) for data in (old, new))
    if [item.get("signature") for item in before] != [item.get("signature") for item in after]:
        yield "the signatures"
        return
    for one, other in zip(before, after, strict=True):
        keys = tuple(key for key in dict.fromkeys((*one, *other)) if one.get(key) != other.get(key))
        if keys:
            yield f"of {one['signature']}: {', '.join(keys)}"


def _text(data: Data, key: str) -> str:
    value = data.get(key)
    if value is None:
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) and not any(map(_is_record, value)) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_record(value: object) -> bool:
    return isinstance(value, dict)


def _said(data: Data) -> str:
    if is_refused(data):
        refusal = data.get("refuse", data.get("say", ""))
        first = refusal[0] if isinstance(refusal, list) else refusal
        return f"refused: {first['say'] if isinstance(first, dict) else first}"
    return target_of(data)
