"""Run the examples of operator rules: one node under onnxruntime, and what the rule makes of it under MindSpore."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mindconverter.graph.convert import convert_model
from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.catalog import OperatorSchema
from mindconverter.rules.model import Action, Example, Rule
from mindconverter.rules.tables import RuleTables, load_tables

Array = npt.NDArray[Any]
RELATIVE, ABSOLUTE = 1e-4, 1e-5


@dataclass(frozen=True)
class Case:
    """One example at one version of the operator; some inputs may be weights or constant scalars."""

    rule: Rule
    example: Example
    since: int
    weights: bool = False
    scalars: bool = False

    @property
    def name(self) -> str:
        number = self.rule.examples.index(self.example)
        place = f"{Path(self.rule.location.file).stem}-{self.rule.head}-{self.since}-{number}"
        return place + "-weights" * self.weights + "-scalars" * self.scalars


class RefusedNodeError(Exception):
    """The rule does not convert the node; the message says why."""


@cache
def tables() -> RuleTables:
    return load_tables()


def cases() -> list[Case]:
    """Return what there is to run, by file and operator."""
    found: list[Case] = []
    for record in tables().records:
        if record.kind != "rules" or "onnx" not in record.data:
            continue
        rule = _rule_of(record.data)
        for example in rule.examples:
            for since in rule.since:
                case = Case(rule, example, since)
                if not _has_all_names(case):
                    continue
                found.append(case)
                if weight_names(rule) & set(example.inputs):
                    found.append(Case(rule, example, since, weights=True))
                if any(np.ndim(array) == 0 for name, array in arrays(case).items() if name in rule.scalars):
                    found.append(Case(rule, example, since, scalars=True))
    return found


def newest(found: Sequence[Case]) -> list[Case]:
    """Return the cases at the newest version that each example runs at."""
    last: dict[str, Case] = {}
    for case in found:
        number = case.rule.examples.index(case.example)
        last[f"{case.rule.location} {number} {case.weights} {case.scalars}"] = case
    return list(last.values())


def _has_all_names(case: Case) -> bool:
    """Tell whether a version of the operator has the inputs and attributes of an example."""
    schema = schema_of(case)
    inputs = {name for name, _ in schema.inputs}
    return set(case.example.inputs) <= inputs and set(case.example.attributes) <= set(schema.attributes)


def _rule_of(data: Mapping[str, Any]) -> Rule:
    rule = tables().operator_rule(str(data.get("domain", "ai.onnx")), str(data["onnx"]), int(data["since"][0]))
    assert rule is not None
    return rule


def runs_with_weights_only(case: Case) -> bool:
    """Tell whether a rule need not convert a case, because the same one with weights is there."""
    return not case.weights and bool(weight_names(case.rule) & set(case.example.inputs))


def actions(rule: Rule) -> list[Action]:
    return [rule.action, *(case.action for case in rule.cases)]


def weight_names(rule: Rule) -> frozenset[str]:
    """Return the inputs that a rule treats in another way if they are initializers."""
    texts = [text for action in actions(rule) for text in action.weights.values()]
    expressions = [case.when for case in rule.cases] + list(rule.lets.values())
    trees = [ast.parse(text, mode="eval") for text in texts]
    names = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for expression in expressions:
        for node in ast.walk(expression.tree):
            match node:
                case ast.Call(func=ast.Name(id="is_weight"), args=[ast.Name(id=name)]):
                    names.add(name)
    return frozenset(names)


def schema_of(case: Case) -> OperatorSchema:
    schema = tables().operators.schema(case.rule.domain, case.rule.head, case.since)
    assert schema is not None
    assert schema.since == case.since, f"{case.rule.head} has no version {case.since}"
    return schema


def arrays(case: Case) -> dict[str, Array | list[Array]]:
    """Return the example's inputs; those of a variadic input as a list."""
    scope = {"np": np, "arr": _normal}
    found: dict[str, Array | list[Array]] = {}
    for name, text in case.example.inputs.items():
        value = eval(text, scope)  # the example is the project's own
        found[name] = [np.asarray(item) for item in value] if isinstance(value, list) else np.asarray(value)
    return found


def _normal(*shape: int) -> Array:
    """Return the same normally distributed numbers each time."""
    return np.random.default_rng(len(shape) + sum(shape)).normal(size=shape).astype(np.float32)


def flat_names(schema: OperatorSchema, inputs: Mapping[str, Array | list[Array]]) -> list[tuple[str, Array | None]]:
    """Return the node's inputs in order, by the name of a tensor each; absent ones have no array."""
    result: list[tuple[str, Array | None]] = []
    for name, _ in schema.inputs:
        value = inputs.get(name)
        if isinstance(value, list):
            result.extend((f"{name}_{index}", item) for index, item in enumerate(value))
        else:
            result.append((name, value))
    while result and result[-1][1] is None:
        result.pop()
    return result


def build_model(case: Case, version: int, inputs: Mapping[str, Array | list[Array]]) -> Any:
    """Return the ONNX model of one node."""
    import onnx

    schema = schema_of(case)
    flat = flat_names(schema, inputs)
    outputs = [*case.example.outputs] or [schema.outputs[0][0]]
    attributes = {name: _attribute_value(value) for name, value in case.example.attributes.items()}
    node = onnx.helper.make_node(
        case.rule.head,
        [name if array is not None else "" for name, array in flat],
        [f"out_{name}" if name else "" for name in outputs],
        domain="" if case.rule.domain == "ai.onnx" else case.rule.domain,
        **attributes,
    )
    constants = set(case.rule.const) | (weight_names(case.rule) if case.weights else set())
    if case.scalars:
        constants |= {name for name, array in flat if name in case.rule.scalars and np.ndim(array) == 0}
    infos, initializers = [], []
    for name, array in flat:
        if array is None:
            continue
        if name in constants:
            initializers.append(onnx.numpy_helper.from_array(array, name))
        else:
            kind = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
            infos.append(onnx.helper.make_tensor_value_info(name, kind, array.shape))
    results = [onnx.helper.make_empty_tensor_value_info(f"out_{name}") for name in outputs if name]
    graph = onnx.helper.make_graph([node], "one", infos, results, initializers)
    domain = "" if case.rule.domain == "ai.onnx" else case.rule.domain
    opsets = [onnx.helper.make_opsetid(domain, version)]
    if domain:
        opsets.append(onnx.helper.make_opsetid("", 17))
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _attribute_value(value: object) -> object:
    if isinstance(value, str) and value.startswith("np."):
        import onnx

        return onnx.numpy_helper.from_array(np.asarray(eval(value, {"np": np})))
    return value


def expected(case: Case, inputs: Mapping[str, Array | list[Array]]) -> list[Array]:
    """Return what the example says, or else run the node.

    It runs under onnxruntime, at another version of the same rule if it lacks the version; else under ONNX's reference.
    """
    if case.example.result:
        value = eval(case.example.result, {"np": np, **inputs})
        return [np.asarray(item) for item in (value if isinstance(value, list) else [value])]
    order = sorted(case.rule.since, key=lambda version: (version != case.since, version < case.since, version))
    problems = []
    for run in (_run_onnxruntime, _run_reference):
        for version in order:
            at = replace(case, since=version)
            if not _has_all_names(at):
                continue
            model = build_model(at, version, inputs)
            arrays_by_name = dict(flat_names(schema_of(at), inputs))
            feeds = {value.name: arrays_by_name[value.name] for value in model.graph.input}
            try:
                return run(model, feeds)
            except Exception as error:
                problems.append(f"{run.__name__} at {version}: {str(error).splitlines()[0]}")
    raise AssertionError("\n".join(problems))


def _run_onnxruntime(model: Any, feeds: Mapping[str, Array]) -> list[Array]:
    import onnx
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(inferred.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, dict(feeds)))


def _run_reference(model: Any, feeds: Mapping[str, Array]) -> list[Array]:
    from onnx.reference import ReferenceEvaluator

    return list(ReferenceEvaluator(model).run(None, dict(feeds)))


def convert_and_run(
    case: Case, inputs: Mapping[str, Array | list[Array]], folder: Path, *, graph: bool = False
) -> list[Array]:
    """Convert the model of the node and run the result.

    Args:
        case: What to run.
        inputs: The arrays of the node's inputs.
        folder: Where the files go.
        graph: Whether to run it in graph mode.

    Raises:
        RefusedNodeError: The rule makes nothing of the node.
    """
    import mindspore
    import onnx

    model = build_model(case, case.since, inputs)
    file = folder / "one_node.onnx"
    onnx.save(model, str(file))
    conversion = convert_model(file, output=folder)
    for diagnostic in conversion.diagnostics:
        if diagnostic.outcome is Outcome.UNCONVERTED:
            raise RefusedNodeError(diagnostic.say)
    network = conversion.load()
    mindspore.set_context(mode=mindspore.GRAPH_MODE if graph else mindspore.PYNATIVE_MODE)
    arrays = dict(flat_names(schema_of(case), inputs))
    free = [arrays[value.name] for value in model.graph.input]
    result = network(*(mindspore.Tensor(array) for array in free))
    return [_array(item) for item in (result if isinstance(result, (tuple, list)) else [result])]


def _array(value: Any) -> Array:
    return np.asarray(value.asnumpy() if hasattr(value, "asnumpy") else value)


def check(case: Case, folder: Path, *, graph: bool) -> None:
    """Run an example through a conversion, and compare it with what is expected."""
    import mindspore

    mindspore.runtime.launch_blocking()
    inputs = arrays(case)
    wanted = expected(case, inputs)
    try:
        found = convert_and_run(case, inputs, folder, graph=graph)
    except RefusedNodeError as error:
        if runs_with_weights_only(case):
            pytest.skip(str(error))
        raise
    assert len(found) == len(wanted)
    for result, right in zip(found, wanted, strict=True):
        assert result.shape == right.shape, f"{result.shape} is not {right.shape}"
        assert result.dtype == right.dtype, f"{result.dtype} is not {right.dtype}"
        np.testing.assert_allclose(result, right, rtol=RELATIVE, atol=ABSOLUTE)
