"""The tables as the two modes see them: rules by API or operator, policies, modules, helpers and catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.build import (
    build_cast,
    build_fusion,
    build_idiom,
    build_module,
    build_namespace,
    build_policy,
    build_rule,
    build_write,
)
from mindconverter.rules.bundle import load_records
from mindconverter.rules.catalog import Catalog, OperatorCatalog, load_catalog, load_operator_catalog
from mindconverter.rules.conflicts import refuse_conflicts, refuse_helper_conflicts
from mindconverter.rules.fusion import Fusion
from mindconverter.rules.helper_classes import helper_class_entries
from mindconverter.rules.helper_syntax import helper_definitions
from mindconverter.rules.idiom import Idiom
from mindconverter.rules.items import with_fields
from mindconverter.rules.model import Action, Cast, ModuleRule, Namespace, Policy, Remark, Rule, Write
from mindconverter.rules.places import rules_root
from mindconverter.rules.roots import Rank, find_roots
from mindconverter.rules.source_files import Record
from mindconverter.rules.target_version import TargetVersion, choose_version
from mindconverter.rules.versions import latest_version, version_matches

TARGET = "mindspore"


@dataclass
class RuleTables:
    """Find what the tables say.

    Args:
        roots: Folders of tables; a later one wins over an earlier one.
        records: All records of the folders, in the order of the roots.
        target_version: The version of the target framework; if it is None, the installed one, else the newest known.
        twins: Whether calls become the twins of the target's APIs where the rules name some.
    """

    roots: Sequence[Path]
    records: Sequence[Record]
    target_version: str | None = None
    twins: bool = False
    _rules: dict[tuple[str, str], tuple[Rule, ...]] = field(default_factory=dict)

    @cached_property
    def source_catalog(self) -> Catalog:
        """The catalogue of the framework that AST mode reads, with the names of the package of images beside it."""
        return load_catalog(_newest_file("torch")).joined(load_catalog(_newest_file("torchvision")))

    @cached_property
    def target(self) -> TargetVersion:
        """The version of the target framework that the conversion is for."""
        return choose_version(TARGET, self.target_version, known_versions())

    @cached_property
    def target_catalog(self) -> Catalog:
        """The catalogue of the framework that both modes write."""
        return load_catalog(_catalog_files(TARGET)[self.target.version])

    def of_version(self, version: str) -> RuleTables:
        """Return the same tables for another version of the target framework."""
        return RuleTables(self.roots, self.records, version, self.twins)

    @cached_property
    def node_catalog(self) -> Catalog:
        """What nodes of a graph may become: the target's catalogue and, under their bare names, the helper classes."""
        target = self.target_catalog
        paths = [path for root in self.roots for path in sorted((root / "helpers").glob("*.py"))]
        entries = {**target.entries, **helper_class_entries(paths)}
        return Catalog(target.framework, target.version, entries, target.aliases, target.held)

    @cached_property
    def operators(self) -> OperatorCatalog:
        """The catalogue of the operators that graph mode reads, with those that the tables declare."""
        specified = load_operator_catalog(_newest_file("onnx"))
        return specified.with_operators(record.data for record in self.records if record.kind == "operators")

    @cached_property
    def commutative(self) -> frozenset[tuple[str, str]]:
        """Domain, empty for ONNX itself, and name of the operators whose two inputs may change places."""
        return self._operators_with("commutative")

    @cached_property
    def elementwise(self) -> frozenset[tuple[str, str]]:
        """Domain and name of the operators that work item by item on inputs which are broadcast."""
        return self._operators_with("elementwise")

    def _operators_with(self, property_name: str) -> frozenset[tuple[str, str]]:
        found = (record.data for record in self.records if record.kind == "operators")
        return frozenset(
            (str(data.get("domain", "")), str(data["operator"])) for data in found if property_name in data
        )

    @cached_property
    def fusions(self) -> tuple[Fusion, ...]:
        """The fusions, those of the most nodes first; of one name, that of the last folder."""
        built = (record.build(build_fusion) for record in self.records if record.kind == "fusions")
        named = {fusion.name: fusion for fusion in built}
        return tuple(sorted(named.values(), key=lambda fusion: -fusion.pattern.size))

    @cached_property
    def _index(self) -> Mapping[tuple[str, str], list[Record]]:
        index: dict[tuple[str, str], list[Record]] = {}
        for record in self.records:
            if record.kind == "rules":
                index.setdefault(_head(record.data), []).append(record)
        return index

    @cached_property
    def heads(self) -> frozenset[str]:
        """The names of all APIs of AST mode that have a rule."""
        return frozenset(name for domain, name in self._index if not domain)

    @cached_property
    def heads_with_weights(self) -> tuple[str, ...]:
        """The names of the APIs of AST mode whose rules speak of weights, in order."""
        found = (name for (domain, name), records in self._index.items() if not domain and _weigh(records))
        return tuple(sorted(found))

    @cached_property
    def source_roots(self) -> frozenset[str]:
        """The first parts of the names of the APIs that are converted or refused."""
        names = (*self.heads, *(namespace.name for namespace in self.namespaces))
        return frozenset(name.partition(".")[0] for name in names)

    @cached_property
    def policies(self) -> Mapping[str, Policy]:
        """The policies by source parameter."""
        built = (record.build(build_policy) for record in self.records if record.kind == "policies")
        return {policy.parameter: policy for policy in built}

    @cached_property
    def casts(self) -> Mapping[str, Cast]:
        """The casts of arguments by name."""
        built = (record.build(build_cast) for record in self.records if record.kind == "casts")
        return {cast.name: cast for cast in built}

    @cached_property
    def modules(self) -> Mapping[str, ModuleRule]:
        """The module rules by dotted module name, source and target modules alike."""
        built = (record.build(build_module) for record in self.records if record.kind == "modules")
        return {rule.module: rule for rule in built}

    @cached_property
    def views(self) -> frozenset[str]:
        """The source APIs whose result may share the memory of their first argument."""
        return frozenset(str(record.data["torch"]) for record in self.records if record.kind == "views")

    @cached_property
    def writes(self) -> tuple[Write, ...]:
        """How values are written in place, the most special class first."""
        return tuple(record.build(build_write) for record in self.records if record.kind == "writes")

    @cached_property
    def recognized(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """The classes that are recognized by what is called on their instances, with the members of each way."""
        rules = (record.data for record in self.records if record.kind == "rules" and "recognized_by" in record.data)
        return tuple(
            (str(data["torch"]), frozenset(map(str, _items(members))))
            for data in rules
            for members in _items(data["recognized_by"])
        )

    @cached_property
    def run_by_calls(self) -> Mapping[str, str]:
        """The classes whose rules say which method calling an instance runs, with that method."""
        rules = (record.data for record in self.records if record.kind == "rules" and "runs" in record.data)
        return {str(data["torch"]): str(data["runs"]) for data in rules}

    @cached_property
    def idioms(self) -> tuple[Idiom, ...]:
        """The idioms; of one name, that of the last folder."""
        built = (record.build(build_idiom) for record in self.records if record.kind == "idioms")
        return tuple({idiom.name: idiom for idiom in built}.values())

    @cached_property
    def keywords(self) -> Mapping[tuple[str, str], str]:
        """The parameter that another keyword means, by the owner of the API that takes it, and that keyword."""
        return {
            (str(owner), str(keyword)): str(record.data["parameter"])
            for record in self.records
            if record.kind == "keywords"
            for owner in _items(record.data["of"])
            for keyword in _items(record.data["synonyms"])
        }

    @cached_property
    def namespaces(self) -> tuple[Namespace, ...]:
        """The namespaces, the longest names first; of two of one name the later one."""
        built = (record.build(build_namespace) for record in self.records if record.kind == "namespaces")
        found = {namespace.name: namespace for namespace in built}
        return tuple(sorted(found.values(), key=lambda namespace: -len(namespace.name)))

    def api_rule(self, name: str) -> Rule | None:
        """Return the rule of a source API by its public name, or the refusal of its namespace, or None."""
        rules = self._built("", name)
        if rules:
            return rules[-1]
        namespace = next((namespace for namespace in self.namespaces if namespace.covers(name)), None)
        if namespace is None:
            return None
        return Rule(name, "", namespace.location, Action(refuse=(Remark(None, namespace.say),)))

    def knows_api(self, name: str) -> bool:
        """Tell whether the rules or the catalogue name a source API; a refused namespace names nothing."""
        return name in self.heads or self.source_catalog.find(self.source_catalog.canonical(name)) is not None

    def operator_rule(self, domain: str, operator: str, since: int) -> Rule | None:
        """Return the rule of one version of an operator, or None."""
        rules = [rule for rule in self._built(domain or "ai.onnx", operator) if not rule.since or since in rule.since]
        return rules[-1] if rules else None

    def _built(self, domain: str, name: str) -> tuple[Rule, ...]:
        key = (domain, name)
        if key not in self._rules:
            built = (record.build(build_rule) for record in self._index.get(key, ()))
            self._rules[key] = tuple(rule for rule in built if self._in_range(rule.versions))
        return self._rules[key]

    def holds(self, record: Record) -> bool:
        """Tell whether a record of a rule is for the version of the conversion."""
        versions = record.data.get("versions")
        return not isinstance(versions, Mapping) or self._in_range(versions)

    def _in_range(self, versions: Mapping[str, str]) -> bool:
        return not versions or version_matches(self.target.version, versions.get(TARGET, ""))

    def with_record(self, old: Record, new: Record) -> RuleTables:
        """Return the same tables with the record of a rule in the place of another one for the same source.

        Args:
            old: The record that goes.
            new: What takes its place.
        """
        tables = copy(self)  # what was read of the catalogues and the other records holds for both
        key = _head(old.data)
        records = [new if record is old else record for record in self._index[key]]
        tables._rules = {name: rules for name, rules in self._rules.items() if name != key}
        tables.__dict__["_index"] = {**self._index, key: records}
        return tables

    def helper_file(self, name: str) -> Path:
        """Return the file that defines a helper function or class.

        Raises:
            RuleTableError: No folder of tables has the helper.
        """
        if name not in self._helpers:
            raise RuleTableError(
                f"There is no helper {name!r}.", advice="Add it to the folder 'helpers' of the tables."
            )
        return self._helpers[name]

    def has_helper(self, name: str) -> bool:
        """Tell whether a folder of tables defines a helper of that name."""
        return name in self._helpers

    @cached_property
    def _helpers(self) -> Mapping[str, Path]:
        found: dict[str, Path] = {}
        for root in self.roots:
            for path in sorted((root / "helpers").glob("*.py")):
                found.update((name, path) for name, _ in helper_definitions(path))
        return found

    def target_module(self, name: str) -> str | None:
        """Return the module, or the API with an import of its own, by which a target API is written, or None."""
        while name and name not in self._importable:
            name = name.rpartition(".")[0]
        return name or None

    @cached_property
    def _importable(self) -> Mapping[str, int]:
        importable = (name for name, rule in self.modules.items() if rule.statement)
        return {name: index for index, name in enumerate(importable)}

    @cached_property
    def target_of_name(self) -> Mapping[str, str]:
        """The target API that has a name, for advice: of several, that of the module that the tables list first."""
        found: dict[str, tuple[int, str]] = {}
        for name, entry in self.target_catalog.entries.items():
            module, _, last = name.rpartition(".")
            if entry["kind"] in ("class", "function") and module in self._importable:
                rank = (self._importable[module], name)
                found[last] = min(found.get(last, rank), rank)
        return {last: name for last, (_, name) in found.items()}


def known_versions() -> frozenset[str]:
    """Return the versions of the target framework that there is a catalogue of."""
    return frozenset(_catalog_files(TARGET))


def _newest_file(framework: str) -> Path:
    files = _catalog_files(framework)
    return files[latest_version(files)]


def _catalog_files(framework: str) -> dict[str, Path]:
    """Return the catalogues of a framework by version."""
    prefix = f"{framework}-"
    files = {path.stem.removeprefix(prefix): path for path in (rules_root() / "catalog").glob(f"{prefix}*.json")}
    if not files:
        raise RuleTableError(f"There is no catalogue {prefix}*.json.", advice="Reinstall the package.")
    return files


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _weigh(records: Iterable[Record]) -> bool:
    """Tell whether some records, or overloads or cases of them, speak of weights."""
    forms = [form for record in records for form in (record.data, *_parts(record.data, "overloads"))]
    forms += [case for form in forms for case in _parts(form, "cases")]
    return any(key in form for form in forms for key in ("weights", "drop_weights"))


def _parts(data: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    found = data.get(key)
    return found if isinstance(found, list) else ()


def _head(data: Mapping[str, object]) -> tuple[str, str]:
    if "onnx" in data:
        return str(data.get("domain", "ai.onnx")), str(data["onnx"])
    return "", str(data["torch"])


def load_tables(overlays: Iterable[Path] = (), *, target_version: str | None = None, twins: bool = False) -> RuleTables:
    """Load the shipped tables, those of installed packages, and a user's own.

    Args:
        overlays: Folders of tables that win over the shipped ones.
        target_version: The version of the target framework; None for the installed one, else the newest known.
        twins: Whether calls become the twins of the target's APIs where the rules name some.

    Raises:
        RuleTableError: A table is wrong, or two of them say different things of the same source.
        BadParameterError: An overlay is not a folder.
    """
    roots = find_roots(overlays)
    records: list[Record] = []
    for rank in Rank:
        folders = [root for root in roots if root.rank is rank]
        found = [record for root in folders for record in load_records(root.path, root.shown)]
        if rank is not Rank.SHIPPED:  # lint has looked at those
            refuse_conflicts(found)
            refuse_helper_conflicts(root.path for root in folders)
        records += with_fields(found)
    return RuleTables([root.path for root in roots], records, target_version, twins)
