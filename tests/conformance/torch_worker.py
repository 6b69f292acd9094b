"""Convert the samples of a case of PyTorch's suites, and run the results under MindSpore."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mindconverter.verify.derivatives import GradientError
from tests.conformance.outcome import Outcome, Result
from tests.conformance.torch_suites import Case

HEADER = "import torch\nfrom torch import Tensor, nn\n\n\n"


def start() -> Callable[[Case], Result]:
    """Prepare this process, and return what runs a case in it."""
    os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
    os.environ.setdefault("GLOG_v", "4")
    import mindspore
    import torch

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    mindspore.runtime.launch_blocking()
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    return run_case


def run_case(case: Case) -> Result:
    """Return what becomes of a case: the worst of its samples."""
    from tests.conformance import torch_modules, torch_optimizers

    begin = time.perf_counter()
    runs = {"op_db": _run_functions, "module_db": torch_modules.run, "optim_db": torch_optimizers.run}
    try:
        parts = tuple(runs[case.suite](case))
    except Exception as error:
        parts = (failure(case.name, error),)
    seconds = round(time.perf_counter() - begin, 3)
    if not parts:
        return Result(case.name, Outcome.NOT_APPLICABLE, "no sample can be written down", case.operator, seconds)
    order = list(Outcome)
    worst = max(parts, key=lambda part: order.index(part.outcome))
    return Result(case.name, worst.outcome, worst.say, case.operator, seconds, parts)


def failure(name: str, error: Exception) -> Result:
    """Return the result of a sample that raised an error."""
    from tests.conformance.torch_values import MismatchError

    if isinstance(error, (MismatchError, GradientError)):
        return Result(name, Outcome.MISMATCH, str(error))
    return Result(name, Outcome.RUN_ERROR, f"{type(error).__name__}: {line(error)}")


def line(problem: object) -> str:
    """Return the text of an error in one line."""
    lines = [text.strip() for text in str(problem).partition("- C++ Call Stack")[0].splitlines()]
    return " ".join(text for text in lines if text and set(text) != {"-"})[:300]


class Script:
    """Hold a script of several pieces, its conversion, and what each piece became."""

    def __init__(self, pieces: Sequence[str]) -> None:
        from mindconverter import convert_source
        from mindconverter.report.diagnostics import Outcome as Conversion
        from tests.conformance.torch_tables import tables

        text, self._ends = HEADER, []
        for piece in pieces:
            text += piece + "\n\n"
            self._ends.append(text.count("\n"))
        conversion = convert_source(text, tables=tables())
        self.source, self.code = text, conversion.code
        self._left: dict[int, str] = {}
        self._noted: set[int] = set()
        for item in conversion.diagnostics:
            index = next((i for i, end in enumerate(self._ends) if item.line <= end), len(pieces))
            if item.line <= HEADER.count("\n"):
                continue
            if item.outcome is Conversion.UNCONVERTED:
                self._left.setdefault(index, f"{item.source.split('(')[0]}: {line(item.say)}")
            elif item.outcome in (Conversion.REVIEW, Conversion.WARNED):
                self._noted.add(index)

    def refused(self, index: int) -> str:
        """Return why a piece is not converted; empty if it is."""
        return self._left.get(index, "")

    def noted(self, index: int) -> bool:
        """Tell whether the report carries a remark about a piece."""
        return index in self._noted

    def run(self) -> Mapping[str, Any]:
        """Return the names that the converted script defines."""
        scope: dict[str, Any] = {"__name__": "converted"}
        exec(compile(self.code, "converted.py", "exec"), scope)
        return scope

    def original(self) -> Mapping[str, Any]:
        """Return the names that the script defines under PyTorch."""
        scope: dict[str, Any] = {"__name__": "original"}
        exec(compile(self.source, "original.py", "exec"), scope)
        return scope


def _run_functions(case: Case) -> list[Result]:
    from tests.conformance.torch_functions import DECOMPOSITION, arranged, chosen, compare_derivatives, samples
    from tests.conformance.torch_tables import tables
    from tests.conformance.torch_values import annotated, compare, to_target

    found = [
        (f"sample {number} {form}", sample, text)
        for number, sample in enumerate(samples(case, tables()))
        if case.sample in (None, number)
        for form, text in sample.texts.items()
    ]
    pieces = [
        f"def f{index}({', '.join(map(annotated, sample.values.items()))}):\n    return {text}\n"
        for index, (_, sample, text) in enumerate(found)
    ]
    if not pieces:
        return []
    script = Script(pieces)
    scope = script.run()
    change = np.abs if DECOMPOSITION.match(case.operator) else (lambda array: array)
    results: list[Result] = []
    for index, (name, sample, text) in enumerate(found):
        if script.refused(index):
            results.append(Result(name, Outcome.REFUSED, script.refused(index)))
            continue
        try:
            output = scope[f"f{index}"](*map(to_target, sample.values.values()))
            expected, output = arranged(case.operator, sample.expected), arranged(case.operator, output)
            first = next(iter(sample.values.values()), None)
            expected, output = (chosen(case.operator, text, value, first) for value in (expected, output))
            compare(expected, output, values=not sample.random, change=change)
            if name.endswith(" given") and not sample.random:
                compare_derivatives(text, sample.values, scope[f"f{index}"])
            results.append(Result(name, Outcome.PASS))
        except Exception as error:
            bad = failure(name, error)
            note = " (with a remark)" * script.noted(index)
            results.append(replace(bad, say=f"{bad.say}{note} in {text:.200}"))
    return results
