"""Every example of every operator rule computes what onnxruntime computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.verify.operator_example import OperatorExample, operator_examples
from mindconverter.verify.operator_run import RefusedNodeError, check_operator_example
from tests.rules.shipped import tables

pytest.importorskip("mindspore")
pytest.importorskip("onnxruntime")

EXAMPLES = operator_examples(tables())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example(example: OperatorExample, tmp_path: Path) -> None:
    try:
        check_operator_example(example, tables(), tmp_path)
    except RefusedNodeError as error:
        if not example.may_be_left:
            raise
        pytest.skip(str(error))
