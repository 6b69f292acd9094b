"""Every example of every operator rule computes what onnxruntime computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.rules import onnx_examples as harness

pytest.importorskip("mindspore")
pytest.importorskip("onnxruntime")

CASES = harness.cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_example(case: harness.Case, tmp_path: Path) -> None:
    check(case, tmp_path, graph=False)


@pytest.mark.sweep
@pytest.mark.parametrize("case", harness.newest(CASES), ids=lambda case: case.name)
def test_example_in_graph_mode(case: harness.Case, tmp_path: Path) -> None:
    check(case, tmp_path, graph=True)


def check(case: harness.Case, folder: Path, *, graph: bool) -> None:
    import mindspore

    mindspore.runtime.launch_blocking()
    inputs = harness.arrays(case)
    wanted = harness.expected(case, inputs)
    try:
        found = harness.convert_and_run(case, inputs, folder, graph=graph)
    except harness.RefusedNodeError as error:
        if harness.runs_with_weights_only(case):
            pytest.skip(str(error))
        raise
    assert len(found) == len(wanted)
    for result, right in zip(found, wanted, strict=True):
        assert result.shape == right.shape
        assert result.dtype == right.dtype
        np.testing.assert_allclose(result, right, rtol=harness.RELATIVE, atol=harness.ABSOLUTE)
