"""Run ``mindconverter rules mutate``: print which damages of the tables nothing notices."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from mindconverter.rules.tables import load_tables
from mindconverter.verify.judge import Verdict, Witness, judge
from mindconverter.verify.proof import matching
from mindconverter.verify.score import Score, all_mutants, family, sampled, scores, verdicts

_HEAD = ("mutants", "lint", "text", "totality", "run", "alive", "dead")


def mutate(options: argparse.Namespace) -> int:
    """Damage rules, print what notices, and return 1 if nothing notices one of the damages.

    Args:
        options: The options of the command.

    Raises:
        BadParameterError: No rule has such a name, or an overlay is not a folder.
        RuleTableError: A table is wrong.
    """
    tables = load_tables(options.rules)
    places = matching(tables, options.names)
    judged = judge(tables)
    mutants = all_mutants(judged, places)
    chosen = sampled(mutants, options.sample, options.seed)
    jobs = max(1, options.jobs)
    found = list(verdicts(judged, mutants, chosen, places, options.rules, run=not options.static, jobs=jobs))
    alive = [verdict for verdict in found if verdict.witness is Witness.NOBODY]
    if options.format == "json":
        print(_as_json(found, alive))
    elif options.format == "markdown":
        print(_as_markdown(found, alive))
    else:
        for verdict in alive:
            print(f"{_place(verdict)}: {verdict.mutant.head}: {verdict.mutant.kind}: {verdict.mutant.edit}")
        print(f"{len(found)} mutants, {len(found) - len(alive)} dead ({_total(found).share:.1%}).")
    return 1 if alive else 0


def _total(found: Sequence[Verdict]) -> Score:
    return next(iter(scores(found, lambda _: "all")), Score("all", 0, 0, 0, 0, 0))


def _place(verdict: Verdict) -> str:
    return f"{verdict.mutant.original.file}:{verdict.mutant.original.line}"


def _as_json(found: Sequence[Verdict], alive: Sequence[Verdict]) -> str:
    data = {
        "format": 1,
        "total": asdict(_total(found)),
        "families": [asdict(score) for score in scores(found, family)],
        "kinds": [asdict(score) for score in scores(found, lambda verdict: verdict.mutant.kind)],
        "alive": [
            {
                "rule": verdict.mutant.head,
                "place": _place(verdict),
                "kind": verdict.mutant.kind,
                "edit": verdict.mutant.edit,
            }
            for verdict in alive
        ],
    }
    return json.dumps(data, indent=2)


def _as_markdown(found: Sequence[Verdict], alive: Sequence[Verdict]) -> str:
    total = _total(found)
    unrun = f", {1 - (total.alive + total.run) / total.total:.1%} without any run" if total.run else ""
    lines = [f"{total.total} mutants, {total.share:.1%} of them dead{unrun}.", ""]
    lines += ["## By kind of damage", "", *_table("damage", scores(found, lambda verdict: verdict.mutant.kind)), ""]
    lines += ["## By family", "", *_table("family", [*scores(found, family), total]), ""]
    lines += ["## Alive, by rule", ""]
    by_rule: dict[str, list[str]] = {}
    for verdict in alive:
        title = f"`{verdict.mutant.head}` ({verdict.mutant.original.file})"
        by_rule.setdefault(title, []).append(f"{verdict.mutant.kind}: `{verdict.mutant.edit}`")
    for title, edits in sorted(by_rule.items()):
        lines += [f"- {title}", *(f"    - {edit}" for edit in edits)]
    return "\n".join(lines)


def _table(first: str, found: Sequence[Score]) -> list[str]:
    lines = [f"| {first} | {' | '.join(_HEAD)} |", f"| --- |{' ---: |' * len(_HEAD)}"]
    for score in found:
        cells = (score.total, score.lint, score.text, score.totality, score.run, score.alive, f"{score.share:.1%}")
        lines.append(f"| {score.group} | {' | '.join(map(str, cells))} |")
    return lines
