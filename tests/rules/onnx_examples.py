"""Run the examples of operator rules: one node under onnxruntime, and what the rule makes of it under MindSpore."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mindconverter.rules.catalog import OperatorSchema
from mindconverter.rules.decide import Decision, Dropped, Refused, Rewritten, TargetArgument, TargetCall, decide_node
from mindconverter.rules.expr import evaluate
from mindconverter.rules.model import Action, Example, Rule
from mindconverter.rules.places import rules_root
from mindconverter.rules.signature import Bound
from mindconverter.rules.tables import RuleTables, load_tables
from mindconverter.rules.values import Facts, Unknown, hole_name, source_value, to_code

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
    scope = {"np": np, "arr": lambda *shape: np.random.default_rng(len(shape) + sum(shape)).normal(size=shape).astype("f")}
    found: dict[str, Array | list[Array]] = {}
    for name, text in case.example.inputs.items():
        value = eval(text, scope)  # the example is the project's own
        found[name] = [np.asarray(item) for item in value] if isinstance(value, list) else np.asarray(value)
    return found


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
            free = {value.name for value in model.graph.input}
            feeds = {name: array for name, array in flat_names(schema_of(at), inputs) if array is not None and name in free}
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


def decide(case: Case, inputs: Mapping[str, Array | list[Array]]) -> tuple[Decision, dict[str, Any]]:
    """Apply the rule to the node.

    Returns:
        The decision, and the array of each hole.
    """
    import onnx

    schema = schema_of(case)
    model = build_model(case, case.since, inputs)
    inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    output = inferred.graph.output[0].type.tensor_type
    weights = weight_names(case.rule) if case.weights else frozenset()
    bound: dict[str, Bound] = {}
    holes: dict[str, Any] = {}
    for name, _ in schema.inputs:
        value = inputs.get(name)
        if value is None:
            bound[name] = Bound(None)
        elif isinstance(value, list):
            names = [f"{name}_{index}" for index in range(len(value))]
            holes.update(zip(names, value, strict=True))
            bound[name] = Bound(tuple(_unknown(key, item, False) for key, item in zip(names, value, strict=True)))
        elif name in case.rule.const or (case.scalars and name in case.rule.scalars and not value.ndim):
            bound[name] = Bound(plain(value))
        else:
            holes[name] = value
            bound[name] = Bound(_unknown(name, value, name in weights))
    for name, default in schema.attributes.items():
        bound[name] = Bound(_frozen(case.example.attributes.get(name, default)))
    others = tables().operators.other_names(case.rule.domain, case.rule.head, case.since)
    bound |= {name: Bound(_frozen(default)) for name, default in others.items()}
    bound["output_count"] = Bound(max(len(case.example.outputs), 1))
    bound["output_shape"] = Bound(_output_shape(output))
    bound["output_dtype"] = Bound(_output_dtype(output))
    given = frozenset(name for name in inputs) | frozenset(case.example.attributes)
    return decide_node(case.rule, bound, given, target=tables().target_catalog), holes


def _unknown(name: str, array: Array, weight: bool) -> Unknown:
    return source_value(name, Facts("tensor", tuple(array.shape), array.dtype.name, weight))


def _output_shape(output: Any) -> object:
    if not output.HasField("shape"):
        return Unknown()
    return tuple(item.dim_value if item.HasField("dim_value") else Unknown() for item in output.shape.dim)


def _output_dtype(output: Any) -> object:
    import onnx

    return onnx.helper.tensor_dtype_to_np_dtype(output.elem_type).name if output.elem_type else Unknown()


def plain(array: Array) -> object:
    """Return an array as Python numbers in tuples; float32 numbers in their shortest form."""
    if array.ndim:
        return tuple(plain(item) for item in array)
    return float(str(array)) if array.dtype.kind == "f" else array.item()


def _frozen(value: object) -> object:
    if isinstance(value, str) and value.startswith("np."):
        return plain(np.asarray(eval(value, {"np": np})))
    return tuple(value) if isinstance(value, list) else value


def convert_and_run(
    case: Case, inputs: Mapping[str, Array | list[Array]], folder: Path, *, graph: bool = False
) -> list[Array]:
    """Run what the rule makes of the node, as a Cell written to a file of ``folder``.

    Raises:
        RefusedNodeError: It makes nothing of it.
    """
    import mindspore

    decision, found = decide(case, inputs)
    fixed = weight_names(case.rule) if case.weights else frozenset()
    free = [name for name in found if name not in fixed]
    module = _module(_script(decision, free), folder)
    network = module.Net({name: found[name] for name in found if name in fixed})
    assert decision.action is not None
    if decision.action.cell is not None:
        _load(network.cell, decision, found)
    network.set_train(False)
    mindspore.set_context(mode=mindspore.GRAPH_MODE if graph else mindspore.PYNATIVE_MODE)
    result = network(*(mindspore.Tensor(found[name]) for name in free))
    return [_array(item) for item in (result if isinstance(result, (tuple, list)) else [result])]


def _array(value: Any) -> Array:
    return np.asarray(value.asnumpy() if hasattr(value, "asnumpy") else value)


def _module(script: str, folder: Path) -> Any:
    path = folder / "one_node.py"
    path.write_text(script, encoding="utf-8")
    helpers = str(rules_root() / "helpers")
    if helpers not in sys.path:
        sys.path.append(helpers)
    spec = importlib.util.spec_from_file_location(f"one_node_{id(script)}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _script(decision: Decision, free: Sequence[str]) -> str:
    made = "None"
    match decision.result:
        case Rewritten(code=code):
            result = _text(code, free)
        case TargetCall(target=target, arguments=arguments):
            call = f"{target}({', '.join(_argument(item, free) for item in arguments)})"
            result, made = (f"self.cell({_cell_inputs(decision, free)})", call) if _is_cell(decision) else (call, made)
        case Dropped():
            result = free[0]
        case Refused(say=say):
            raise RefusedNodeError(say)
        case _:
            raise RefusedNodeError("The rule says neither a target nor a rewrite.")
    imports = [f"from {tables().helper_file(name).stem} import {name}" for name in decision.helpers]
    return "\n".join(
        [
            "import mindspore",
            "import mindspore.numpy",
            *imports,
            "class Net(mindspore.nn.Cell):",
            "    def __init__(self, fixed):",
            "        super().__init__()",
            "        for name, array in fixed.items():",
            "            setattr(self, name, mindspore.Parameter(mindspore.Tensor(array), name=name))",
            f"        self.cell = {made}",
            f"    def construct({', '.join(['self', *free])}):",
            f"        return {result}",
            "",
        ]
    )


def _is_cell(decision: Decision) -> bool:
    return decision.action is not None and decision.action.cell is not None


def _cell_inputs(decision: Decision, free: Sequence[str]) -> str:
    assert decision.action is not None
    assert decision.bound is not None
    assert decision.scope is not None
    values = [evaluate(expression, decision.scope) for expression in decision.action.inputs]
    return ", ".join(_code(value, free) for value in values or [next(iter(decision.bound.values())).value])


def _argument(argument: TargetArgument, free: Sequence[str]) -> str:
    code = _code(argument.value, free)
    if argument.star:
        return f"*{code}"
    return f"{argument.parameter}={code}" if argument.keyword else code


def _code(value: object, free: Sequence[str]) -> str:
    code = to_code(value)
    assert code is not None
    return _text(code, free)


@dataclass
class _Holes(ast.NodeTransformer):
    free: Sequence[str]

    def visit_Name(self, node: ast.Name) -> ast.expr:
        name = hole_name(node.id)
        if name is None:
            return node
        return ast.parse(name if name in self.free else f"self.{name}", mode="eval").body


def _text(code: ast.expr, free: Sequence[str]) -> str:
    return ast.unparse(ast.fix_missing_locations(_Holes(free).visit(code)))


def _load(cell: Any, decision: Decision, found: Mapping[str, Array]) -> None:
    """Give the cell's parameters the values that the rule's weights say."""
    import mindspore

    assert decision.action is not None
    assert decision.scope is not None
    scope: dict[str, Any] = {**_TRANSFORMS, **decision.scope, **found}
    parameters = dict(cell.parameters_and_names())
    for name, text in decision.action.weights.items():
        if name not in parameters:
            continue
        value = np.ascontiguousarray(eval(text, scope))
        assert tuple(parameters[name].shape) == value.shape, f"{name}: {parameters[name].shape} is not {value.shape}"
        parameters[name].set_data(mindspore.Tensor(value))
    missing = sorted(set(parameters) - set(decision.action.weights))
    assert not missing, f"the rule says nothing of {', '.join(missing)}"


def _reorder_gates(weight: Array, order: Sequence[int]) -> Array:
    parts = np.split(weight, len(order))
    return np.concatenate([parts[index] for index in order])


_TRANSFORMS = {
    "transpose": lambda weight, perm=None: np.transpose(weight, perm),
    "reshape": lambda weight, shape: np.reshape(weight, shape),
    "expand_dims": lambda weight, axis: np.expand_dims(weight, axis),
    "squeeze": lambda weight, axis: np.squeeze(weight, axis),
    "concat": lambda axis, *weights: np.concatenate(weights, axis),
    "split": lambda weight, parts, index, axis=0: np.split(weight, parts, axis)[index],
    "reorder_gates": _reorder_gates,
    "scale": lambda weight, factor: (weight * factor).astype(weight.dtype),
}
