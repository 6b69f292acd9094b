"""Texts of a record that are not in the language that stands in their place, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mindconverter.rules.expr import ExpressionError, parse_expression
from mindconverter.rules.lint.sites import Language, sites
from mindconverter.rules.signature import parse_signature
from mindconverter.rules.source_files import Record
from mindconverter.rules.template import parse_template
from mindconverter.rules.yaml_source import Path

_PARSERS = {
    Language.EXPRESSION: parse_expression,
    Language.TEMPLATE: parse_template,
    Language.SIGNATURE: parse_signature,
}
_QUOTE = 'Put double quotes around it, as in {n: "max(a, 1)"}.'


@dataclass(frozen=True, slots=True)
class BrokenText:
    """Say what is wrong with a text; the path is that within the file."""

    path: Path
    message: str
    advice: str


def broken_expressions(record: Record) -> Iterator[BrokenText]:
    """Yield the expressions, templates and signatures of a record that are none, whatever the record's form."""
    for site in sites(record.data):
        path = (record.kind, record.index, *site.path)
        what = site.language.value
        if isinstance(site.value, str):
            reason = _unbalanced(site.path, site.value) or _syntax(site.language, site.value)
            if reason is not None:
                yield BrokenText(path, reason[0], reason[1])
            elif record.document is not None and path in record.document.plain:
                yield BrokenText(path, f"The {what} {site.value!r} is not quoted.", _QUOTE)
        elif site.value is None:
            reason = _unbalanced(site.path, str(site.path[-1])) or (f"There is no {what} here.", "Write one.")
            yield BrokenText(path, *reason)
        elif isinstance(site.value, (bool, int, float)):
            message = f"{site.value!r} is a bare value where a quoted {what} is expected."
            yield BrokenText(path, message, "Quote it, or move a literal to 'set'.")
        else:
            message = f"A {what} is expected here: YAML has read brackets of its own."
            yield BrokenText(path, message, _QUOTE)


def _unbalanced(path: Path, text: str) -> tuple[str, str] | None:
    """Tell whether YAML has split an unquoted text at a comma."""
    key = str(path[-1])
    for part in (text, key):
        if any(part.count(left) != part.count(right) for left, right in ("()", "[]", "{}")):
            return f"YAML has split the expression at a comma: {part!r} is only a piece of it.", _QUOTE
    return None


def _syntax(language: Language, text: str) -> tuple[str, str] | None:
    try:
        _PARSERS[language](text)
    except (ExpressionError, ValueError) as error:
        return f"{error}.", "See docs/rules.md for what may stand here."
    return None
