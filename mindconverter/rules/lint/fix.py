"""What corrects a finding: an edit at a place of a rule file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mindconverter.rules.yaml_source import Path


class Edit(Enum):
    """How the text at a place is changed."""

    QUOTE = "quote"
    REPLACE = "replace"
    APPEND = "append"
    RENAME = "rename"
    REMOVE = "remove"
    HEAD = "head"
    TRIM = "trim"


@dataclass(frozen=True, slots=True)
class Fix:
    """Say how a file is corrected.

    Attributes:
        edit: ``QUOTE`` puts a scalar in double quotes, ``REPLACE`` puts ``text`` in the place of a scalar or of what
            stands in brackets, ``APPEND`` puts it at the end of a scalar, ``RENAME`` gives a key another name,
            ``REMOVE`` takes out a key with its value or an item of a list, ``HEAD`` puts ``text`` in front of the
            file, and ``TRIM`` takes blanks from the ends of lines and empty lines from the end of the file.
        path: The keys that lead there within the file.
        text: What is written, in YAML.
    """

    edit: Edit
    path: Path = ()
    text: str = ""
