"""The shipped tables, read once for all tests of a process."""

from __future__ import annotations

from functools import cache

from mindconverter.rules.model import Rule
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.verify.operator_example import OperatorExample, examples_of
from mindconverter.verify.proof import matching
from mindconverter.verify.texts import rule_of


@cache
def tables() -> RuleTables:
    return load_tables()


def operator_examples() -> list[OperatorExample]:
    """Return what there is to run, by file and operator: each example at each version, in each way."""
    return [found for rule in operator_rules() for found in examples_of(rule, tables()) if found.runs]


def operator_rules() -> list[Rule]:
    rules = (rule_of(tables().records[place], tables()) for place in matching(tables(), []))
    return [rule for rule in rules if rule is not None and rule.domain]
