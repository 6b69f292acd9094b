"""Tell what the tables cover: operators by version, and names of the source framework by namespace."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.helper_source import HelperLibrary
from mindconverter.rules.model import Action, Rule
from mindconverter.rules.places import rules_root
from mindconverter.rules.tables import RuleTables

OLDEST_OPSET = 7
"""Versions of an operator that no opset from this one on means need no rule."""
MEASURED = Path("measured") / "onnx_backend.json"
"""Where below the rules the figures of the official tests stand; their sweep writes the file."""
_STANDARD = "ai.onnx"
"""How the domains begin that the official tests are about; they share no name."""


class Status(str, Enum):
    """Say what the tables do with an operator or a name, best first."""

    MAPPED = "mapped"
    PARTLY = "partly"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold what the official tests of an operator gave.

    Attributes:
        passed: How many models of it gave the expected values.
        failed: How many did not.
        not_applicable: How many have values of types that the target lacks.
        gaps: Why models failed, one sentence each.
    """

    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorCoverage:
    """Tell what becomes of an operator.

    Attributes:
        domain: Its domain.
        name: Its name.
        versions: Its versions in the specification, oldest first.
        open_versions: Those without a rule that a model of today can still mean.
        places: Where its rules stand.
        status: What the rules do with it.
        examples: How many examples prove its rules.
        gaps: What its rules say that is missing, and why official tests of it fail.
        measured: What the official tests of it gave.
    """

    domain: str
    name: str
    versions: tuple[int, ...]
    open_versions: tuple[int, ...]
    places: tuple[str, ...]
    status: Status
    examples: int
    gaps: tuple[str, ...]
    measured: Measured


@dataclass(frozen=True, slots=True)
class NamespaceCoverage:
    """Tell what becomes of the public names of a namespace.

    Attributes:
        namespace: Its dotted name.
        mapped: The names that have a counterpart.
        refused: Those that are refused with advice.
        missing: Those of which the tables say nothing.
        proved: Those of the mapped ones that examples prove.
    """

    namespace: str
    mapped: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]
    proved: tuple[str, ...]

    @property
    def total(self) -> int:
        """The number of names."""
        return len(self.mapped) + len(self.refused) + len(self.missing)


def operator_coverage(tables: RuleTables) -> list[OperatorCoverage]:
    """Return what becomes of every operator that the catalogue knows, by domain and name.

    Args:
        tables: The rules and catalogues.

    Raises:
        RuleTableError: The figures of the official tests cannot be read.
    """
    measured = load_measured(rules_root() / MEASURED)
    found = []
    for domain in sorted(tables.operators.domains):
        for name in sorted(tables.operators.domains[domain]):
            own = measured.get(name) if domain.startswith(_STANDARD) else None
            found.append(_operator(tables, domain, name, own or Measured()))
    return found


def load_measured(path: Path) -> Mapping[str, Measured]:
    """Return what the official tests gave, by operator.

    Raises:
        RuleTableError: The file cannot be read.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["operators"]
        return {
            name: Measured(entry["passed"], entry["failed"], entry["not_applicable"], tuple(entry["gaps"]))
            for name, entry in entries.items()
        }
    except (OSError, ValueError, KeyError) as error:
        raise RuleTableError(
            f"The figures of the official tests cannot be read: {error}", where=str(path), advice="Reinstall it."
        ) from error


def open_versions(versions: tuple[int, ...], covered: frozenset[int]) -> tuple[int, ...]:
    """Return the versions that no rule covers and that an opset from ``OLDEST_OPSET`` on means."""
    return tuple(
        version
        for version, following in zip(versions, (*versions[1:], None), strict=True)
        if version not in covered and (following is None or following > OLDEST_OPSET)
    )


def _operator(tables: RuleTables, domain: str, name: str, measured: Measured) -> OperatorCoverage:
    versions = tables.operators.versions(domain, name)
    by_version = {since: tables.operator_rule(domain, name, since) for since in versions}
    rules = list({id(rule): rule for rule in by_version.values() if rule is not None}.values())
    covered = frozenset(since for since, rule in by_version.items() if rule is not None)
    missing = open_versions(versions, covered)
    refused = [rule for rule in rules if is_refusal(rule)]
    if not rules:
        status = Status.MISSING
    elif len(refused) == len(rules):
        status = Status.REFUSED
    else:
        status = Status.PARTLY if missing or refused else Status.MAPPED
    gaps = [rule.todo for rule in rules if rule.todo]
    gaps += [remark.say for rule in refused for remark in rule.action.refuse]
    return OperatorCoverage(
        domain,
        name,
        versions,
        missing,
        tuple(f"{rule.location.file}:{rule.location.line}" for rule in rules),
        status,
        sum(example.runs for rule in rules for example in rule.examples),
        tuple(dict.fromkeys((*gaps, *measured.gaps))),
        measured,
    )


def namespace_coverage(tables: RuleTables) -> list[NamespaceCoverage]:
    """Return what becomes of the public names of the source framework, by namespace.

    A class is a namespace of its own if a hundred members of it are in the catalogue, as those of a tensor are; the
    members of others count for the module that has the class.

    Args:
        tables: The rules and catalogues.
    """
    names: dict[str, list[str]] = {}
    for name in public_names(tables):
        names.setdefault(_namespace(tables, name), []).append(name)
    library = HelperLibrary(tables)
    return [_names_of(library, namespace, members) for namespace, members in sorted(names.items())]


def public_names(tables: RuleTables) -> Iterator[str]:
    """Yield the public names of the source framework other than modules, in order."""
    for name, entry in sorted(tables.source_catalog.entries.items()):
        if entry["kind"] != "module" and not any(part.startswith("_") for part in name.split(".")):
            yield name


def status_of(library: HelperLibrary, name: str) -> tuple[Status, bool]:
    """Return what the tables do with a name of the source framework, and whether an example proves it.

    As in a conversion, the member of a class is converted by its rule, by that of the same member of an ancestor, or
    as it stands if the helper that the class becomes has it.

    Args:
        library: The helpers of the tables.
        name: The public name.
    """
    owner, _, member = name.rpartition(".")
    rule = _rule_of(library.tables, owner, member)
    if rule is None and _helper_has(library, owner, member):
        return Status.MAPPED, False
    rule = rule or library.tables.api_rule(name)
    if rule is None:
        return Status.MISSING, False
    return (Status.REFUSED if is_refusal(rule) else Status.MAPPED), any(example.runs for example in rule.examples)


def _rule_of(tables: RuleTables, owner: str, member: str) -> Rule | None:
    entry = tables.source_catalog.find(owner)
    heads = [f"{name}.{member}" for name in (owner, *(entry.bases if entry is not None else ()))]
    rules = (tables.api_rule(head) for head in heads if head in tables.heads)
    return next((rule for rule in rules if rule is not None), None)


def _helper_has(library: HelperLibrary, owner: str, member: str) -> bool:
    rule = library.tables.api_rule(owner) if owner in library.tables.heads else None
    action = rule.action if rule is not None else Action()
    plain = action.to is None and action.rewrite is None and action.helper
    return bool(plain) and library.defines(action.helper[0], member) is True


def is_refusal(rule: Rule) -> bool:
    """Tell whether a rule converts nothing, whatever the arguments."""
    return rule.dynamic is None and all(_refuses(action) for action in rule.actions)


def _refuses(action: Action) -> bool:
    return any(remark.when is None for remark in action.refuse)


def _namespace(tables: RuleTables, name: str) -> str:
    entries = tables.source_catalog.entries
    owner = name.rpartition(".")[0]
    if owner in entries and entries[owner]["kind"] == "class" and not _is_large(tables, owner):
        owner = owner.rpartition(".")[0]
    return owner


def _is_large(tables: RuleTables, owner: str) -> bool:
    prefix = f"{owner}."
    return sum(name.startswith(prefix) for name in tables.source_catalog.entries) >= 100


def _names_of(library: HelperLibrary, namespace: str, names: list[str]) -> NamespaceCoverage:
    groups: dict[Status, list[str]] = {status: [] for status in Status}
    proved = []
    for name in names:
        status, has_example = status_of(library, name)
        groups[status].append(name)
        if status is Status.MAPPED and has_example:
            proved.append(name)
    return NamespaceCoverage(
        namespace,
        tuple(groups[Status.MAPPED]),
        tuple(groups[Status.REFUSED]),
        tuple(groups[Status.MISSING]),
        tuple(proved),
    )
