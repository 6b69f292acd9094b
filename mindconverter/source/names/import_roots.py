"""The folders that the imports of scripts start from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

PACKAGE_FILE = "__init__.py"
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)*)", re.MULTILINE)


def module_of(path: Path) -> tuple[str, Path]:
    """Return the full name of a script's module, and the folder that its first part lies in."""
    parts = [] if path.name == PACKAGE_FILE else [path.stem]
    folder = path.resolve().parent
    while (folder / PACKAGE_FILE).is_file() and folder.parent != folder:
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts)) or path.resolve().parent.name, folder


def import_roots(roots: Mapping[Path, Path], folder: Path) -> dict[Path, Path]:
    """Return the folder that the absolute imports of each script start from.

    That is where a script or its package lies, since Python looks there when the script is run; or a folder farther out
    from which a script of the project imports that place, as in ``import tools.files`` without ``tools/__init__.py``.

    Args:
        roots: The folder that each script or its package lies in, by the script.
        folder: The folder of the project.
    """
    imported = _imported_names(roots)
    found: dict[Path, Path] = {}
    for root in set(roots.values()):
        found[root] = root
        if root != folder and folder in root.parents:
            around = [outer for outer in root.parents if outer == folder or folder in outer.parents]
            likely = [outer for outer in around if dotted(root, outer) in imported]
            found[root] = likely[-1] if likely else root
    return {path: found[root] for path, root in roots.items()}


def dotted(path: Path, folder: Path) -> str:
    """Return how a folder is named in an import that starts from another one; empty for the same folder."""
    return ".".join(path.relative_to(folder).parts)


def _imported_names(paths: Iterable[Path]) -> set[str]:
    """Return the names of modules that scripts import, and of the packages that these are in."""
    found: set[str] = set()
    for path in paths:
        try:
            text = path.read_bytes()
        except OSError:  # the conversion of the script meets and reports it again
            continue
        for match in _IMPORT.finditer(text):
            for name in match[1].decode().split(","):
                parts = name.strip().split(".")
                found.update(".".join(parts[: index + 1]) for index in range(len(parts)))
    return found
