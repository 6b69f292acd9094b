"""Convert real models in Graph mode and compare them with their sources in both modes.

``python -m tests.conformance.run_graph --output results.json``
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.conformance import graph_report
from tests.conformance.graph_case import GraphCase, GraphResult, read_cases
from tests.conformance.outcome import Outcome
from tests.conformance.pool import run_all

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "conformance" / "graph_cases.json"
PAGE = ROOT / "docs" / "models.md"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="write the results to this JSON file, after each model")
    parser.add_argument("--keep", type=Path, nargs="+", default=[], help="take what passes in these JSON files")
    parser.add_argument("--match", default="", help="run only models whose library.family.name has this expression")
    parser.add_argument("--workers", type=int, default=1, help="how many processes run at a time")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds that a model may take")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    return parser.parse_args()


def run(cases: list[GraphCase], *, workers: int, limit: float) -> Iterator[GraphResult]:
    """Yield the results of cases, as they come."""
    for result in run_all("tests.conformance.graph_worker", cases, workers=workers, limit=limit):
        found = result if isinstance(result, GraphResult) else GraphResult(**vars(result))
        print(
            f"{found.operator:32s} {found.name:36s} {found.outcome.value:14s} {found.say}", file=sys.stderr, flush=True
        )
        yield found


def passed_before(paths: list[Path]) -> Iterator[GraphResult]:
    """Yield what passes in files of results."""
    for path in paths:
        for entry in json.loads(path.read_text(encoding="utf-8")):
            found = GraphResult(**{**entry, "outcome": Outcome(entry["outcome"])})
            if found.outcome is Outcome.PASS:
                yield found


def main() -> None:
    options = parse()
    every = read_cases(CASES)
    results = {(own.operator, own.name): own for own in passed_before(options.keep)}
    cases = [case for case in every if re.search(options.match, f"{case.operator}.{case.name}")]
    pending = [case for case in cases if (case.operator, case.name) not in results]
    for found in run(pending, workers=options.workers, limit=options.limit):
        results[found.operator, found.name] = found
        if options.output:
            stored = [asdict(result) for result in results.values()]
            options.output.write_text(json.dumps(stored, indent=0), encoding="utf-8")
    print(graph_report.summary(list(results.values())))
    if options.write:
        pairs = [(case, results[key]) for case in every if (key := (case.operator, case.name)) in results]
        PAGE.write_text(graph_report.markdown(pairs, len(every)), encoding="utf-8")


if __name__ == "__main__":
    main()
