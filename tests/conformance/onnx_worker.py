"""Convert a case of onnx.backend.test, and run the result under MindSpore."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.conformance.onnx_backend import Case, MismatchError, compare
from tests.conformance.outcome import Outcome, Result


def start() -> Callable[[Case], Result]:
    """Prepare this process, and return what runs a case in it."""
    os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
    os.environ.setdefault("GLOG_v", "4")
    import mindspore

    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    return run_case


def run_case(case: Case) -> Result:
    """Return what becomes of a case."""
    if case.foreign:
        return Result(case.name, Outcome.NOT_APPLICABLE, f"MindSpore has no type for {case.foreign}", case.operator)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        outcome, say, operator = _judge(case, Path(folder))
    return Result(case.name, outcome, say, operator or case.operator, round(time.perf_counter() - begin, 3))


def _judge(case: Case, folder: Path) -> tuple[Outcome, str, str]:
    from mindconverter import convert_model
    from mindconverter.errors import MindConverterError
    from mindconverter.report.diagnostics import Outcome as Conversion

    file = folder / "model.onnx"
    file.write_bytes(case.model)
    try:
        conversion = convert_model(file, output=folder)
    except MindConverterError as error:
        return Outcome.CONVERSION_ERROR, _line(error.message), ""
    except Exception as error:
        return Outcome.CONVERSION_ERROR, f"unforeseen: {_line(error)}", ""
    for diagnostic in conversion.diagnostics:
        if diagnostic.outcome is Conversion.UNCONVERTED:
            return Outcome.UNSUPPORTED, _line(diagnostic.say), diagnostic.source
    try:
        network = conversion.load()
        for inputs, outputs in case.data_sets:
            result = network(*(_to_tensor(value) for value in inputs))
            several = isinstance(result, tuple) and len(outputs) > 1
            found = [_to_array(item) for item in (result if several else (result,))]
            compare(case, outputs, found)
    except MismatchError as error:
        return Outcome.MISMATCH, str(error), ""
    except Exception as error:
        if case.bfloat16:
            return Outcome.NOT_APPLICABLE, f"bfloat16 does not run on CPU: {_line(error)}", ""
        return Outcome.RUN_ERROR, f"{type(error).__name__}: {_line(error)}", ""
    return Outcome.PASS, "", ""


def _to_tensor(value: Any) -> Any:
    import mindspore

    if value is None:
        return None
    if isinstance(value, list):
        return [_to_tensor(item) for item in value]
    if value.dtype.name == "bfloat16":
        return mindspore.Tensor(value.astype(np.float32), mindspore.bfloat16)
    return mindspore.Tensor(np.array(value, order="C"))


def _to_array(value: Any) -> Any:
    import mindspore

    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [_to_array(item) for item in value]
    if not isinstance(value, mindspore.Tensor):
        return np.asarray(value)
    if value.dtype == mindspore.bfloat16:
        import ml_dtypes

        return value.astype(mindspore.float32).asnumpy().astype(ml_dtypes.bfloat16)
    return value.asnumpy()


def _line(problem: object) -> str:
    lines = [line.strip() for line in str(problem).splitlines()]
    return " ".join(line for line in lines if line and set(line) != {"-"})[:400]
