"""Run PyTorch's suites through AST mode: ``python -m tests.conformance.run_torch --suite op_db --ops 'linalg.*'``."""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.conformance import torch_report
from tests.conformance.known import write_known
from tests.conformance.outcome import Outcome, Result
from tests.conformance.pool import run_all
from tests.conformance.results_file import completed, read_results, write_results
from tests.conformance.torch_suites import SUITES, Case, collect

WORKER = "tests.conformance.torch_worker"
ROOT = Path(__file__).resolve().parents[2]
KNOWN = ROOT / "tests" / "conformance" / "known_failures_torch.yaml"
PAGE = ROOT / "docs" / "conformance_torch.md"
LOST = (Outcome.CRASH, Outcome.TIMEOUT)
MOST_LOST = 3
"""Of a case that was lost, so many samples may be lost until the others are not tried any more."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", choices=SUITES, action="append", help="run this suite only; may be repeated")
    parser.add_argument("--ops", default="", help="run only functions whose whole name has this regular expression")
    parser.add_argument("--output", type=Path, help="write the results to this JSON file")
    parser.add_argument("--with", dest="former", type=Path, help="take the cases that do not run from this JSON file")
    parser.add_argument("--workers", type=int, default=2, help="how many processes run at a time")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds that a case may take")
    parser.add_argument("--samples", type=int, help="run so many samples of each, the first ones (default: all)")
    parser.add_argument("--each", action="store_true", help="print every sample that fails")
    parser.add_argument("--known", action="store_true", help=f"write {KNOWN.name}; needs all suites")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}; needs all suites")
    return parser.parse_args()


def run(cases: Iterable[Case], *, workers: int, limit: float) -> Iterator[Result]:
    """Yield the results of cases; of one that is lost with its process, the samples run again one by one.

    A sample alone gets a quarter of the time.
    """
    lost: list[Case] = []
    cases = {case.name: case for case in cases}
    for result in run_all(WORKER, cases.values(), workers=workers, limit=limit):
        if result.outcome in LOST:
            lost.append(cases[result.name])
        else:
            yield result
    for case in lost:
        single = (replace(case, sample=number) for number in itertools.count())
        parts: list[Result] = []
        for part in _until_empty(single, limit / 4):
            parts.extend(part.parts or (part,))
            if sum(part.outcome in LOST for part in parts) == MOST_LOST:
                break
        print(f"{case.name}: lost, and run again by sample", file=sys.stderr, flush=True)
        worst = max(parts, key=lambda part: list(Outcome).index(part.outcome))
        yield Result(case.name, worst.outcome, worst.say, case.operator, parts=tuple(parts))


def _until_empty(cases: Iterable[Case], limit: float) -> Iterator[Result]:
    from tests.conformance.pool import Worker

    worker = Worker(WORKER, limit)
    try:
        for case in cases:
            result = worker.run(case)
            if result.outcome is Outcome.NOT_APPLICABLE:
                return
            yield result
    finally:
        worker.close()


def main() -> None:
    options = parse()
    if (options.ops or options.suite) and (options.known or options.write) and not options.former:
        sys.exit("--known and --write need all suites: leave out --ops and --suite, or give an earlier run by --with.")
    if options.samples is not None and (options.known or options.write):
        sys.exit("--known and --write need all samples: leave out --samples.")
    chosen = collect(tuple(options.suite or SUITES))
    named = [case for case in chosen if re.fullmatch(options.ops or ".*", case.operator)]
    cases = [replace(case, most=options.samples) for case in named]
    begin = time.monotonic()
    results: list[Result] = []
    for result in run(cases, workers=options.workers, limit=options.limit):
        results.append(result)
        if options.each:
            for part in result.parts or (result,):
                if part.outcome.failed:
                    print(f"{result.name}: {part.name}: {part.outcome.value}: {part.say}", flush=True)
        elif len(results) % 100 == 0:
            print(f"{len(results)} of {len(cases)}, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    if options.former:
        results = completed(read_results(options.former), results)
    results.sort(key=lambda result: result.name)
    print(torch_report.text(results))
    if options.output:
        write_results(options.output, results)
    if options.known:
        write_known(KNOWN, results, "run_torch", "of PyTorch's suites that a converted script")
    if options.write:
        PAGE.write_text(torch_report.markdown(results), encoding="utf-8")


if __name__ == "__main__":
    main()
