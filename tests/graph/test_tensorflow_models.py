"""Whole models of Keras, from frozen graphs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import models
from tests.graph.running import check_outputs, check_report, class_names, convert, image, line_count, run_frozen

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", list(models.KERAS_MODELS))
def test_a_frozen_network_computes_the_same(frozen: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    path = frozen(name)
    result = convert(tmp_path, path, shape=[(1, 64, 64, 3)], input_nodes=["input_1:0"], output_nodes=["Identity:0"])
    data = image((1, 64, 64, 3))
    check_report(result)
    check_outputs(result, {"input_1": data}, [run_frozen(path, data)])
    assert line_count(result.script) <= {"ResNet50": 120, "MobileNetV2": 160}[name]
    blocks = [found for found in class_names(result.script) if "Block" in found]
    assert len(blocks) <= {"ResNet50": 1, "MobileNetV2": 4}[name]
