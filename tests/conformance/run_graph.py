"""Convert real models in Graph mode and compare them with their sources in both modes.

``python -m tests.conformance.run_graph --output results.json``
"""

from __future__ import annotations

import argparse
import json
import re
import sys
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
    parser.add_argument("--output", type=Path, help="write the results to this JSON file")
    parser.add_argument("--keep", type=Path, help="take the models that pass in this JSON file as they are")
    parser.add_argument("--match", default="", help="run only models whose library.family.name has this expression")
    parser.add_argument("--workers", type=int, default=1, help="how many processes run at a time")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds that a model may take")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}; needs all models")
    return parser.parse_args()


def run(cases: list[GraphCase], *, workers: int, limit: float) -> list[GraphResult]:
    """Return the results of cases, in their order."""
    found = {}
    for result in run_all("tests.conformance.graph_worker", cases, workers=workers, limit=limit):
        own = result if isinstance(result, GraphResult) else GraphResult(**vars(result))
        found[own.operator, own.name] = own
        print(f"{own.operator:32s} {own.name:36s} {own.outcome.value:14s} {own.say}", file=sys.stderr, flush=True)
    return [found[case.operator, case.name] for case in cases]


def passed_before(path: Path) -> list[GraphResult]:
    """Return what passes in a file of results."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    found = [GraphResult(**{**entry, "outcome": Outcome(entry["outcome"])}) for entry in stored]
    return [result for result in found if result.outcome is Outcome.PASS]


def main() -> None:
    options = parse()
    every = read_cases(CASES)
    cases = [case for case in every if re.search(options.match, f"{case.operator}.{case.name}")]
    if options.write and cases != every:
        sys.exit("--write needs all models: leave out --match.")
    kept = {(own.operator, own.name): own for own in (passed_before(options.keep) if options.keep else ())}
    pending = [case for case in cases if (case.operator, case.name) not in kept]
    kept |= {(own.operator, own.name): own for own in run(pending, workers=options.workers, limit=options.limit)}
    results = [kept[case.operator, case.name] for case in cases]
    print(graph_report.summary(results))
    if options.output:
        options.output.write_text(json.dumps([asdict(result) for result in results], indent=0), encoding="utf-8")
    if options.write:
        PAGE.write_text(graph_report.markdown(every, results), encoding="utf-8")


if __name__ == "__main__":
    main()
