"""Small models of several kinds compute in Graph mode what their source does; all of the list by ``run_graph``."""

from __future__ import annotations

import pytest

from tests.conformance.graph_case import read_cases
from tests.conformance.outcome import Outcome
from tests.conformance.run_graph import CASES, run

pytest.importorskip("mindspore")
pytest.importorskip("transformers")

SMALL = ("UNet", "YOLOv5", "RetinaFace", "LlamaForCausalLM", "ViTModel")


def test_small_models() -> None:
    cases = [case for case in read_cases(CASES) if case.model in SMALL]
    assert len(cases) == len(SMALL)
    results = list(run(cases, workers=1, limit=300.0))
    assert len(results) == len(SMALL)
    assert not [f"{found.name}: {found.say}" for found in results if found.outcome is not Outcome.PASS]
