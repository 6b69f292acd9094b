"""Correct rule files: as much as can be done for certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from mindconverter.errors import ReportGenerationError
from mindconverter.report.write import atomic_write_text
from mindconverter.rules.lint.edits import edited
from mindconverter.rules.lint.finding import Check
from mindconverter.rules.lint.load import files_to_lint, read_rules, shown
from mindconverter.rules.lint.run import CHECKS, run_lint
from mindconverter.rules.yaml_source import YamlError, parse_yaml

_ROUNDS = 8
"""How often what a round of fixes leaves or brings up is fixed again."""


@dataclass(frozen=True, slots=True)
class FixedFile:
    """Hold a rule file that was corrected.

    Attributes:
        path: The file.
        before: Its text.
        after: Its text with the fixes.
    """

    path: Path
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The changes as a unified diff."""
        name = shown(self.path)
        lines = unified_diff(self.before.splitlines(True), self.after.splitlines(True), f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def fixed_files(paths: Sequence[Path], checks: Sequence[Check] = CHECKS) -> list[FixedFile]:
    """Return the rule files that fixes change, without writing them.

    Args:
        paths: Files and folders; none for the shipped tables.
        checks: Whose findings to fix.

    Raises:
        BadParameterError: A path does not exist.
        RuleTableError: A catalogue or a helper file cannot be read.
    """
    names = {shown(path): path for path in files_to_lint(paths)}
    before: dict[Path, str] = {}
    after: dict[Path, str] = {}
    for _ in range(_ROUNDS):
        found = [finding for finding in run_lint(paths, checks, after) if finding.fix is not None]
        changed = False
        for name in dict.fromkeys(finding.location.file for finding in found):
            path = names[name]
            old = after[path] if path in after else read_rules(path)
            new = edited(old, [each.fix for each in found if each.fix is not None and each.location.file == name])
            if new != old and _is_yaml(new):
                before.setdefault(path, old)
                after[path] = new
                changed = True
        if not changed:
            break
    return [FixedFile(path, before[path], text) for path, text in after.items()]


def write_fixes(files: Sequence[FixedFile]) -> None:
    """Write corrected files.

    Raises:
        ReportGenerationError: A file cannot be written.
    """
    for file in files:
        atomic_write_text(file.path, file.after, ReportGenerationError)


def _is_yaml(text: str) -> bool:
    try:
        parse_yaml(text, "")
    except YamlError:
        return False
    return True
