"""Small models of timm's converted package compute what PyTorch computes; all families by ``run_models``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conformance.model_case import read_cases
from tests.conformance.outcome import Outcome
from tests.conformance.run_models import CASES, run

pytest.importorskip("mindspore")
if find_spec("timm") is None:  # it is read, not imported: that needs operators which are declared in the workers only
    pytest.skip("timm is not installed", allow_module_level=True)

SMALL = ("test_convnext", "test_efficientnet", "test_resnet", "test_vit")


def test_models_of_a_converted_package(tmp_path: Path) -> None:
    cases = [case for case in read_cases(CASES) if case.name in SMALL]
    assert len(cases) == len(SMALL)
    results = run(cases, tmp_path, keep=False, workers=1, limit=120.0)
    assert not [f"{found.name}: {found.say}" for found in results if found.outcome is not Outcome.PASS]
