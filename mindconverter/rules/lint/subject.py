"""What lint looks at: rule files as text, as data and as rules, and the tables around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mindconverter.errors import RuleTableError
from mindconverter.rules.build import build_fusion, build_policy, build_rule
from mindconverter.rules.catalog import Catalog
from mindconverter.rules.fusion import Fusion
from mindconverter.rules.lint.forms import LintRule, lint_rule
from mindconverter.rules.lint.helper_functions import HelperFunctions
from mindconverter.rules.lint.sites import REMARKS
from mindconverter.rules.lint.target_versions import TargetVersions
from mindconverter.rules.model import Policy
from mindconverter.rules.schema import SchemaFinding
from mindconverter.rules.source_files import KINDS, Record
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.yaml_source import YamlDocument, YamlError


@dataclass(frozen=True)
class RuleFile:
    """Hold one rule file.

    Attributes:
        name: What messages call it.
        group: The folder of tables that it belongs to: rules of one group must not repeat each other.
        document: Its content; None if it is not YAML.
        problem: Why it is not YAML.
        schema: What of it is not as the schema says.
        path: Where it lies.
        text: What it holds; empty if it is not YAML, or was not read from a file.
    """

    name: str
    group: Path | None
    document: YamlDocument | None
    problem: YamlError | None = None
    schema: tuple[SchemaFinding, ...] = ()
    path: Path = Path()
    text: str = ""

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """All records that are mappings, whatever their form."""
        found = []
        data = self.document.data if self.document is not None else None
        for kind in KINDS:
            items = data.get(kind) if isinstance(data, Mapping) else None
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, Mapping) and self.document is not None:
                    place = self.document.locate((kind, index))
                    found.append(Record(kind, item, self.name, place.line, place.column, index, self.document))
        return tuple(found)

    @cached_property
    def sound(self) -> tuple[Record, ...]:
        """The records that are as the schema says."""
        broken = {finding.path[:2] for finding in self.schema if not is_text_of_remark(finding)}
        return tuple(record for record in self.records if (record.kind, record.index) not in broken)


def is_text_of_remark(finding: SchemaFinding) -> bool:
    """Tell whether a finding of the schema is about how a remark's sentences end, which breaks nothing else."""
    return finding.keyword == "pattern" and bool({"say", *REMARKS} & set(finding.path[-1:]))


@dataclass(frozen=True)
class Subject:
    """Hold all that the checks of one run look at.

    Attributes:
        files: The files that are checked.
        around: Files that are not checked, with policies and modules that hold for those that are.
        tables: The catalogues.
        helpers: The helpers that rules may use.
        versions: What there is in the versions of the target framework.
    """

    files: Sequence[RuleFile]
    around: Sequence[RuleFile]
    tables: RuleTables
    helpers: HelperFunctions
    versions: TargetVersions

    def targets(self, rule: LintRule, version: str | None = None) -> Catalog:
        """Return the catalogue of what a rule may name as its target.

        Args:
            rule: The rule.
            version: The version of the target framework; None for the newest that the rule is for.
        """
        if version is None and rule.rule.versions:
            found = self.versions.within(rule.rule.versions.get(self.tables.target_catalog.framework, ""))
            version = found[0] if found else None
        tables = self.tables if version is None else self.versions.all[version]
        return tables.node_catalog if rule.is_operator else tables.target_catalog

    @cached_property
    def rules(self) -> tuple[LintRule, ...]:
        """The rules of all files, as far as they can be built."""
        found = []
        for file in self.files:
            for record in file.sound:
                if record.kind != "rules":
                    continue
                try:
                    rule = build_rule(record.data, record.locate)
                except RuleTableError:
                    continue  # the check of expressions tells
                found.append(lint_rule(record, rule, file.group, self.tables))
        return tuple(found)

    @cached_property
    def policies(self) -> tuple[tuple[Record, Policy], ...]:
        """The policies of the checked files, as far as they can be built."""
        found = []
        for file in self.files:
            for record in file.sound:
                if record.kind != "policies":
                    continue
                try:
                    found.append((record, build_policy(record.data, record.locate)))
                except RuleTableError:
                    continue  # the check of expressions tells
        return tuple(found)

    @cached_property
    def fusions(self) -> tuple[tuple[Record, Fusion], ...]:
        """The fusions of the checked files, as far as they can be built."""
        found = []
        for file in self.files:
            for record in file.sound:
                if record.kind != "fusions":
                    continue
                try:
                    found.append((record, build_fusion(record.data, record.locate)))
                except RuleTableError:
                    continue  # the check of expressions tells
        return tuple(found)

    @cached_property
    def policy_parameters(self) -> frozenset[str]:
        """The source parameters that have a policy."""
        records = (record for file in (*self.around, *self.files) for record in file.records)
        return frozenset(str(record.data.get("parameter")) for record in records if record.kind == "policies")

    def policies_of(self, rule: LintRule) -> frozenset[str]:
        """Return the parameters that a rule may be silent on, since they have a policy."""
        return frozenset() if rule.is_operator else self.policy_parameters

    @cached_property
    def received_parameters(self) -> frozenset[str]:
        """The source parameters that rules and helpers do not see, since they get the result."""
        records = (record for file in (*self.around, *self.files) for record in file.records)
        return frozenset(
            str(record.data.get("parameter"))
            for record in records
            if record.kind == "policies" and "receives" in record.data
        )

    @cached_property
    def imported_modules(self) -> frozenset[str]:
        """The target modules that have an import statement."""
        records = (record for file in (*self.around, *self.files) for record in file.records)
        return frozenset(
            str(record.data.get("module")) for record in records if record.kind == "modules" and "import" in record.data
        )
