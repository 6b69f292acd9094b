"""Convert the source of real model libraries and compare their models with PyTorch's.

``python -m tests.conformance.run_models --output results.json``
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from mindconverter import convert_script
from tests.conformance import model_report
from tests.conformance.model_case import ModelCase, read_cases
from tests.conformance.outcome import Outcome, Result
from tests.conformance.pool import run_all
from tests.conformance.results_file import completed, read_results, write_results

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "conformance" / "model_cases.json"
PAGE = ROOT / "docs" / "source_models.md"
FOLDERS = {"torchvision": "models", "timm": "."}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="write the results to this JSON file")
    parser.add_argument("--work", type=Path, help="keep the converted packages and the numbers in this folder")
    parser.add_argument("--keep", action="store_true", help="take what lies in --work, without converting again")
    parser.add_argument("--match", default="", help="run only models whose library.family.name has this expression")
    parser.add_argument("--with", dest="former", type=Path, help="take the models that do not run from this JSON file")
    parser.add_argument("--workers", type=int, default=1, help="how many processes run at a time")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a model may take")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}; needs all models")
    return parser.parse_args()


def convert_library(library: str, work: Path) -> Path:
    """Convert the models of an installed package, and return the folder of the result."""
    spec = importlib.util.find_spec(library)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    source = (Path(spec.submodule_search_locations[0]) / FOLDERS[library]).resolve()
    convert_script(source, work / source.name, work / "reports" / source.name)
    return work / source.name


def run(cases: list[ModelCase], work: Path, *, keep: bool, workers: int, limit: float) -> list[Result]:
    """Return the results of all cases, in order."""
    packages = {}
    for library in sorted({case.library for case in cases}):
        folder = work / (Path(library) / FOLDERS[library]).name
        packages[library] = folder if keep and folder.exists() else convert_library(library, work)
    cases = [replace(case, folder=str(work), package=str(packages[case.library])) for case in cases]
    pending = [case for case in cases if not (keep and case.file("output.npy").exists())]
    results = {}
    for found in run_all("tests.conformance.model_reference", pending, workers=workers, limit=limit):
        if found.outcome is not Outcome.PASS:
            results[found.operator, found.name] = found
            _show(found)
    left = [case for case in cases if (case.operator, case.name) not in results]
    # What keeps PyTorch out of a process for one library would keep it out for the next.
    for library in packages:
        own = [case for case in left if case.library == library]
        for found in run_all("tests.conformance.model_worker", own, workers=workers, limit=limit):
            results[found.operator, found.name] = found
            _show(found)
    return [results[case.operator, case.name] for case in cases]


def _show(found: Result) -> None:
    print(f"{found.operator:32s} {found.name:36s} {found.outcome.value:14s} {found.say}", file=sys.stderr, flush=True)


def main() -> None:
    options = parse()
    every = read_cases(CASES)
    cases = [case for case in every if re.search(options.match, f"{case.operator}.{case.name}")]
    if options.write and cases != every and not options.former:
        sys.exit("--write needs all models: leave out --match, or give the results of an earlier run by --with.")
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        results = run(cases, work, keep=options.keep, workers=options.workers, limit=options.limit)
    if options.former:
        results = completed(read_results(options.former), results)
    print(model_report.summary(results))
    if options.output:
        write_results(options.output, results)
    if options.write:
        found = {(result.operator, result.name): result for result in results}
        ordered = [found[case.operator, case.name] for case in every]
        PAGE.write_text(model_report.markdown(every, ordered), encoding="utf-8")


if __name__ == "__main__":
    main()
