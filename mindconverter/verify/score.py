"""Count what becomes of mutants, by family of rules and by kind of damage."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import load_tables
from mindconverter.verify.judge import Judge, Verdict, Witness, judge
from mindconverter.verify.mutants import Damage, Mutant
from mindconverter.verify.processes import Lost, work

SECONDS = 300.0
"""How long judging a mutant may take."""


@dataclass(frozen=True)
class Score:
    """Hold how many mutants of a group each witness noticed first.

    Attributes:
        group: The group.
        lint: Those that lint notices.
        text: Those that the text of an example shows.
        totality: Those whose result no longer fits the target.
        run: Those that only running the examples shows.
        alive: Those that nobody notices.
    """

    group: str
    lint: int
    text: int
    totality: int
    run: int
    alive: int

    @property
    def total(self) -> int:
        """All mutants."""
        return self.lint + self.text + self.totality + self.run + self.alive

    @property
    def share(self) -> float:
        """The part of them that something notices, from 0 to 1."""
        return 1 - self.alive / self.total if self.total else 1.0


def all_mutants(judged: Judge, places: Sequence[int]) -> list[Mutant]:
    """Return the mutants of rules, in the order of the tables.

    Args:
        judged: The judge over the tables.
        places: The places of the records of the rules.
    """
    tables = judged.tables
    damage = Damage(tables, judged.sweep.helpers)
    own = [place for place in places if not place or not _is_made(tables.records[place - 1], tables.records[place])]
    return [mutant for place in own for mutant in damage.mutants(tables.records[place])]


def _is_made(before: Record, record: Record) -> bool:
    """Tell whether a record stands in no file: it is made of the one before it, for a field."""
    return (before.file, before.kind, before.index) == (record.file, record.kind, record.index)


def sampled(mutants: Sequence[Mutant], count: int | None, seed: int) -> list[int]:
    """Return the indices of some mutants, the same ones for a seed each time; of all without a count.

    Whether a mutant is one of them hardly depends on the others, so that scores before and after a change compare.
    """

    def place(index: int) -> bytes:
        mutant = mutants[index]
        return hashlib.blake2b(f"{seed} {mutant.head} {mutant.kind} {mutant.edit}".encode()).digest()

    return sorted(sorted(range(len(mutants)), key=place)[:count])


def verdicts(
    judged: Judge,
    mutants: Sequence[Mutant],
    chosen: Sequence[int],
    places: Sequence[int],
    overlays: Sequence[Path],
    *,
    run: bool,
    jobs: int,
) -> Iterator[Verdict]:
    """Judge mutants, in processes of their own where several are wanted or examples are run.

    Args:
        judged: The judge over the tables.
        mutants: The mutants of rules.
        chosen: The indices of those to judge.
        places: The places of the records of the rules.
        overlays: The folders of tables that win over the shipped ones.
        run: Whether the examples of a mutant that nothing else notices are run.
        jobs: How many processes judge.
    """
    if jobs == 1 and not run:
        yield from (judged.verdict(mutants[index]) for index in chosen)
        return
    arguments = ([str(path) for path in overlays], list(places), run)
    for place, found in work(list(chosen), _judging, arguments, jobs=jobs, seconds=SECONDS):
        mutant = mutants[chosen[place]]
        if isinstance(found, Lost):  # the damage ends the process that runs it
            yield Verdict(mutant, Witness.RUN, found.say)
        else:
            yield Verdict(mutant, *found)


def _judging(overlays: Sequence[str], places: Sequence[int], run: bool) -> Callable[[int], tuple[Witness, str]]:
    """Return what judges the mutant of an index in this process."""
    judged = judge(load_tables([Path(folder) for folder in overlays]))
    mutants = all_mutants(judged, places)

    def verdict(index: int) -> tuple[Witness, str]:
        found = judged.verdict(mutants[index])
        if run and found.witness is Witness.NOBODY:
            found = judged.verdict_by_running(mutants[index])
        return found.witness, found.reason

    return verdict


def scores(found: Sequence[Verdict], group: Callable[[Verdict], str]) -> list[Score]:
    """Return the scores of the groups of mutants, in the order of their names."""
    groups: dict[str, list[Witness]] = {}
    for verdict in found:
        groups.setdefault(group(verdict), []).append(verdict.witness)
    return [Score(name, *map(groups[name].count, Witness)) for name in sorted(groups)]


def family(verdict: Verdict) -> str:
    """Return the family of rules that a mutant is of: its file, without its ending."""
    return PurePath(verdict.mutant.original.file).with_suffix("").as_posix()
