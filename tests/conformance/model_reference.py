"""Build a model under PyTorch, and write its weights and its output for the comparison."""

from __future__ import annotations

import importlib
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tests import models
from tests.conformance.model_case import CLASSES, SEED, ModelCase
from tests.conformance.outcome import Outcome, Result


def start() -> Callable[[ModelCase], Result]:
    """Prepare this process, and return what runs a case in it."""
    models.torchvision()
    warnings.simplefilter("ignore")
    return run_case


def run_case(case: ModelCase) -> Result:
    """Write the files of a case, and tell whether PyTorch could run it."""
    begin = time.perf_counter()
    try:
        _write(case)
    except Exception as error:
        return Result(case.name, Outcome.NOT_APPLICABLE, f"{type(error).__name__}: {error}", case.operator)
    return Result(case.name, Outcome.PASS, "", case.operator, round(time.perf_counter() - begin, 3))


def _write(case: ModelCase) -> None:
    import torch

    torch.manual_seed(SEED)
    model = models.randomise(_build(case).eval())
    with torch.no_grad():
        output = model(torch.from_numpy(case.input()))
    output = next(iter(output.values())) if isinstance(output, dict) else output
    np.savez(case.file("weights.npz"), **{name: value.numpy() for name, value in model.state_dict().items()})
    np.save(case.file("output.npy"), output.numpy())


def _build(case: ModelCase) -> Any:
    if case.library == "timm":
        import timm

        return timm.create_model(case.name, pretrained=False, num_classes=CLASSES, **case.options)
    models.torchvision()
    module = importlib.import_module(f"{case.library}.models.{case.family}")
    return getattr(module, case.name)(weights=None, num_classes=CLASSES, **case.options)
