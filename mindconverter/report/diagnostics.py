"""The record that every call site or node of a conversion ends in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(str, Enum):
    """What became of a call site, an import or a node; a note is about the whole model."""

    CONVERTED = "converted"
    WARNED = "converted with a warning"
    REVIEW = "converted, to be reviewed"
    UNCONVERTED = "not converted"
    INSERTED = "inserted"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Describe one finding of a conversion.

    Attributes:
        outcome: What became of it.
        source: What stood there, as the user wrote it: ``nn.Conv2d``, ``import torch``, or a node such as ``Reshape``.
        target: What it became; empty where nothing was converted.
        file: The source file or model.
        line: Line, from 1; 0 where the finding has no place (``INSERTED``, ``NOTE``).
        column: Column, from 0, in characters.
        say: The warning, the reason or the next step, as full sentences.
        rule: The rule that decided, as ``file:line`` of the table; empty where none did.
        node: Graph mode: the name of the node.
    """

    outcome: Outcome
    source: str
    target: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    say: str = ""
    rule: str = ""
    node: str = ""
