"""Convert a model in Graph mode, and run it beside its source."""

from __future__ import annotations

import json
import os
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mindconverter import convert_model
from mindconverter.errors import MindConverterError
from mindconverter.graph.convert import ModelConversion
from mindconverter.report.diagnostics import Outcome as Finding
from tests import models
from tests.conformance import graph_models
from tests.conformance.graph_case import Array, GraphCase, GraphResult
from tests.conformance.outcome import Outcome
from tests.graph.running import MODES, line_count, run_converted

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-4


def start() -> Callable[[GraphCase], GraphResult]:
    """Prepare this process, and return what runs a case in it."""
    os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
    os.environ.setdefault("GLOG_v", "4")
    warnings.simplefilter("ignore")
    return run_case


def run_case(case: GraphCase) -> GraphResult:
    """Return what becomes of a case."""
    begin = time.perf_counter()
    blank = GraphResult(case.name, Outcome.PASS, "", case.operator)
    try:
        with TemporaryDirectory() as folder:
            found = _judge(case, Path(folder), blank)
    except MindConverterError as error:
        found = replace(blank, outcome=Outcome.CONVERSION_ERROR, say=_line(str(error)))
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        say = f"{type(error).__name__}: {error} at {Path(place.filename).name}:{place.lineno}"
        found = replace(blank, outcome=Outcome.RUN_ERROR, say=_line(say))
    return replace(found, seconds=round(time.perf_counter() - begin, 1))


def _judge(case: GraphCase, folder: Path, blank: GraphResult) -> GraphResult:
    arrays = case.arrays()
    conversion, expected = (_keras if case.library == "keras" else _torch)(case, arrays, folder)
    counted = [item for item in conversion.diagnostics if item.outcome is not Finding.NOTE]
    left = [item for item in counted if item.outcome is Finding.UNCONVERTED]
    found = replace(blank, nodes=len(counted), left=len(left), lines=line_count(conversion.script))
    (weights,) = json.loads(conversion.weight_map.read_text(encoding="utf-8")).values()
    same = [own for own in weights if _identity(own["converted_weight"]) == _identity(own["source_weight"])]
    found = replace(found, weights=len(weights), same=len(same))
    if left:
        names = ", ".join(sorted({item.source for item in left}))
        return replace(found, outcome=Outcome.UNSUPPORTED, say=_line(f"not converted: {names}"))
    feeds = {str(index): array for index, array in enumerate(arrays)}
    for mode in MODES:
        outputs = run_converted(conversion, feeds, mode)
        if [own.shape for own in outputs] != [other.shape for other in expected]:
            shapes = " ".join(str(own.shape) for own in outputs)
            return replace(found, outcome=Outcome.MISMATCH, say=f"the shapes are {shapes} in {mode}")
        worst = max(_difference(own, other) for own, other in zip(outputs, expected, strict=True))
        found = replace(found, differences=(*found.differences, worst))
        if not worst <= TOLERANCE:
            return replace(found, outcome=Outcome.MISMATCH, say=f"off by {worst:.1e} in {mode}")
    return found


def _torch(case: GraphCase, arrays: list[Array], folder: Path) -> tuple[ModelConversion, list[Array]]:
    """Convert a module that a factory builds, and run it under PyTorch."""
    import torch

    module = graph_models.torch_model(case.library, case.model, case.options)
    with torch.no_grad():
        result = module(*map(torch.from_numpy, arrays))
    expected = [tensor.numpy() for tensor in graph_models.flat(result)]
    conversion = convert_model(
        model_entry="tests.conformance.graph_models:torch_model",
        model_args=[case.library, case.model, dict(case.options)],
        shape=[item.shape for item in case.inputs],
        input_types=[item.dtype for item in case.inputs],
        project_path=ROOT,
        output=folder,
    )
    return conversion, expected


def _keras(case: GraphCase, arrays: list[Array], folder: Path) -> tuple[ModelConversion, list[Array]]:
    """Save an application of Keras, convert it, and run it under TensorFlow."""
    shape = case.inputs[0].shape
    model = models.keras_model(case.model, shape[1])
    expected = [np.asarray(model(arrays[0], training=False))]
    conversion = convert_model(models.save_keras(model, case.form, folder), [shape], output=folder / "converted")
    return conversion, expected


def _difference(own: Array, other: Array) -> float:
    """Return how far two arrays are apart, relative to the largest value."""
    if not other.size:
        return 0.0
    return float(np.abs(own - other).max() / max(float(np.abs(other).max()), 1e-12))


def _identity(weight: Mapping[str, Any]) -> tuple[str, list[int]]:
    """Return what tells a weight from others: the types of elements are written in two ways."""
    return weight["name"], weight["shape"]


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
