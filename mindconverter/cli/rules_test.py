"""Run ``mindconverter rules test``: print what the examples of rules give."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict

from mindconverter.rules.tables import load_tables
from mindconverter.verify.proof import Result, matching, prove_statically, prove_under_frameworks


def test(options: argparse.Namespace) -> int:
    """Test rules, print what is wrong and a summary, and return 1 if something is.

    Args:
        options: The options of the command.

    Raises:
        BadParameterError: No rule has such a name, or an overlay is not a folder.
        MissingDependencyError: The examples are to run, and a framework is not installed.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(options.rules)
    places = matching(tables, options.names)
    results = _printed(prove_statically(tables, places), options.format)
    if not options.static:
        found = prove_under_frameworks(tables, places, options.rules, jobs=max(1, options.jobs))
        results += _printed(found, options.format)
    failed = [result for result in results if result.problem]
    if options.format == "json":
        print(json.dumps({"format": 1, "results": [asdict(result) for result in results]}, indent=2))
    else:
        ran = sum(result.ran for result in results)
        print(f"{len(places)} rules, {ran} examples run: {len(failed)} failed.")
    return 1 if failed else 0


def _printed(results: Iterable[Result], form: str) -> list[Result]:
    found = []
    for result in results:
        found.append(result)
        if result.problem and form == "text":
            print(f"{result.rule}: {result.name}: {result.problem}", flush=True)
    return found
