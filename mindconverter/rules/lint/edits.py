"""Edit the text of a rule file at places of it, so that comments and layout stay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.spans import Part, parts_of
from mindconverter.rules.yaml_source import Path

_Change = tuple[int, int, str]
_QUOTES = ("'", '"')


def edited(text: str, fixes: Iterable[Fix]) -> str:
    """Return a file's text with those fixes that do not touch each other; what is left may be fixed in another round.

    Args:
        text: The file, which is YAML.
        fixes: What to change.
    """
    parts = parts_of(text)
    changes: list[_Change] = []
    for fix in dict.fromkeys(fixes):
        change = _change(text, parts, fix)
        if change is not None and not any(_touch(change, other) for other in changes):
            changes.append(change)
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _touch(one: _Change, other: _Change) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _change(text: str, parts: Mapping[Path, Part], fix: Fix) -> _Change | None:
    """Return the change that a fix means: from where to where there is what new text; None if it is not safe."""
    if fix.edit is Edit.HEAD:
        return 0, 0, fix.text
    if fix.edit is Edit.TRIM:
        return 0, len(text), "\n".join(line.rstrip(" \t") for line in text.split("\n")).rstrip("\n") + "\n"
    part = parts.get(fix.path)
    if part is not None and fix.edit is Edit.RENAME:
        return part.start, part.key_end, fix.text
    if part is None or part.shared:
        return None
    if fix.edit is Edit.REMOVE:
        return _removal(text, parts, part)
    if part.style == "block":
        return None
    if fix.edit is Edit.APPEND:
        if part.style == "flow":
            return None
        end = part.end - 1 if part.style in _QUOTES else part.end
        return end, end, fix.text
    old = text[part.value_start : part.end]
    if fix.edit is Edit.QUOTE:
        if part.style != "plain" or "\n" in old:
            return None
        return part.value_start, part.end, json.dumps(old, ensure_ascii=False)
    return (part.value_start, part.end, fix.text) if "#" not in old else None


def _removal(text: str, parts: Mapping[Path, Part], part: Part) -> _Change | None:
    """Return the change that takes a part out, and what would be left empty around it."""
    while len(part.siblings) == 1 and part.path[:-1] in parts:
        part = parts[part.path[:-1]]
    place = part.siblings.index(part.path)
    beside = part.siblings[max(place - 1, 0) : place + 2]
    if any(parts[path].shared for path in beside):
        return None
    if place == 0 and len(part.siblings) > 1 and (part.in_flow or not _begins_line(text, part)):
        end = parts[part.siblings[1]].start
        return (part.start, end, "") if "#" not in text[part.end : end] else None
    if part.in_flow:
        start = parts[part.siblings[place - 1]].end if place else part.start
        return (start, part.end, "") if "#" not in text[start : part.start] else None
    if not _begins_line(text, part):
        return None
    start = text.rfind("\n", 0, part.start) + 1
    end = text.find("\n", part.end)
    return start, end + 1 if end >= 0 else len(text), ""


def _begins_line(text: str, part: Part) -> bool:
    """Tell whether a part has its lines for itself: before it stand blanks only, and the dash of its own item."""
    before = text[text.rfind("\n", 0, part.start) + 1 : part.start].strip()
    return before == ("-" if isinstance(part.path[-1], int) else "")
