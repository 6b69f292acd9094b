"""Write the pages of the documentation that show the tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mindconverter.errors import BadParameterError
from mindconverter.report.write import atomic_write_text
from mindconverter.rules.pages.pages import MARK, pages
from mindconverter.rules.tables import known_versions, load_tables
from mindconverter.rules.versions import latest_version


def write_docs(overlays: Sequence[Path], output: Path) -> int:
    """Write a page a family, and take away those pages of an earlier run that are no longer there.

    Args:
        overlays: Folders of tables that win over the shipped ones.
        output: The folder of the pages.

    Raises:
        BadParameterError: An overlay is not a folder, or a page cannot be written.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(overlays)
    found = pages(tables.of_version(latest_version(known_versions())))
    for name, text in found.items():
        atomic_write_text(output / name, text, BadParameterError)
    for path in output.glob("*.md"):
        if path.name not in found and path.read_text(encoding="utf-8").startswith(MARK):
            path.unlink()
    print(f"{output}: {len(found)} pages.")
    return 0
