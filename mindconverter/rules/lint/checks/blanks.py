"""R026: lines end with their text, and the file with its last line."""

from __future__ import annotations

from collections.abc import Iterator

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location

_TRIM = Fix(Edit.TRIM)


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        if not file.text:
            continue
        lines = file.text.split("\n")
        for number, line in enumerate(lines, 1):
            kept = line.rstrip(" \t")
            if kept != line:
                place = Location(file.name, number, len(kept) + 1)
                yield Problem(place, "The line ends with blanks.", "Remove them.", fix=_TRIM)
        if not file.text.endswith("\n"):
            last = Location(file.name, len(lines))
            yield Problem(last, "The last line has no end.", "End the file with a new line.", fix=_TRIM)
        elif file.text.endswith("\n\n"):
            end = Location(file.name, file.text.rstrip("\n").count("\n") + 1)
            yield Problem(end, "The file ends with empty lines.", "Remove them.", fix=_TRIM)


BLANKS = Check("R026", "Lines and files end with their text", _run)
