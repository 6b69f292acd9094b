"""The examples of the rules for scripts hold: text and numbers."""

from __future__ import annotations

import pytest

from mindconverter.verify.script_example import ScriptExample, script_examples
from mindconverter.verify.script_run import check_script_example
from tests.rules.shipped import tables

# What runs on no side is compared by `test_rules_test.py`, with all other texts.
EXAMPLES = [example for example in script_examples(tables()) if example.example.runs]


@pytest.mark.parametrize("example", [pytest.param(example, id=example.name) for example in EXAMPLES])
def test_the_example_computes_what_pytorch_computes(example: ScriptExample) -> None:
    check_script_example(example, tables())
