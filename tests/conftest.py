"""Set what the frameworks read when they are first imported, here and in the processes that tests start."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import models

# On processors with AVX-512, MindSpore's CPU convolutions fall back to reference code without this: 0.4 s, not 4 ms.
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
os.environ.setdefault("GLOG_v", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(autouse=True)
def _pynative_again() -> Iterator[None]:
    """Undo a test's choice of graph mode, which holds for the whole process."""
    yield
    mindspore = sys.modules.get("mindspore")
    if mindspore is not None:
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, models.Exporter], Path]:
    """Return a function that exports a torchvision model, or "bert", to ONNX once in a session."""
    folder = tmp_path_factory.mktemp("onnx")

    def get(name: str, exporter: models.Exporter) -> Path:
        import torch

        target = folder / f"{name}_{exporter}.onnx"
        if target.exists():
            return target
        if name == "bert":
            arguments = tuple(torch.from_numpy(array) for array in models.bert_inputs().values())
            return models.export(models.bert(), arguments, target, exporter, input_names=list(models.bert_inputs()))
        return models.export(models.torch_model(name), (torch.zeros(models.image_shape(name)),), target, exporter)

    return get


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that saves a torchvision model whole, once in a session."""
    folder = tmp_path_factory.mktemp("pth")

    def get(name: str) -> Path:
        import torch

        target = folder / f"{name}.pth"
        if not target.exists():
            torch.save(models.torch_model(name), target)
        return target

    return get


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that freezes a Keras application to a `.pb` file once in a session."""
    folder = tmp_path_factory.mktemp("pb")

    def get(name: str) -> Path:
        target = folder / f"{name}.pb"
        return target if target.exists() else models.freeze_keras(name, target)

    return get
