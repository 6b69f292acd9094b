"""Keep the results of a run in a file, so that a later run of some cases completes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.conformance.outcome import Outcome, Result


def write_results(path: Path, results: Iterable[Result]) -> None:
    """Write results as JSON."""
    path.write_text(json.dumps([asdict(result) for result in results], indent=0), encoding="utf-8")


def read_results(path: Path) -> list[Result]:
    """Return the results that a run has written."""
    return [_result(record) for record in json.loads(path.read_text(encoding="utf-8"))]


def completed(former: Iterable[Result], now: Iterable[Result]) -> list[Result]:
    """Return the results of an earlier run with those of the present one in the place of their cases."""
    found = {(result.operator, result.name): result for result in (*former, *now)}
    return list(found.values())


def _result(record: Mapping[str, Any]) -> Result:
    parts = tuple(_result(part) for part in record["parts"])
    return Result(**{**record, "outcome": Outcome(record["outcome"]), "parts": parts})
