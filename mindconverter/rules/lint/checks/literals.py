"""R020: literals are what they look like, to every reader of YAML and to those who know Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.sites import parts
from mindconverter.rules.lint.subject import RuleFile, Subject
from mindconverter.rules.location import Location
from mindconverter.rules.yaml_source import Path

_WORDS = {"True": "true", "False": "false", "None": "null"}
_OLD_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
# YAML 1.1 wants a point in front of an exponent, and a sign in it.
_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?[eE](?P<exponent>[-+]?[0-9]+)")
_OCTAL = re.compile(r"[-+]?0[0-9]+")


def _run(subject: Subject) -> Iterator[Problem]:
    for file in subject.files:
        plain = file.document.plain if file.document is not None else frozenset()
        for record in file.records:
            for path, part in parts(record.data):
                entries = part.get("set")
                for name, value in entries.items() if isinstance(entries, Mapping) else ():
                    key = (*path, "set", name)
                    if isinstance(value, str) and record.path(*key) in plain:
                        yield from _of_word(value, record.locate(*key), record.path(*key))
        yield from _numbers(file)


def _of_word(value: str, place: Location, path: Path) -> Iterator[Problem]:
    if value in _WORDS:
        advice = f'Write {_WORDS[value]}, or "{value}" for the text.'
        # Python's truth values have no other meaning; None is a text that APIs know too.
        fix = Fix(Edit.REPLACE, path, _WORDS[value]) if value != "None" else None
        yield Problem(place, f"{value} is a text here.", advice, fix=fix)
    elif value.lower() in _OLD_WORDS:
        advice = f'Write {_OLD_WORDS[value.lower()]}, or "{value}" for the text.'
        yield Problem(place, f"{value} is a text here, and a truth value to other readers of YAML.", advice)


def _numbers(file: RuleFile) -> Iterator[Problem]:
    """Yield numbers that other readers of YAML take for texts, or for other numbers."""
    for path, text in file.document.numbers.items() if file.document is not None else ():
        good = _everywhere(text)
        if good != text:
            assert file.document is not None
            message = f"{text} is a text, or another number, to other readers of YAML."
            fix = Fix(Edit.REPLACE, path, good)
            yield Problem(file.document.locate(path), message, f"Write {good}.", fix=fix)


def _everywhere(text: str) -> str:
    """Return a number in the form that all versions of YAML read alike."""
    if _OCTAL.fullmatch(text):
        return str(int(text))
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    exponent = found["exponent"] if found["exponent"][0] in "-+" else f"+{found['exponent']}"
    return f"{found['sign']}{found['whole'] or '0'}.{found['part'] or '0'}e{exponent}"


LITERALS = Check("R020", "Literals are what they look like", _run)
