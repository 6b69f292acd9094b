"""Every example of every operator rule computes what onnxruntime computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from tests.rules import onnx_examples as harness

pytest.importorskip("mindspore")
pytest.importorskip("onnxruntime")

CASES = harness.cases()
# Operators whose helpers use what graph mode cannot compile, by the start of the case's name.
NOT_IN_GRAPH_MODE = (
    "linear-Einsum-28-7",
    "linear-Einsum-28-8",
    "linear-Einsum-28-9",
    "region-MaxRoiPool-",
    "region-RoiAlign-10-",
    "region-RoiAlign-22-1",
    "resize-CenterCropPad-",
    "resize-Col2Im-",
    "selection-NonMaxSuppression-",
    "signal-BlackmanWindow-",
    "signal-HammingWindow-",
    "signal-HannWindow-",
    "signal-MelWeightMatrix-",
    "signal-STFT-",
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_example(case: harness.Case, tmp_path: Path) -> None:
    check(case, tmp_path, graph=False)


def in_graph_mode(case: harness.Case) -> ParameterSet:
    """Return a case, as a known gap where graph mode cannot compile its helper."""
    gap = pytest.mark.xfail(reason="the helper does not compile in graph mode", strict=True)
    return pytest.param(case, id=case.name, marks=[gap] if case.name.startswith(NOT_IN_GRAPH_MODE) else [])


@pytest.mark.slow
@pytest.mark.parametrize("case", [in_graph_mode(case) for case in harness.newest(CASES)])
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
