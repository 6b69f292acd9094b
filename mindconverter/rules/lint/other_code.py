"""Code of the target in records that are no rules: casts, policies, writes and idioms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mindconverter.rules.expr import ExpressionError
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.location import Location
from mindconverter.rules.source_files import Record
from mindconverter.rules.template import Template, parse_template
from mindconverter.rules.yaml_source import Path

_KEYS = frozenset(
    (
        *("rewrite", "back", "typed", "written", "becomes", "within", "number"),
        *("weights", "network_weights", "plain", "several", "single", "apply", "accumulate"),
    )
)
"""The keys whose texts are templates of the target's code; others of these records speak of the source."""


@dataclass(frozen=True, slots=True)
class OtherCode:
    """Hold a template, or the name of a helper, of a record that is no rule.

    Attributes:
        place: Where it stands.
        template: The template; None for a helper.
        helper: The helper's name.
    """

    place: Location
    template: Template | None = None
    helper: str = ""


def other_code(subject: Subject) -> Iterator[OtherCode]:
    """Yield the target's code of all checked records that are no rules, as far as it can be parsed."""
    for file in subject.files:
        for record in file.sound:
            if record.kind in ("casts", "policies", "writes", "idioms"):
                yield from _of(record, record.data, (), "")


def _of(record: Record, value: object, path: Path, key: str) -> Iterator[OtherCode]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _of(record, item, (*path, name), key if key in _KEYS else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _of(record, item, (*path, index), key)
    elif isinstance(value, str) and key == "helper":
        yield OtherCode(record.locate(*path), helper=value)
    elif isinstance(value, str) and key in _KEYS:
        try:
            yield OtherCode(record.locate(*path), parse_template(value))
        except ExpressionError:
            return  # the check of expressions tells
