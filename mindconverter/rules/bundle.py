"""The compiled tables: all records of a folder in one file, so that a start does not parse YAML."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mindconverter.rules.source_files import Record, digest, read_records

FORMAT = 2
BUNDLE_NAME = "bundle.json"


def write_bundle(rules_root: Path, output: Path) -> None:
    """Compile a folder of tables.

    Args:
        rules_root: The folder.
        output: The file to write; it is there whole or not at all.

    Raises:
        RuleTableError: A table is wrong.
    """
    records = [
        [record.kind, record.file, record.line, record.column, record.index, record.data]
        for record in read_records(rules_root)
    ]
    text = json.dumps({"format": FORMAT, "digest": digest(rules_root), "records": records}, separators=(",", ":"))
    output.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=output.parent, prefix=output.name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, output)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def load_records(root: Path, shown: str = "") -> Sequence[Record]:
    """Return all records of a folder of tables.

    They come from the bundle beside the tables or in the user's cache if it is of the same tables, else from the YAML,
    and then the cache is renewed.

    Args:
        root: The folder.
        shown: What stands before the names of its files in messages.

    Raises:
        RuleTableError: A table is wrong.
    """
    fingerprint = digest(root)
    cached = _cache_folder() / f"tables-{FORMAT}-{fingerprint}.json"
    for bundle in (root / BUNDLE_NAME, cached):
        records = _read_bundle(bundle, fingerprint, root, shown)
        if records is not None:
            return records
    found = list(read_records(root, shown))
    with suppress(OSError):
        write_bundle(root, cached)
    return found


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "mindconverter"


def _read_bundle(path: Path, fingerprint: str, root: Path, shown: str) -> list[Record] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT or data["digest"] != fingerprint:
            return None
        paths = {file: root / file for file in {file for _, file, *_ in data["records"]}}
        return [
            Record(kind, record, f"{shown}{file}", line, column, index, source=paths[file])
            for kind, file, line, column, index, record in data["records"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
