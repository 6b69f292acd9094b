"""Run an example of an operator's rule: one node under onnxruntime, and what the rule makes of it under MindSpore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mindconverter.graph.convert import convert_model
from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.tables import RuleTables
from mindconverter.verify.example_values import Array
from mindconverter.verify.operator_example import (
    Inputs,
    OperatorExample,
    build_model,
    flat_names,
    has_all_names,
)
from mindconverter.verify.script_run import ABSOLUTE, RELATIVE, ExampleError


class RefusedNodeError(ExampleError):
    """The rule does not convert the node; the message says why."""


def check_operator_example(found: OperatorExample, tables: RuleTables, folder: Path, *, graph: bool = False) -> None:
    """Run an example through a conversion, and compare it with what is expected.

    Args:
        found: The example.
        tables: The tables to convert by.
        folder: Where the files go.
        graph: Whether to run it in graph mode.

    Raises:
        RefusedNodeError: The rule makes nothing of the node.
        ExampleError: The values differ.
    """
    import mindspore

    mindspore.runtime.launch_blocking()
    inputs = found.inputs
    wanted = expected(found, tables, inputs)
    results = convert_and_run(found, tables, inputs, folder, graph=graph)
    if len(results) != len(wanted):
        raise ExampleError(f"There are {len(results)} outputs, not {len(wanted)}.")
    for result, right in zip(results, wanted, strict=True):
        if (result.shape, result.dtype) != (right.shape, right.dtype):
            raise ExampleError(f"The output is {result.dtype}{result.shape}, not {right.dtype}{right.shape}.")
        try:
            np.testing.assert_allclose(result, right, rtol=RELATIVE, atol=ABSOLUTE)
        except AssertionError as error:
            raise ExampleError(str(error).strip()) from error


def expected(found: OperatorExample, tables: RuleTables, inputs: Inputs) -> list[Array]:
    """Return what the example says, or else run the node.

    It runs under onnxruntime, at another version of the same rule if it lacks the version; else under ONNX's reference.

    Raises:
        ExampleError: Nothing runs it.
    """
    if found.example.result:
        value = eval(found.example.result, {"np": np, **inputs})  # code of the tables, as the inputs are
        return [np.asarray(item) for item in (value if isinstance(value, list) else [value])]
    order = sorted(found.rule.since, key=lambda version: (version != found.since, version < found.since, version))
    problems = []
    for run in (_run_onnxruntime, _run_reference):
        for version in order:
            schema = tables.operators.schema(found.rule.domain, found.rule.head, version)
            if schema is None or not has_all_names(found.example, schema):
                continue
            at = replace(found, schema=schema)
            model = build_model(at, version, inputs)
            arrays = dict(flat_names(schema, inputs))
            feeds = {value.name: arrays[value.name] for value in model.graph.input}
            try:
                return run(model, feeds)
            except Exception as error:
                problems.append(f"{run.__name__} at {version}: {str(error).splitlines()[0]}")
    raise ExampleError("\n".join(problems))


def _run_onnxruntime(model: Any, feeds: Mapping[str, Any]) -> list[Array]:
    import onnx
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(inferred.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, dict(feeds)))


def _run_reference(model: Any, feeds: Mapping[str, Any]) -> list[Array]:
    from onnx.reference import ReferenceEvaluator

    return list(ReferenceEvaluator(model).run(None, dict(feeds)))


def convert_and_run(
    found: OperatorExample, tables: RuleTables, inputs: Inputs, folder: Path, *, graph: bool = False
) -> list[Array]:
    """Convert the model of the node and run the result.

    Args:
        found: What to run.
        tables: The tables to convert by.
        inputs: The arrays of the node's inputs.
        folder: Where the files go.
        graph: Whether to run it in graph mode.

    Raises:
        RefusedNodeError: The rule makes nothing of the node.
    """
    import mindspore
    import onnx

    model = build_model(found, found.since, inputs)
    file = folder / "one_node.onnx"
    onnx.save(model, str(file))
    conversion = convert_model(file, output=folder, tables=tables)
    for diagnostic in conversion.diagnostics:
        if diagnostic.outcome is Outcome.UNCONVERTED:
            raise RefusedNodeError(diagnostic.say)
    network = conversion.load()
    mindspore.set_context(mode=mindspore.GRAPH_MODE if graph else mindspore.PYNATIVE_MODE)
    arrays = dict(flat_names(found.schema, inputs))
    free = [arrays[value.name] for value in model.graph.input]
    result = network(*(mindspore.Tensor(array) for array in free))
    return [_array(item) for item in (result if isinstance(result, (tuple, list)) else [result])]


def _array(value: Any) -> Array:
    return np.asarray(value.asnumpy() if hasattr(value, "asnumpy") else value)
