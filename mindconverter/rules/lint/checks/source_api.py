"""R005: the source API exists, and the rule has its public name; so do the classes that kinds of values name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mindconverter.rules.catalog import Catalog
from mindconverter.rules.lint.finding import Check, Problem
from mindconverter.rules.lint.fix import Edit, Fix
from mindconverter.rules.lint.sites import Raw, parts
from mindconverter.rules.lint.subject import Subject
from mindconverter.rules.near import near
from mindconverter.rules.template import dotted_name
from mindconverter.rules.yaml_source import Path

_KINDS = ("returns", "like", "parameters")
"""The keys that say what values are."""


def _run(subject: Subject) -> Iterator[Problem]:
    catalog = subject.tables.source_catalog
    for rule in subject.rules:
        for path, text in _kinds(rule.record.data):
            for message, advice in _of_kind(text, subject):
                yield Problem(rule.record.locate(*path), message, advice)
        head, base = rule.rule.head, rule.rule.in_place_of
        if base is not None and base.rpartition(".")[2] != head.rpartition(".")[2].rstrip("_"):
            message = f"{head} is not what changes in place as {base} gives it: the names differ by more than '_'."
            yield Problem(rule.record.locate("in_place_of"), message, "Name the API whose value it has.")
        if rule.is_operator or _is_private(head) or head.split(".")[0] not in catalog.packages:
            continue  # catalogues have public names only
        place = rule.record.locate(catalog.framework)
        owner, _, member = head.rpartition(".")
        if rule.api is None and member.startswith("__") and catalog.find(owner) is not None:
            continue  # nor are the special methods of its classes among them
        if rule.api is None:
            message = f"{head} is not an API of {catalog.framework} {catalog.version}."
            yield Problem(place, message, near(head, catalog.entries))
        elif rule.api.name != head and not _is_inherited(owner, rule.api.name, catalog):
            fix = Fix(Edit.REPLACE, rule.record.path(catalog.framework), rule.api.name)
            yield Problem(place, f"{head} is another name of {rule.api.name}.", "Write the public name.", fix=fix)


def _kinds(record: Raw) -> Iterator[tuple[Path, str]]:
    for path, part in parts(record):
        for key in _KINDS:
            value = part.get(key)
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield (*path, key), text


def _of_kind(text: str, subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a kind of values, with advice; of what is wrong, nothing follows in conversions."""
    catalog = subject.tables.source_catalog
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        yield f"{text!r} is no kind of values: {error.msg}.", "Write one as in annotations, such as tuple[int, str]."
        return
    for node in ast.walk(tree):
        name = dotted_name(node) if isinstance(node, ast.Attribute) else None
        if name is None or _is_private(name) or name.partition(".")[0] not in catalog.packages:
            continue
        if catalog.find(name) is None and name not in subject.tables.heads:
            yield f"{name} is not an API of {catalog.framework} {catalog.version}.", near(name, catalog.entries)


def _is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def _is_inherited(owner: str, name: str, catalog: Catalog) -> bool:
    """Tell whether a class has a member from one that it derives from, so that a rule for the class says more."""
    entry = catalog.find(owner)
    return entry is not None and name.rpartition(".")[0] in entry.bases


SOURCE_API = Check("R005", "The source API exists", _run)
