"""Where the shipped tables, catalogues, helpers, schemas and pages lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def rules_root() -> Path:
    """Return the folder of the shipped tables: in the wheel, or else in the checkout."""
    installed = _PACKAGE / "_data" / "rules"
    return installed if installed.is_dir() else _PACKAGE.parent / "rules"


def schemas_root() -> Path:
    """Return the folder of the schemas: in the wheel, or else in the checkout."""
    installed = _PACKAGE / "_data" / "schemas"
    return installed if installed.is_dir() else _PACKAGE.parent / "schemas"


def docs_root() -> Path:
    """Return the folder of those pages that the program reads: in the wheel, or else in the checkout."""
    installed = _PACKAGE / "_data" / "docs"
    return installed if installed.is_dir() else _PACKAGE.parent / "docs"
