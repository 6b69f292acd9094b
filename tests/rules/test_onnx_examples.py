"""Every example of every operator rule computes what onnxruntime computes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules import onnx_examples as harness

pytest.importorskip("mindspore")
pytest.importorskip("onnxruntime")

CASES = harness.cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_example(case: harness.Case, tmp_path: Path) -> None:
    harness.check(case, tmp_path, graph=False)
