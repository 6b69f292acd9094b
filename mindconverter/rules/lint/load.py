"""Read what lint looks at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from mindconverter.errors import BadParameterError
from mindconverter.rules.lint.helper_functions import read_helpers
from mindconverter.rules.lint.subject import RuleFile, Subject
from mindconverter.rules.lint.target_versions import TargetVersions
from mindconverter.rules.location import Location
from mindconverter.rules.places import rules_root
from mindconverter.rules.schema import check_schema
from mindconverter.rules.source_files import rule_files
from mindconverter.rules.tables import RuleTables, known_versions
from mindconverter.rules.versions import latest_version
from mindconverter.rules.yaml_source import YamlError, parse_yaml

_COMMON = re.compile(rb"(policies|modules|operators)[\"']?\s*:")


def files_to_lint(paths: Sequence[Path]) -> list[Path]:
    """Return the rule files that paths mean: files, and all below folders; the shipped ones if there is no path.

    Raises:
        BadParameterError: A path does not exist.
    """
    found: dict[Path, None] = {}
    for path in paths or [rules_root()]:
        if path.is_dir():
            found.update(dict.fromkeys(rule_files(path)))
        elif path.is_file():
            found[path] = None
        else:
            raise BadParameterError(f"The path {str(path)!r} does not exist.", advice="Give a rule file or a folder.")
    return list(found)


def load_subject(paths: Sequence[Path], texts: Mapping[Path, str] | None = None) -> Subject:
    """Read rule files and the tables around them.

    Args:
        paths: The files and folders to check; none for the shipped tables.
        texts: What files among them shall be looked at as, instead of what they hold.

    Raises:
        BadParameterError: A path does not exist.
        RuleTableError: A catalogue or a helper file cannot be read.
    """
    checked = files_to_lint(paths)
    inside = {path.resolve() for path in checked}
    roots = [rules_root(), *dict.fromkeys(root for path in checked if (root := _own_root(path)) is not None)]
    files = [_read(path, _group(path, paths), (texts or {}).get(path), whole=True) for path in checked]
    around = [_read(path, None, None, whole=False) for path in _with_common_records() if path.resolve() not in inside]
    declared = [
        record for file in (*around, *files) for record in file.sound if record.kind in ("operators", "modules")
    ]
    tables = RuleTables(roots, declared, latest_version(known_versions()))
    return Subject(files, around, tables, read_helpers(roots), TargetVersions(tables))


def _with_common_records() -> list[Path]:
    """Return the shipped files that have records for all files: parsing the others too would take most of the time."""
    return [path for path in rule_files(rules_root()) if _COMMON.search(path.read_bytes())]


def _own_root(path: Path) -> Path | None:
    """Return the folder of tables that a rule file belongs to, by its helpers."""
    return next((folder for folder in path.resolve().parents if (folder / "helpers").is_dir()), None)


def _group(path: Path, paths: Sequence[Path]) -> Path | None:
    """Return what a file shares its rules with: the shipped tables or the folder given; None for a single file."""
    shipped = rules_root().resolve()
    if shipped in path.resolve().parents:
        return shipped
    return next((folder.resolve() for folder in paths if folder.resolve() in path.resolve().parents), None)


def _read(path: Path, group: Path | None, text: str | None, *, whole: bool) -> RuleFile:
    """Read a file; ``whole`` checks it against the schema too."""
    name = shown(path)
    try:
        text = read_rules(path) if text is None else text
        document = parse_yaml(text, name)
    except YamlError as error:
        return RuleFile(name, group, None, error)
    except (OSError, UnicodeDecodeError) as error:
        return RuleFile(name, group, None, YamlError(f"The file cannot be read: {error}.", Location(name, 1)))
    return RuleFile(name, group, document, None, tuple(check_schema(document)) if whole else (), path, text)


def read_rules(path: Path) -> str:
    """Return the text of a rule file, with its line endings as they are."""
    return path.read_bytes().decode("utf-8")


def shown(path: Path) -> str:
    """Return the name of a file in messages: relative to the current folder where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path)
