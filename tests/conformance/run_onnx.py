"""Run onnx.backend.test through the converter: ``python -m tests.conformance.run_onnx --output results.json``."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from mindconverter.rules.coverage import MEASURED
from tests.conformance import onnx_report
from tests.conformance.known import read_known, write_known
from tests.conformance.onnx_backend import collect
from tests.conformance.outcome import Result
from tests.conformance.pool import run_all
from tests.conformance.results_file import write_results

WORKER = "tests.conformance.onnx_worker"
ROOT = Path(__file__).resolve().parents[2]
KNOWN = ROOT / "tests" / "conformance" / "known_failures_onnx.yaml"
PAGE = ROOT / "docs" / "conformance_onnx.md"
FIGURES = ROOT / "rules" / MEASURED


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="write the results to this JSON file")
    parser.add_argument("--match", default="", help="run only cases whose name has this regular expression")
    parser.add_argument("--workers", type=int, default=2, help="how many processes run at a time")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds that a case may take")
    parser.add_argument("--each", action="store_true", help="print every failure")
    parser.add_argument("--known", action="store_true", help=f"write {KNOWN.name}; needs the whole suite")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name} and rules/{MEASURED}; needs all")
    return parser.parse_args()


def main() -> None:
    options = parse()
    if options.match and (options.known or options.write):
        sys.exit("--known and --write need the whole suite: leave out --match.")
    cases = [case for case in collect() if re.search(options.match, case.name)]
    begin = time.monotonic()
    results: list[Result] = []
    for result in run_all(WORKER, cases, workers=options.workers, limit=options.limit):
        results.append(result)
        if options.each and result.outcome.failed:
            print(f"{result.name}: {result.operator}: {result.outcome.value}: {result.say}", flush=True)
        elif len(results) % 100 == 0:
            print(f"{len(results)} of {len(cases)}, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    results.sort(key=lambda result: result.name)
    print(onnx_report.text(results))
    if options.output:
        write_results(options.output, results)
    if options.known:
        write_known(KNOWN, results, "run_onnx", "of onnx.backend.test that a converted model")
    if options.write:
        PAGE.write_text(onnx_report.markdown(results), encoding="utf-8")
        write_figures(results)


def write_figures(results: Sequence[Result]) -> None:
    versions = {package: version(package) for package in ("onnx", "mindspore")}
    figures = onnx_report.figures(results, read_known(KNOWN), versions)
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
