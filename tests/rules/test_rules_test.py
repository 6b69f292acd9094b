"""`rules test` compares the texts of all examples, and sweeps over the forms of calls of every rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mindconverter.cli.main import main
from mindconverter.rules.lint.helper_functions import read_helpers
from mindconverter.verify.proof import matching
from mindconverter.verify.script_example import convert_example, script_examples, script_problems
from mindconverter.verify.texts import operator_text_problems, rule_of
from mindconverter.verify.totality import Sweep
from tests.rules.shipped import operator_rules, tables


def test_what_a_rule_makes_of_any_form_of_a_call_fits_its_target() -> None:
    sweep = Sweep(tables(), read_helpers(tables().roots))
    rules = [rule_of(tables().records[place], tables()) for place in matching(tables(), [])]
    assert len(rules) > 2500
    assert {rule.head: found for rule in rules if rule is not None and (found := sweep.problems(rule))} == {}


def test_examples_that_no_side_runs_become_what_they_say() -> None:
    examples = [example for example in script_examples(tables()) if not example.example.runs]
    problems = {item.name: script_problems(item, convert_example(item, tables())) for item in examples}
    assert {name: found for name, found in problems.items() if found} == {}


def test_examples_of_operators_that_no_side_runs_become_what_they_say() -> None:
    pytest.importorskip("onnx")
    still = [
        replace(rule, examples=tuple(example for example in rule.examples if not example.runs))
        for rule in operator_rules()
    ]
    assert [problem for rule in still for problem in operator_text_problems(rule, tables())] == []


OVERLAY = """\
format: 1
rules:
  - torch: mylib.scale
    helper: scaled
    overloads:
      - signature: "(x, factor=2)"
    examples:
      - {{source: "mylib.scale(x, factor=3)", result: "{result}", inputs: {{x: "arr(2)"}}, static: true}}
"""
HELPER = '''"""Scale."""


def scaled(x, {parameter}=2):
    """Return a multiple."""
    return x * {parameter}
'''


def overlay(folder: Path, *, result: str, parameter: str) -> Path:
    (folder / "helpers").mkdir()
    (folder / "mine.yaml").write_text(OVERLAY.format(result=result))
    (folder / "helpers" / "mine.py").write_text(HELPER.format(parameter=parameter))
    return folder


@pytest.mark.parametrize(
    ("result", "parameter", "problem"),
    [
        ("scaled(x, factor=3)", "factor", ""),
        ("scaled(x, 3)", "factor", "It becomes 'scaled(x, factor=3)', not 'scaled(x, 3)'."),
        ("scaled(x, factor=3)", "by", "scaled does not take what it is given: there is no parameter 'factor'."),
    ],
)
def test_the_rules_of_an_overlay_are_tested(
    result: str, parameter: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = overlay(tmp_path, result=result, parameter=parameter)
    status = main(["rules", "test", "mylib.scale", "--rules", str(folder), "--static"])
    printed = capsys.readouterr().out
    assert status == bool(problem)
    assert problem in printed
    assert f"1 rules, 0 examples run: {int(bool(problem))} failed." in printed
