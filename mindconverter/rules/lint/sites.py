"""Where expressions, templates and signatures stand in the raw data of a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from mindconverter.rules.yaml_source import Path

Raw = Mapping[str, object]
REMARKS = ("refuse", "warn", "review")


class Language(Enum):
    """What a text of a rule is written in."""

    EXPRESSION = "expression"
    TEMPLATE = "template"
    SIGNATURE = "signature"
    PATTERN = "line of a pattern"
    REPLACEMENT = "replacement"
    EXPANSION = "line of an expansion"


@dataclass(frozen=True, slots=True)
class Site:
    """Hold a text of a record, or what stands in its place, and the path to it."""

    path: Path
    value: object
    language: Language


def parts(record: Raw, path: Path = ()) -> Iterator[tuple[Path, Raw]]:
    """Yield a record, its overloads and all their cases, with their paths, whatever their form."""
    yield path, record
    for key in ("cases", "overloads"):
        items = record.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, Mapping):
                yield from parts(item, (*path, key, index))


def remarks(part: Raw) -> Iterator[tuple[Path, object]]:
    """Yield the remarks of a part of a record, with their paths within it."""
    for key in REMARKS:
        if key not in part:
            continue
        value = part[key]
        if isinstance(value, list):
            yield from (((key, index), item) for index, item in enumerate(value))
        else:
            yield (key,), value


def sites(record: Raw) -> Iterator[Site]:
    """Yield all texts of a record that are in a language of the rules."""
    for path, part in parts(record):
        for key in ("let", "args"):
            entries = part.get(key)
            for name, value in entries.items() if isinstance(entries, Mapping) else ():
                yield Site((*path, key, name), value, Language.EXPRESSION)
        pattern = part.get("pattern")
        for index, value in enumerate(pattern if isinstance(pattern, list) else ()):
            yield Site((*path, "pattern", index), value, Language.PATTERN)
        for key in ("expand", "shapes"):
            lines = part.get(key)
            for index, value in enumerate(lines if isinstance(lines, list) else ()):
                yield Site((*path, key, index), value, Language.EXPANSION)
        inputs = part.get("inputs")
        for index, value in enumerate(inputs if isinstance(inputs, list) else ()):
            yield Site((*path, "inputs", index), value, Language.EXPRESSION)
        for inner, remark in remarks(part):
            if isinstance(remark, Mapping) and "when" in remark:
                yield Site((*path, *inner, "when"), remark["when"], Language.EXPRESSION)
        for key, language in (
            ("when", Language.EXPRESSION),
            ("rewrite", Language.TEMPLATE),
            ("signature", Language.SIGNATURE),
            ("becomes", Language.REPLACEMENT),
        ):
            if key in part:
                yield Site((*path, key), part[key], language)
