"""Run the examples of the rules under the MindSpore that is installed: ``python -m tests.conformance.run_versions``.

A rule's examples are converted for that version, and their numbers are compared as ``mindconverter rules test`` does.
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

from mindconverter.rules.tables import load_tables
from mindconverter.verify.proof import SECONDS, matching, prove_under_frameworks
from tests.conformance.version_page import Measured, renewed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "versions.md"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="run the examples of every Nth rule only")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes run at a time")
    parser.add_argument("--limit", type=float, default=SECONDS, help="seconds that an example may take")
    parser.add_argument("--write", action="store_true", help=f"renew what docs/{PAGE.name} says of the version")
    return parser.parse_args()


def main() -> int:
    options = parse()
    installed = version("mindspore")
    tables = load_tables(target_version=installed)
    rules = matching(tables, ())
    chosen = rules[:: options.every]
    ran, failed = 0, {}
    for result in prove_under_frameworks(tables, chosen, (), jobs=options.jobs, seconds=options.limit):
        ran += 1
        if result.problem:
            failed[result.name] = result.problem
            print(f"{result.rule}: {result.name}: {result.problem}", flush=True)
        elif ran % 100 == 0:
            print(f"{ran} run", file=sys.stderr, flush=True)
    print(f"{tables.target_catalog.title}: {len(chosen)} of {len(rules)} rules, {ran} examples, {len(failed)} failed.")
    if options.write:
        measured = Measured(installed, len(chosen), len(rules), ran, failed)
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), measured), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
