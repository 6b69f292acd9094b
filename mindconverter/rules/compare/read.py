"""Read the tables of any version: a folder, a wheel, or a revision of the project."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mindconverter.errors import BadParameterError
from mindconverter.rules.source_files import KINDS, Record, read_document, records_of, rule_files

_IN_WHEEL = "mindconverter/_data/rules/"
_IN_PROJECT = "rules"


@contextmanager
def tables_at(place: str, *, revision: bool) -> Iterator[Path]:
    """Yield the folder of tables that a user names; it lasts as long as the context.

    Args:
        place: A folder of tables, a project that has one, a wheel, or a revision.
        revision: Whether it is a revision of the project in the current folder.

    Raises:
        BadParameterError: There are no tables.
    """
    with tempfile.TemporaryDirectory(prefix="tables-") as folder:
        if revision:
            yield _of_revision(place, Path(folder))
        elif place.endswith(".whl"):
            yield _of_wheel(Path(place), Path(folder))
        else:
            yield _of_folder(Path(place))


def read_leniently(root: Path) -> list[Record]:
    """Return the records of a folder of tables, whatever the schema says today: that of old tables was another one.

    Raises:
        RuleTableError: A file cannot be read, or is not YAML.
    """
    found = []
    for path in rule_files(root):
        document = read_document(path, path.relative_to(root).as_posix())
        data = document.data
        if isinstance(data, dict) and all(isinstance(data.get(kind, []), list) for kind in KINDS):
            found += [record for record in records_of(document) if isinstance(record.data, dict)]
    return found


def _of_folder(place: Path) -> Path:
    for root in (place / _IN_PROJECT, place):
        if root.is_dir() and rule_files(root):
            return root
    raise BadParameterError(
        f"There are no tables in {str(place)!r}.",
        advice="Give a folder of rule files, a wheel, or with '--git' two revisions.",
    )


def _of_wheel(wheel: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(_IN_WHEEL)])
    except (OSError, zipfile.BadZipFile) as error:
        raise BadParameterError(f"The wheel {str(wheel)!r} cannot be read: {error}", advice="Check it.") from error
    return _of_folder(folder / _IN_WHEEL)


def _of_revision(revision: str, folder: Path) -> Path:
    command = ["git", "archive", "--format=tar", f"{revision}^{{commit}}", _IN_PROJECT]
    try:
        top = subprocess.run(["git", "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=True)
        done = subprocess.run(command, capture_output=True, check=True, cwd=top.stdout.strip())
    except FileNotFoundError as error:
        raise BadParameterError("'--git' needs git, which is not installed.", advice="Give two folders.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode() if isinstance(error.stderr, bytes) else error.stderr
        reason = said.strip().splitlines()[-1:] or ["no reason given"]
        raise BadParameterError(
            f"git has no tables at {revision!r}: {reason[0]}", advice="Give a tag, a branch or a commit of the project."
        ) from error
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return _of_folder(folder)
