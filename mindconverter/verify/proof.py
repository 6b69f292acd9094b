"""Test the rules of tables: the texts of their examples, the totality sweep, and the examples under the frameworks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from mindconverter.errors import BadParameterError, MindConverterError
from mindconverter.rules.lint.helper_functions import read_helpers
from mindconverter.rules.model import Rule
from mindconverter.rules.source_files import Record
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.verify.frameworks import require
from mindconverter.verify.operator_example import OperatorExample, examples_of
from mindconverter.verify.operator_run import RefusedNodeError, check_operator_example
from mindconverter.verify.processes import Lost, work
from mindconverter.verify.script_example import ScriptExample
from mindconverter.verify.script_run import check_script_example
from mindconverter.verify.texts import rule_of, text_problems
from mindconverter.verify.totality import Sweep

SECONDS = 120.0
"""How long an example may take."""
Task = tuple[int, str]
"""An example: the place of its record in the tables, and its name."""


@dataclass(frozen=True)
class Result:
    """Say what a test of a rule gave.

    Attributes:
        name: What was tested.
        rule: The place of the rule.
        problem: What is wrong; empty if nothing is.
        ran: Whether both sides ran.
    """

    name: str
    rule: str
    problem: str = ""
    ran: bool = False


def matching(tables: RuleTables, names: Sequence[str]) -> list[int]:
    """Return the places of the records of rules that hold and that names mean.

    Args:
        tables: The tables.
        names: Public names of APIs and names of operators, in which ``*`` stands for anything; none for all.

    Raises:
        BadParameterError: They mean no rule.
    """
    last: dict[object, int] = {}
    for index, record in enumerate(tables.records):
        if record.kind == "rules" and _means(record, names, tables) and tables.holds(record):
            last[_source(record)] = index
    if names and not last:
        raise BadParameterError(
            f"There is no rule for {', '.join(names)}.", advice="Run 'mindconverter rules list' for all of them."
        )
    return sorted(last.values())


def _source(record: Record) -> object:
    data = record.data
    if "onnx" in data:
        return data.get("domain", ""), data["onnx"], str(data.get("since"))
    return data["torch"]


def _means(record: Record, names: Sequence[str], tables: RuleTables) -> bool:
    head = str(record.data.get("torch") or record.data.get("onnx"))
    return not names or any(fnmatchcase(head, name) or head == tables.source_catalog.canonical(name) for name in names)


def prove_statically(tables: RuleTables, places: Sequence[int]) -> Iterator[Result]:
    """Yield what needs no framework gives: the texts of the examples and the totality sweep, one result a rule.

    Args:
        tables: The tables.
        places: The places of the records of the rules.
    """
    sweep = Sweep(tables, read_helpers(tables.roots))
    for place in places:
        record = tables.records[place]
        rule = rule_of(record, tables)
        if rule is not None:
            yield _static_result(rule, record, tables, sweep)


def _static_result(rule: Rule, record: Record, tables: RuleTables, sweep: Sweep) -> Result:
    try:
        problems = [*text_problems(rule, tables), *sweep.problems(rule)]
    except MindConverterError as error:
        problems = [str(error)]
    return Result(f"{rule.head}: text and totality", f"{record.file}:{record.line}", "\n".join(problems))


def prove_under_frameworks(
    tables: RuleTables, places: Sequence[int], overlays: Sequence[Path], *, jobs: int, seconds: float = SECONDS
) -> Iterator[Result]:
    """Yield what the examples give under the frameworks, each as it is done.

    Args:
        tables: The tables.
        places: The places of the records of the rules.
        overlays: The folders of tables that win over the shipped ones.
        jobs: How many processes run examples at a time.
        seconds: How long an example may take.

    Raises:
        MissingDependencyError: A framework is not installed.
    """
    tasks: list[Task] = []
    for place in places:
        rule = rule_of(tables.records[place], tables)
        if rule is not None:
            tasks += [(place, example.name) for example in examples_that_run(rule, tables)]
    if any("onnx" in tables.records[place].data for place, _ in tasks):
        require("mindspore", "onnx", "onnxruntime")
    if any("torch" in tables.records[place].data for place, _ in tasks):
        require("mindspore", "torch")
    for index, problem in work(tasks, _runner, [[str(path) for path in overlays]], jobs=jobs, seconds=seconds):
        place, name = tasks[index]
        record = tables.records[place]
        said = problem.say if isinstance(problem, Lost) else problem
        yield Result(name, f"{record.file}:{record.line}", said, ran=True)


def _runner(overlays: Sequence[str]) -> Callable[[Task], str]:
    """Return what runs an example in this process; it gives what is wrong, or nothing."""
    tables = load_tables([Path(folder) for folder in overlays])

    def run(task: Task) -> str:
        place, name = task
        rule = rule_of(tables.records[place], tables)
        assert rule is not None
        return run_problem(next(example for example in examples_that_run(rule, tables) if example.name == name), tables)

    return run


def examples_that_run(rule: Rule, tables: RuleTables) -> Sequence[ScriptExample | OperatorExample]:
    """Return the examples of a rule that run under the frameworks, those of an operator at each version."""
    if rule.domain:
        return [found for found in examples_of(rule, tables) if found.runs]
    return [ScriptExample(rule, example) for example in rule.examples if example.runs]


def run_problem(example: ScriptExample | OperatorExample, tables: RuleTables) -> str:
    """Run an example in this process, and return what is wrong; empty if nothing is."""
    try:
        if isinstance(example, ScriptExample):
            check_script_example(example, tables)
        else:
            with tempfile.TemporaryDirectory() as folder:
                check_operator_example(example, tables, Path(folder))
    except RefusedNodeError as error:
        return "" if isinstance(example, OperatorExample) and example.may_be_left else str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
