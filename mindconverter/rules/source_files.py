"""The rule files of a folder of tables: which there are, and their content as records with their places."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from mindconverter.errors import RuleTableError
from mindconverter.rules.location import Location
from mindconverter.rules.schema import check_schema
from mindconverter.rules.yaml_source import Path as YamlPath
from mindconverter.rules.yaml_source import YamlDocument, YamlError, parse_yaml

KINDS = (
    "rules",
    "casts",
    "policies",
    "modules",
    "namespaces",
    "operators",
    "fusions",
    "views",
    "writes",
    "keywords",
    "idioms",
)
_NOT_TABLES = ("catalog", "helpers")
T = TypeVar("T")


@dataclass(frozen=True)
class Record:
    """Hold one record of a rule file.

    Attributes:
        kind: The list that it stands in, one of ``KINDS``.
        data: The record.
        file: The file in messages.
        line: Its line, from 1.
        column: Its column, from 1.
        index: Its place in the list.
        document: The parsed file; None if the record comes out of a bundle.
        source: The file of a record that comes out of a bundle.
    """

    kind: str
    data: Mapping[str, object]
    file: str
    line: int
    column: int
    index: int
    document: YamlDocument | None = None
    source: Path | None = None

    def path(self, *path: str | int) -> YamlPath:
        """Return the keys that lead from the whole file to a path of keys within the record."""
        return (self.kind, self.index, *path)

    def locate(self, *path: str | int) -> Location:
        """Return the place of a path of keys within the record."""
        if self.document is None:
            return Location(self.file, self.line, self.column)
        return self.document.locate(self.path(*path))

    def build(self, make: Callable[[Mapping[str, object], Callable[..., Location]], T]) -> T:
        """Return what a function makes of the data and of what locates keys within it.

        Args:
            make: The function.

        Raises:
            RuleTableError: The record is wrong; a bundle has no places of keys, so that its file is read for that.
        """
        try:
            return make(self.data, self.locate)
        except RuleTableError:
            if self.document is not None or self.source is None:
                raise
            return make(self.data, replace(self, document=read_document(self.source, self.file)).locate)


def rule_files(root: Path) -> list[Path]:
    """Return the YAML files below a folder of tables, in a fixed order."""
    found = [*root.rglob("*.yaml"), *root.rglob("*.yml")]
    return sorted(path for path in found if path.relative_to(root).parts[0] not in _NOT_TABLES)


def digest(root: Path) -> str:
    """Return a fingerprint of all rule files below a folder, and of the kinds of records that are read from them."""
    result = hashlib.blake2b(",".join(KINDS).encode(), digest_size=16)
    for path in rule_files(root):
        content = path.read_bytes()
        result.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        result.update(content)
    return result.hexdigest()


def read_records(root: Path, shown: str = "") -> Iterator[Record]:
    """Read and check all rule files below a folder.

    Args:
        root: The folder.
        shown: What stands before the names of the files in messages.

    Raises:
        RuleTableError: A file is not YAML, or not as the schema says; the message has its place.
    """
    for path in rule_files(root):
        name = f"{shown}{path.relative_to(root).as_posix()}"
        document = read_document(path, name)
        for finding in check_schema(document):
            raise RuleTableError(
                finding.message,
                where=str(finding.location),
                advice="Run 'mindconverter rules lint' to see all findings.",
            )
        yield from records_of(document)


def read_document(path: Path, name: str) -> YamlDocument:
    """Read one rule file.

    Args:
        path: The file.
        name: What messages call it.

    Raises:
        RuleTableError: It cannot be read, or is not YAML.
    """
    try:
        return parse_yaml(path.read_text(encoding="utf-8"), name)
    except YamlError as error:
        raise RuleTableError(error.message, where=str(error.location), advice="Correct the file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RuleTableError(f"The file cannot be read: {error}", where=name, advice="Check the path.") from error


def records_of(document: YamlDocument) -> Iterator[Record]:
    """Yield the records of a file that the schema has passed."""
    data = document.data
    assert isinstance(data, dict)
    for kind in KINDS:
        for index, record in enumerate(data.get(kind, ())):
            place = document.locate((kind, index))
            yield Record(kind, record, document.file, place.line, place.column, index, document)
