"""What lint knows of the versions of the target framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mindconverter.rules.lint.version_gaps import HelperCode, VersionGaps, helper_code
from mindconverter.rules.tables import RuleTables, known_versions
from mindconverter.rules.versions import parse_version, version_matches

Gaps = tuple[VersionGaps, Mapping[str, str]]
"""What an older version lacks, and what the helpers use of that."""


@dataclass(frozen=True)
class TargetVersions:
    """Hold tables for all known versions, and what differs between these; each is looked for once.

    Args:
        tables: The tables for the newest version.
    """

    tables: RuleTables
    _gaps: dict[tuple[str, str], Gaps] = field(default_factory=dict, compare=False)

    @cached_property
    def all(self) -> Mapping[str, RuleTables]:
        """The tables by version, the newest first."""
        newest = self.tables.target.version
        older = sorted(known_versions() - {newest}, key=parse_version, reverse=True)
        return {newest: self.tables} | {each: self.tables.of_version(each) for each in older}

    def within(self, ranges: str) -> list[str]:
        """Return the versions that lie in ranges, the newest first."""
        return [version for version in self.all if not ranges or version_matches(version, ranges)]

    def gaps(self, newer: str, older: str) -> Gaps:
        """Return what an older version lacks, and what each helper uses of that.

        Args:
            newer: A version.
            older: An older one.
        """
        if (newer, older) not in self._gaps:
            between = VersionGaps(*(self.all[version].target_catalog for version in (newer, older)))
            self._gaps[newer, older] = between, between.in_helpers(self._code)
        return self._gaps[newer, older]

    @cached_property
    def _code(self) -> Mapping[str, HelperCode]:
        return helper_code([root / "helpers" for root in self.tables.roots])
