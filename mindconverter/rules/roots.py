"""The folders of tables that a conversion follows, and which of them win over which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from mindconverter.errors import BadParameterError, RuleTableError
from mindconverter.rules.places import rules_root

ENTRY_POINTS = "mindconverter.rules"


class Rank(IntEnum):
    """Whose tables they are: those of a higher rank win."""

    SHIPPED = 0
    PACKAGE = 1
    USER = 2


@dataclass(frozen=True, slots=True)
class Root:
    """Hold a folder of tables.

    Attributes:
        path: The folder.
        rank: Whose tables they are.
    """

    path: Path
    rank: Rank

    @property
    def shown(self) -> str:
        """What stands before the names of its files in messages; nothing for the shipped ones."""
        return "" if self.rank is Rank.SHIPPED else f"{self.path.as_posix()}/"


def find_roots(overlays: Iterable[Path] = ()) -> list[Root]:
    """Return the shipped tables, those of installed packages and a user's own, the last ones winning.

    Args:
        overlays: The user's folders.

    Raises:
        BadParameterError: An overlay is not a folder.
        RuleTableError: A package does not give the folder of tables that it announces.
    """
    roots = [Root(rules_root(), Rank.SHIPPED), *_packaged()]
    for overlay in overlays:
        if not overlay.is_dir():
            raise BadParameterError(f"The folder of rules {str(overlay)!r} does not exist.", advice="Check '--rules'.")
        roots.append(Root(overlay, Rank.USER))
    return roots


def _packaged() -> list[Root]:
    from importlib.metadata import entry_points

    roots = []
    for point in entry_points(group=ENTRY_POINTS):
        where = f"{point.dist.name if point.dist is not None else point.module}, entry point {point.name!r}"
        try:
            found = point.load()
            path = Path(found() if callable(found) else found)
        except Exception as error:  # whatever the package does when it is imported
            raise RuleTableError(
                f"The tables of a package cannot be found: {type(error).__name__}: {error}.",
                where=where,
                advice="Correct the package, or uninstall it.",
            ) from error
        if not path.is_dir():
            raise RuleTableError(
                f"The folder of rules {str(path)!r} does not exist.",
                where=where,
                advice="Let the package name the folder, and see to it that its wheel holds the YAML files.",
            )
        roots.append(Root(path, Rank.PACKAGE))
    return roots
