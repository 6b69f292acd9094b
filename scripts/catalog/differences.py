"""Catalogues of several versions of one framework: the newest whole, the others as differences from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catalog.model import document

SECTIONS = ("api", "aliases")


def stored_texts(whole: Mapping[str, str]) -> dict[str, str]:
    """Give the texts in which catalogues are stored.

    Args:
        whole: The whole texts by file name, those of one framework, at least one.
    """
    catalogs = {name: json.loads(text) for name, text in whole.items()}
    newest = max(catalogs, key=lambda name: _order(catalogs[name]["version"]))
    return {
        name: text if name == newest else _difference(newest, catalogs[newest], catalogs[name])
        for name, text in whole.items()
    }


def whole_text(path: Path) -> str:
    """Read a stored catalogue, and give its whole text."""
    text = path.read_text(encoding="utf-8")
    found = json.loads(text)
    if "base" not in found:
        return text
    base = json.loads(path.with_name(found["base"]).read_text(encoding="utf-8"))
    changed = {key: {**base[key], **found[key]} for key in SECTIONS}
    kept = {key: {name: value for name, value in changed[key].items() if value is not None} for key in SECTIONS}
    return document({key: found[key] for key in ("format", "framework", "version")}, kept)


def _difference(name: str, newest: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    head = {key: other[key] for key in ("format", "framework", "version")} | {"base": name}
    sections = {
        key: {
            entry: other[key].get(entry)
            for entry in {**newest[key], **other[key]}
            if other[key].get(entry) != newest[key].get(entry)
        }
        for key in SECTIONS
    }
    return document(head, sections)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3])
