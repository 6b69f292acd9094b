"""Records of a catalogue of Python names and their canonical text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = 1


@dataclass(frozen=True)
class Api:
    """Describe one public name.

    Args:
        kind: One of module, class, function, method, property, value.
        signatures: Signature texts, in the framework's order of overloads; a class shows its constructor.
        call: Signature texts of the forward pass of a layer or the call of an operator class.
        bases: Catalogued classes among the ancestors, nearest first.
        platforms: Device targets that the documentation names.
        reference: Name of the API that the documentation refers to for details.
    """

    kind: str
    signatures: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    reference: str = ""

    def record(self) -> dict[str, object]:
        """Give the JSON record, without what is empty."""
        fields: dict[str, object] = {"kind": self.kind}
        for key, texts in (
            ("signatures", self.signatures),
            ("call", self.call),
            ("bases", self.bases),
            ("platforms", self.platforms),
        ):
            if texts:
                fields[key] = list(texts)
        return fields


@dataclass(frozen=True)
class Weight:
    """Describe a parameter or buffer of a layer.

    Args:
        rank: Its number of axes.
        trained: Whether training changes it.
        start: The number that its elements start as; None if they differ.
    """

    rank: int
    trained: bool
    start: float | None

    def record(self) -> dict[str, object]:
        """Give the JSON record, without a start that is not known."""
        fields: dict[str, object] = {"rank": self.rank, "trained": self.trained}
        return fields if self.start is None else {**fields, "start": self.start}


@dataclass(frozen=True)
class Catalog:
    """Hold every public name of a framework, the other names of the same objects, and the weights of its layers."""

    framework: str
    version: str
    api: Mapping[str, Api]
    aliases: Mapping[str, str]
    weights: Mapping[str, Mapping[str, Weight]]

    def text(self) -> str:
        """Render the catalogue as JSON, sorted, one name a line."""
        head = {"format": FORMAT, "framework": self.framework, "version": self.version}
        api = {name: entry.record() for name, entry in self.api.items()}
        sections: dict[str, Mapping[str, object]] = {"api": api, "aliases": dict(self.aliases)}
        if self.weights:
            sections["weights"] = {
                layer: {name: weight.record() for name, weight in held.items()} for layer, held in self.weights.items()
            }
        return document(head, sections)


def document(head: Mapping[str, object], sections: Mapping[str, Mapping[str, object]], *, depth: int = 1) -> str:
    """Render a JSON object whose sections hold one entry a line, in sorted order.

    Args:
        head: What stands before the sections.
        sections: The sections by name.
        depth: Levels of names before an entry.
    """
    lines = [f"{compact(key)}:{compact(value)}" for key, value in head.items()]
    lines.extend(f"{compact(key)}:{_lines(entries, depth)}" for key, entries in sections.items())
    return "{" + ",\n".join(lines) + "}\n"


def _lines(value: object, depth: int) -> str:
    if depth == 0 or not isinstance(value, Mapping):
        return compact(value)
    rows = ",\n".join(f"{compact(name)}:{_lines(value[name], depth - 1)}" for name in sorted(value))
    return f"{{\n{rows}\n}}"


def compact(value: object) -> str:
    """Render a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
