"""torchvision's own model files convert whole, run without PyTorch, and compute what PyTorch computes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter import convert_script
from mindconverter.report.diagnostics import Outcome
from tests import models

FILES = {
    "resnet": ("resnet18", "resnet50"),
    "alexnet": ("alexnet",),
    "vgg": ("vgg11", "vgg16_bn"),
    "mobilenetv2": ("mobilenet_v2",),
    "densenet": ("densenet121",),
    "squeezenet": ("squeezenet1_0", "squeezenet1_1"),
    "googlenet": ("googlenet",),
}
# Compiling takes seconds a model: one of each way in which the files build and run their modules.
IN_GRAPH_MODE = ("resnet18", "mobilenet_v2", "densenet121", "googlenet")
RUNNER = Path(__file__).with_name("run_network.py")
ROOT = Path(__file__).resolve().parents[2]


def source_file(stem: str) -> Path:
    return Path(models.torchvision().__file__).parent / "models" / f"{stem}.py"


def prepare(name: str, folder: Path) -> tuple[dict[str, str], np.ndarray[Any, Any]]:
    """Write the weights and the input of a model to files; return the job of the runner and PyTorch's output."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = models.torch_model(name)
    inputs = np.random.default_rng(0).standard_normal((2, 3, 64, 64), dtype=np.float32)
    with torch.no_grad():
        expected = model(torch.from_numpy(inputs)).numpy()
    job = {key: str(folder / f"{name}.{key}") for key in ("weights.npz", "input.npy", "output.npy")}
    np.savez(job["weights.npz"], **{key: tensor.numpy() for key, tensor in model.state_dict().items()})
    np.save(job["input.npy"], inputs)
    options = json.dumps({"num_classes": 10})
    graph = "yes" if name in IN_GRAPH_MODE else ""
    files = {key.split(".")[0]: path for key, path in job.items()}
    return {"name": name, "options": options, "graph": graph, **files}, expected


@pytest.mark.parametrize("stem", sorted(FILES))
def test_the_file_converts_and_its_models_equal_pytorch(stem: str, tmp_path: Path) -> None:
    (result,) = convert_script(source_file(stem), output=tmp_path / "output")
    left = [finding for finding in result.diagnostics if finding.outcome is Outcome.UNCONVERTED]
    assert not left, left
    report = (tmp_path / "output" / f"report_of_{stem}.txt").read_text(encoding="utf-8")
    assert "[UnConvert]" not in report

    prepared = [prepare(name, tmp_path) for name in FILES[stem]]
    jobs = tmp_path / "jobs.json"
    jobs.write_text(json.dumps([job for job, _ in prepared]), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(RUNNER), str(tmp_path / "output" / f"{stem}.py"), str(jobs)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]

    for job, expected in prepared:
        output = np.load(job["output"])
        scale = np.abs(expected).max()
        np.testing.assert_allclose(output, expected, rtol=1e-4, atol=1e-4 * scale, err_msg=job["name"])
        Path(job["weights"]).unlink()
