"""The version of the target framework that a conversion is for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mindconverter.errors import BadParameterError
from mindconverter.rules.versions import latest_version, parse_version

_SERIES = 2


@dataclass(frozen=True, slots=True)
class TargetVersion:
    """Hold the version that a conversion is for.

    Attributes:
        version: One of those that there is a catalogue of: that of the same series, such as 2.9.
        note: What the user has to know of the choice, as full sentences; empty where nothing is odd.
    """

    version: str
    note: str = ""


def choose_version(framework: str, wanted: str | None, known: Collection[str]) -> TargetVersion:
    """Choose the version that a conversion is for.

    Args:
        framework: The package of the target framework.
        wanted: The version that the user asks for; None takes the installed one, or the newest if there is none.
        known: The versions that there is a catalogue of.

    Raises:
        BadParameterError: The version is older than all known ones, or none.
    """
    newest = latest_version(known)
    installed = _installed(framework) if wanted is None else None
    version = wanted if wanted is not None else installed
    if version is None:
        return TargetVersion(newest)
    series = _series(version)
    same = [each for each in known if _series(each) == series]
    if same:
        return TargetVersion(latest_version(same))
    if series > _series(newest):
        return TargetVersion(newest, f"{framework} {version} is newer than the rules, so this is for {newest}.")
    versions = ", ".join(sorted(known, key=parse_version))
    if installed is not None:
        raise BadParameterError(
            f"The installed {framework} {installed} is older than the rules.",
            advice=f"Install a newer one, or choose the version to convert for by '--target_version': {versions}.",
        )
    raise BadParameterError(f"The target version {version!r} is not known.", advice=f"Known versions: {versions}.")


def _series(version: str) -> tuple[int, ...]:
    """Return the numbers that make a difference between catalogues, such as 2 and 9 of ``2.9.1``."""
    numbers = parse_version(version)[:_SERIES]
    return numbers + (0,) * (_SERIES - len(numbers))


def _installed(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None
