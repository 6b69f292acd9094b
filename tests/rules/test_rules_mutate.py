"""`rules mutate` damages the tables, and lint, examples and the sweep over calls notice it."""

from __future__ import annotations

from functools import cache

import pytest

from mindconverter.rules.expr import parse_expression
from mindconverter.rules.lint.contradiction import disjoint
from mindconverter.rules.source_files import Record
from mindconverter.verify.judge import Judge, Witness, judge
from mindconverter.verify.mutants import Damage, Mutant
from mindconverter.verify.proof import matching
from mindconverter.verify.score import all_mutants, sampled, scores
from mindconverter.verify.text_edits import arguments_changed, literals_changed
from tests.rules.shipped import tables

SAMPLE, SEED = 100, 1
LEAST = 0.95
"""The share of the sample that has to be noticed without running anything: what the tables reach, and no less."""


@cache
def shipped_judge() -> Judge:
    return judge(tables())


def mutants_of(name: str) -> list[Mutant]:
    (place,) = matching(tables(), [name])
    return list(Damage(tables(), shipped_judge().sweep.helpers).mutants(tables().records[place]))


def test_each_part_of_a_rule_is_damaged() -> None:
    found = {(mutant.kind, mutant.edit) for mutant in mutants_of("torch.nn.Conv1d")}
    assert {
        ("drop argument", "args.group is left out"),
        ("swap arguments", "args.group and args.has_bias are exchanged"),
        ("drop transform", "weights.weight: expand_dims(weight, 2) becomes weight"),
        ("swap weights", "weights.weight and weights.bias are exchanged"),
        ("negate condition", "is_int(padding) is negated"),
        ("reorder cases", "the case known(padding) and (padding == 0 or padding == 'valid') comes one earlier"),
        ("change target", "to: mindspore.nn.Conv1d becomes mindspore.nn.Conv1dTranspose"),
    } <= found
    assert not any(mutant.data == mutant.original.data for mutant in mutants_of("torch.nn.Conv1d"))


def test_cases_that_exclude_each_other_or_do_the_same_are_not_exchanged() -> None:
    found = [mutant.edit for mutant in mutants_of("torch.nn.Conv2d") if mutant.kind == "reorder cases"]
    assert "the case known(padding) and (padding == 0 or padding == 'valid') comes one earlier" in found
    assert "the case is_int(padding) comes one earlier" not in found  # the one before is for a text
    assert not any(mutant.kind == "reorder cases" for mutant in mutants_of("torch.nn.functional.batch_norm"))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("n == 1 or n == 2", "n == 3 and (a or b)", True),
        ("n == 1 or a", "n == 3", False),
        ("x is None", "is_int(x) or is_str(x)", True),
        ("x is not None", "is_int(x)", False),
        ("is_int(x)", "is_bool(x)", True),
        ("is_int(x)", "is_number(x)", False),
        ("x == 'same'", "is_int(x)", True),
        ("x == 0", "is_float(x)", False),
        ("not known(x)", "x is None", True),
        ("not known(x)", "y == x", True),
        ("not known(x)", "x != 0", False),
        ("x in ('a', 'b')", "x in ('c', 'd')", True),
        ("x in ('a', 'b')", "x not in ('a', 'b', 'c')", True),
        ("x in ('a', 'b')", "x in ('b', 'c')", False),
        ("n > 3", "n in (1, 2, 3)", True),
        ("n != 2", "not n != 2 and a", True),
        ("not (a and b)", "a and b and c", True),
        ("not (a and b)", "a and c", False),
    ],
)
def test_conditions_are_disjoint_where_no_alternatives_hold_together(one: str, other: str, apart: bool) -> None:
    assert disjoint(parse_expression(one).tree, parse_expression(other).tree) is apart


def test_cases_of_which_an_earlier_one_takes_all_that_both_hold_for_are_not_exchanged() -> None:
    found = [mutant.edit for mutant in mutants_of("Div") if mutant.kind == "reorder cases"]
    assert found == ["the case placed comes one earlier"]  # what is placed and of integers is the first case's


def test_a_sample_hardly_depends_on_the_mutants_of_other_rules() -> None:
    alone = mutants_of("torch.nn.Conv2d")
    more = [*mutants_of("torch.nn.Linear"), *alone, *mutants_of("torch.sum")]
    found = {more[index].edit for index in sampled(more, 10, SEED) if more[index].head == "torch.nn.Conv2d"}
    assert 0 < len(found) < 10
    assert found < {alone[index].edit for index in sampled(alone, 10, SEED)}


@pytest.mark.parametrize(
    ("name", "edit", "witness"),
    [
        ("torch.nn.Linear", "args.in_channels is left out", Witness.LINT),
        ("torch.nn.Conv1d", "is_int(padding) is negated", Witness.TEXT),
        ("torch.sum", "mint: mindspore.mint.sum becomes mindspore.mint.swapaxes", Witness.LINT),
        ("LeakyRelu", "call: mindspore.ops.leaky_relu becomes mindspore.ops.lerp", Witness.LINT),
    ],
)
def test_the_quickest_witness_is_named(name: str, edit: str, witness: Witness) -> None:
    mutants = mutants_of(name)
    mutant = next((mutant for mutant in mutants if mutant.edit == edit), None)
    assert mutant is not None, [mutant.edit for mutant in mutants]
    assert shipped_judge().verdict(mutant).witness is witness


def test_literals_and_arguments_change_one_at_a_time() -> None:
    assert [text for text, _ in literals_changed("f({x}, 1, mode='a') if True else None")] == [
        "f({x}, 2, mode='a') if True else None",
        "f({x}, 1, mode='a_') if True else None",
        "f({x}, 1, mode='a') if False else None",
    ]
    assert [text for text, _ in arguments_changed("f({x}, {y}, n=1)")] == ["f({y}, {x}, n=1)", "f({x}, {y})"]


def test_a_sample_of_the_mutants_is_noticed() -> None:
    mutants = all_mutants(shipped_judge(), matching(tables(), []))
    found = [shipped_judge().verdict(mutants[index]) for index in sampled(mutants, SAMPLE, SEED)]
    (score,) = scores(found, lambda _: "sample")
    alive = [f"{item.mutant.head}: {item.mutant.edit}" for item in found if item.witness is Witness.NOBODY]
    assert score.share >= LEAST, alive


def test_a_record_that_takes_the_place_of_another_leaves_the_tables_alone() -> None:
    (place,) = matching(tables(), ["torch.abs"])
    old = tables().records[place]
    new = Record(old.kind, {**old.data, "to": "mindspore.ops.neg"}, old.file, old.line, old.column, old.index)
    rule, other = tables().api_rule("torch.abs"), tables().with_record(old, new).api_rule("torch.abs")
    assert rule is not None
    assert other is not None
    assert (rule.action.to, other.action.to) == ("mindspore.ops.abs", "mindspore.ops.neg")
