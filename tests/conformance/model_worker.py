"""Run a model of a converted package under MindSpore.

The original package cannot be imported. PyTorch can, for the parts of a package that are left, such as its optimizers.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests import models
from tests.conformance.model_case import CLASSES, ModelCase
from tests.conformance.outcome import Outcome, Result

TOLERANCE = 1e-4


def start() -> Callable[[ModelCase], Result]:
    """Prepare this process, and return what runs a case in it."""
    os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
    os.environ.setdefault("GLOG_v", "4")
    warnings.simplefilter("ignore")
    import mindspore

    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    return run_case


def run_case(case: ModelCase) -> Result:
    """Return what becomes of a case."""
    begin = time.perf_counter()
    try:
        outcome, say = _judge(case)
    except Exception as error:
        outcome, say = Outcome.RUN_ERROR, _told(error, Path(case.package))
    return Result(case.name, outcome, say, case.operator, round(time.perf_counter() - begin, 3))


def _judge(case: ModelCase) -> tuple[Outcome, str]:
    import mindspore

    from mindconverter import convert_checkpoint

    mindspore.set_seed(1)
    network = _build(case)
    stored = np.load(case.file("weights.npz"))
    with warnings.catch_warnings(record=True) as unused:
        warnings.simplefilter("always")
        parameters = convert_checkpoint({name: stored[name] for name in stored.files}, network)
    missing, unexpected = mindspore.load_param_into_net(network, parameters, strict_load=True)
    leftover = [str(item.message) for item in unused if item.category.__name__ == "UnusedWeightWarning"]
    if missing or unexpected or leftover:
        return Outcome.MISMATCH, "; ".join(leftover) or f"not loaded: {missing} {unexpected}"
    network.set_train(False)
    found = network(mindspore.Tensor(case.input()))
    output = (next(iter(found.values())) if isinstance(found, dict) else found).asnumpy()
    expected = np.load(case.file("output.npy"))
    if output.shape != expected.shape:
        return Outcome.MISMATCH, f"the shape is {output.shape}, not {expected.shape}"
    error = float(np.abs(output - expected).max() / max(np.abs(expected).max(), 1e-12))
    if not error <= TOLERANCE:
        return Outcome.MISMATCH, f"the output is off by {error:.1e} of its largest value"
    return Outcome.PASS, f"{error:.0e}"


def _build(case: ModelCase) -> Any:
    package = Path(case.package)
    if case.library == "torchvision":
        sys.modules["torch"] = None  # type: ignore[assignment]
    if case.library == "timm":
        models.torchvision()
        if str(package.parent) not in sys.path:
            sys.path.insert(0, str(package.parent))
        timm = importlib.import_module("timm")
        return timm.create_model(case.name, pretrained=False, num_classes=CLASSES, **case.options)
    # The models lie in their package again, whose other parts are not there. Their own `__init__` would import those
    # for detection and optical flow, which are not looked at here.
    for name, path in ((case.library, package.parent), (f"{case.library}.models", package)):
        if sys.modules.get(name) is None:
            shell = types.ModuleType(name)
            shell.__path__ = [str(path)] if path == package else []
            sys.modules[name] = shell
    module = importlib.import_module(f"{case.library}.models.{case.family}")
    return getattr(module, case.name)(weights=None, num_classes=CLASSES, **case.options)


def _told(error: Exception, package: Path) -> str:
    """Return an exception with the place in the converted package that it comes from."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and set(line.strip()) != {"-"}]
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(str(package)):
            place = f" at {Path(frame.filename).relative_to(package).as_posix()}:{frame.lineno}"
    return f"{type(error).__name__}: {' '.join(lines)[:300]}{place}"
