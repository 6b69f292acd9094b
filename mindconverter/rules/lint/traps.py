"""Texts of a record that are not in the language that stands in their place, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mindconverter.rules.expansion import parse_expansion
from mindconverter.rules.expr import ExpressionError, parse_expression
from mindconverter.rules.fusion import parse_replacement
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.sites import Language, Site, sites
from mindconverter.rules.pattern import parse_line
from mindconverter.rules.schema import is_piece
from mindconverter.rules.signature import parse_signature
from mindconverter.rules.source_files import Record
from mindconverter.rules.template import parse_template
from mindconverter.rules.yaml_source import Path

_PARSERS: Mapping[Language, Callable[[str], object]] = {
    Language.EXPRESSION: parse_expression,
    Language.TEMPLATE: parse_template,
    Language.SIGNATURE: parse_signature,
    Language.PATTERN: parse_line,
    Language.REPLACEMENT: parse_replacement,
    Language.EXPANSION: parse_expansion,
}
_QUOTE = 'Put double quotes around it, as in {n: "max(a, 1)"}.'


@dataclass(frozen=True, slots=True)
class BrokenText:
    """Say what is wrong with a text.

    Attributes:
        path: The keys that lead to it within the file.
        whole: Those that lead to all that is wrong with it, where YAML has split the text.
        message: What is wrong.
        advice: What to do.
        fix: What does it for certain.
    """

    path: Path
    whole: Path
    message: str
    advice: str
    fix: Fix | None = None


def broken_expressions(record: Record) -> Iterator[BrokenText]:
    """Yield the expressions, templates and signatures of a record that are none, whatever the record's form."""
    plain = record.document.plain if record.document is not None else frozenset()
    split: set[Path] = set()
    for site in sites(record.data):
        path = (record.kind, record.index, *site.path)
        piece = _piece(site, path in plain)
        if piece is None:
            yield from _of_site(site, path, path in plain)
        elif path[:-1] not in split:
            split.add(path[:-1])
            message = f"YAML has split the {site.language.value} at a comma: {piece!r} is only a piece of it."
            yield BrokenText(path, path[:-1], message, _QUOTE)


def _piece(site: Site, plain: bool) -> str | None:
    """Return the text that YAML has cut out of an unquoted one; None if nothing was cut."""
    for part in (site.value, site.path[-1]) if plain else ():
        text = str(part)
        if is_piece(text):
            return text
    return None


def _of_site(site: Site, path: Path, plain: bool) -> Iterator[BrokenText]:
    what = site.language.value
    if isinstance(site.value, str):
        reason = _syntax(site.language, site.value)
        if reason is not None:
            yield BrokenText(path, path, reason, "See docs/rules.md for what may stand here.")
        elif plain:
            message = f"The {what} {site.value!r} is not quoted."
            yield BrokenText(path, path, message, _QUOTE, Fix(Edit.QUOTE, path))
    elif site.value is None:
        yield BrokenText(path, path, f"There is no {what} here.", "Write one.")
    elif isinstance(site.value, (bool, int, float)):
        message = f"{site.value!r} is a bare value where a quoted {what} is expected."
        # A number, true and false mean the same as expressions, in Python's words.
        fix = Fix(Edit.REPLACE, path, f'"{site.value!r}"') if site.language is Language.EXPRESSION else None
        yield BrokenText(path, path, message, "Quote it, or move a literal to 'set'.", fix)
    else:
        yield BrokenText(path, path, f"A {what} is expected here: YAML has read brackets of its own.", _QUOTE)


def _syntax(language: Language, text: str) -> str | None:
    try:
        _PARSERS[language](text)
    except (ExpressionError, ValueError) as error:
        return f"{error}."
    return None
