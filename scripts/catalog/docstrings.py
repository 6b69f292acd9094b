"""Facts that docstrings state: signatures, platforms, references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.syntax import signature_of_line

_DIRECTIVE = re.compile(r"^\s*\.\. (?:py:)?(?:function|method|class):: *(.*)$")
_NUMBERED = re.compile(r"^\s*\d+\. (?=\w+\()")
_PLATFORMS = re.compile(r"Supported Platforms:\s*\n\s*(.+)")
_PLATFORM = re.compile(r"Ascend|GPU|CPU|deprecated", re.IGNORECASE)
_REFERENCE = re.compile(r"refer to :(?:func|class|meth):`~?\.?([\w.]+)`")
_LONGEST_SIGNATURE = 12


def docstring_of(item: object) -> str:
    """Give the docstring of an object, an empty text where it has none."""
    text = getattr(item, "__doc__", None)
    return text if isinstance(text, str) else ""


def documented_signatures(docstring: str, name: str) -> tuple[str, ...]:
    """Give the signatures that a docstring shows for a name, in order, each once.

    The first line that is not blank, numbered overloads and function or method directives are taken.
    """
    found: list[str] = []
    head = re.compile(rf"^(?:[\w.]+\.)?{re.escape(name)}\s*\(")
    for text in _candidates(docstring):
        signature = signature_of_line(text) if head.match(text) else None
        if signature is not None and signature not in found:
            found.append(signature)
    return tuple(found)


def documented_platforms(docstring: str) -> tuple[str, ...]:
    """Give the platforms that a docstring names; ``deprecated`` stands where it says so instead."""
    match = _PLATFORMS.search(docstring)
    return tuple(dict.fromkeys(_PLATFORM.findall(match[1]))) if match else ()


def documented_reference(docstring: str) -> str:
    """Give the name that a docstring refers to for details, or an empty text."""
    match = _REFERENCE.search(docstring)
    return match[1] if match else ""


def _candidates(docstring: str) -> Iterator[str]:
    lines = docstring.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    for number, line in enumerate(lines):
        directive = _DIRECTIVE.match(line)
        if directive:
            yield _balanced(directive[1], lines[number + 1 :])
        elif _NUMBERED.match(line):
            yield _balanced(_NUMBERED.sub("", line), lines[number + 1 :])
        elif number == first:
            yield _balanced(line.strip(), lines[number + 1 :])


def _balanced(line: str, following: list[str]) -> str:
    text = line
    for more in following[:_LONGEST_SIGNATURE]:
        if text.count("(") <= text.count(")"):
            break
        text = f"{text} {more.strip()}"
    return text.strip()
