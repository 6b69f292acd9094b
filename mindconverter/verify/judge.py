"""Judge damaged rules: what notices them, from the quickest to the slowest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from mindconverter.errors import RuleTableError
from mindconverter.rules.lint import CHECKS, Severity
from mindconverter.rules.lint.load import load_subject
from mindconverter.rules.lint.subject import RuleFile, Subject
from mindconverter.rules.schema import check_schema
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.yaml_source import YamlDocument
from mindconverter.verify.mutants import Mutant
from mindconverter.verify.proof import examples_that_run, run_problem
from mindconverter.verify.texts import rule_of, text_problems
from mindconverter.verify.totality import Sweep


class Witness(str, Enum):
    """What notices a damage, quickest first."""

    LINT = "lint"
    TEXT = "text"
    TOTALITY = "totality"
    RUN = "run"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Verdict:
    """Say what notices a mutant first."""

    mutant: Mutant
    witness: Witness
    reason: str = ""


@dataclass
class Judge:
    """Judge mutants without any framework.

    Args:
        tables: The tables as they are.
        subject: What lint knows of them.
        sweep: The totality sweep over them.
    """

    tables: RuleTables
    subject: Subject
    sweep: Sweep
    _known: dict[int, frozenset[tuple[str, str]]] = field(default_factory=dict)

    def verdict(self, mutant: Mutant) -> Verdict:
        """Return what notices a mutant: lint, the text of an example, the sweep, or nobody."""
        errors = self._errors(mutant.record) - self._errors(mutant.original, remember=True)
        if errors:
            return Verdict(mutant, Witness.LINT, " ".join(min(errors)))
        tables = self.tables.with_record(mutant.original, mutant.record)
        try:
            rule = rule_of(mutant.record, tables)
        except RuleTableError as error:
            return Verdict(mutant, Witness.LINT, str(error))
        if rule is None:
            return Verdict(mutant, Witness.NOBODY)
        text = next(text_problems(rule, tables), None)
        if text is not None:
            return Verdict(mutant, Witness.TEXT, text)
        misfits = Sweep(tables, self.sweep.helpers).problems(rule)
        if misfits:
            return Verdict(mutant, Witness.TOTALITY, misfits[0])
        return Verdict(mutant, Witness.NOBODY)

    def verdict_by_running(self, mutant: Mutant) -> Verdict:
        """Return whether an example that runs under both frameworks notices a mutant."""
        tables = self.tables.with_record(mutant.original, mutant.record)
        rule = rule_of(mutant.record, tables)
        for example in examples_that_run(rule, tables) if rule is not None else ():
            problem = run_problem(example, tables)
            if problem:
                return Verdict(mutant, Witness.RUN, f"{example.name}: {problem}")
        return Verdict(mutant, Witness.NOBODY)

    def _errors(self, record: Record, *, remember: bool = False) -> frozenset[tuple[str, str]]:
        """Return code and message of the errors that lint finds in one record alone."""
        if remember and id(record) in self._known:
            return self._known[id(record)]
        document = YamlDocument(record.file, {"format": 1, record.kind: [record.data]}, {})
        file = RuleFile(record.file, None, document, None, tuple(check_schema(document)))
        subject = replace(self.subject, files=[file], around=self._around)
        found = frozenset(
            (check.code, problem.message)
            for check in CHECKS
            for problem in check.run(subject)
            if problem.severity is Severity.ERROR
        )
        if remember:
            self._known[id(record)] = found
        return found

    @cached_property
    def _around(self) -> Sequence[RuleFile]:
        """The files with records that hold for all rules, without their rules."""
        files = (*self.subject.around, *self.subject.files)
        return [file for file in files if any(record.kind in ("policies", "modules") for record in file.records)]


def judge(tables: RuleTables) -> Judge:
    """Return the judge over tables.

    Raises:
        RuleTableError: A catalogue or a helper file cannot be read.
    """
    subject = load_subject(tables.roots)
    for head in tables.heads:
        tables.api_rule(head)  # what the tables have built serves all their mutants, as do the fusions
    _ = tables.fusions
    return Judge(tables, subject, Sweep(tables, subject.helpers))
