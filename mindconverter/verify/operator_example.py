"""An example of an operator's rule: as a model of one node, and what its conversion has to be."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from mindconverter.graph.convert import Conversion, convert_graph
from mindconverter.graph.ir import Initializer
from mindconverter.graph.read_onnx.read import read_onnx
from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.catalog import OperatorSchema
from mindconverter.rules.expr import Expression
from mindconverter.rules.model import Action, Example, Rule
from mindconverter.rules.tables import RuleTables
from mindconverter.verify.example_values import Array, values_of
from mindconverter.weights.expressions import weight_names

Inputs = Mapping[str, Array | list[Array]]
_STANDARD = "ai.onnx"
_OPSET_AROUND = 17
"""The version of the standard operators beside an operator of another domain."""
_NAME = "example"
_INFINITY = "has_infinity"
_GRAPH = re.compile(r"\w+ \(.*\) => \(.*\) \{.*\}", flags=re.DOTALL)
"""A graph in the text form of ONNX."""


@dataclass(frozen=True)
class OperatorExample:
    """Hold one example at one version of the operator.

    Attributes:
        rule: The rule.
        example: The example.
        schema: The version.
        weights: Whether inputs that the rule treats in another way as weights are initializers.
        scalars: Whether numbers that the rule writes as such are constants.
        infinity: Whether the graph holds an infinite constant beside the node, as one with masks does.
    """

    rule: Rule
    example: Example
    schema: OperatorSchema
    weights: bool = False
    scalars: bool = False
    infinity: bool = False

    @property
    def since(self) -> int:
        """The version."""
        return self.schema.since

    @property
    def number(self) -> int:
        """Which example of the rule it is."""
        return self.rule.examples.index(self.example)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"{PurePath(self.rule.location.file).stem}-{self.rule.head}-{self.since}-{self.number}{self.way}"

    @property
    def runs(self) -> bool:
        """Whether it runs: a constant that no node reads is in the text's graph only."""
        return self.example.runs and not self.infinity

    @property
    def way(self) -> str:
        """What tells it from others of the same version and example."""
        return "-weights" * self.weights + "-scalars" * self.scalars + "-infinity" * self.infinity

    @property
    def domain(self) -> str:
        """The domain as models name it."""
        return "" if self.rule.domain == _STANDARD else self.rule.domain

    @property
    def inputs(self) -> Inputs:
        """The arrays of the node's inputs; those of a variadic input as a list."""
        return _arrays(self.example)

    @property
    def may_be_left(self) -> bool:
        """Whether the rule need not convert it, because the same one with weights is there."""
        return not self.weights and bool(initializer_names(self.rule) & set(self.example.inputs))


def examples_of(rule: Rule, tables: RuleTables) -> Iterator[OperatorExample]:
    """Yield the examples of a rule, each at each version, in each way."""
    weights = initializer_names(rule) if rule.examples else frozenset()
    infinity = any(_INFINITY in expression.names for expression in _conditions(rule))
    for example in rule.examples:
        scalars = any(np.ndim(array) == 0 for name, array in _arrays(example).items() if name in rule.scalars)
        for since in rule.since:
            schema = tables.operators.schema(rule.domain, rule.head, since)
            if schema is None or not has_all_names(example, schema):
                continue
            found = OperatorExample(rule, example, schema)
            yield found
            if weights & set(example.inputs):
                yield replace(found, weights=True)
            if scalars:
                yield replace(found, scalars=True)
            if infinity:
                yield replace(found, infinity=True)


def _arrays(example: Example) -> Inputs:
    found = values_of(example.inputs)
    return {
        name: [np.asarray(item) for item in value] if isinstance(value, list) else np.asarray(value)
        for name, value in found.items()
    }


def has_all_names(example: Example, schema: OperatorSchema) -> bool:
    """Tell whether a version of the operator has the inputs and attributes of an example."""
    inputs = {name for name, _ in schema.inputs}
    return set(example.inputs) <= inputs and set(example.attributes) <= set(schema.attributes)


def newest(found: Sequence[OperatorExample]) -> list[OperatorExample]:
    """Return the examples at the newest version that each runs at."""
    return list({f"{item.rule.location} {item.number} {item.way}": item for item in found}.values())


def initializer_names(rule: Rule) -> frozenset[str]:
    """Return the inputs that a rule treats in another way if they are initializers."""
    actions: list[Action] = [rule.action, *(case.action for case in rule.cases)]
    names = {name for action in actions for text in action.weights.values() for name in weight_names(text)}
    for expression in _conditions(rule):
        for node in ast.walk(expression.tree):
            match node:
                case ast.Call(func=ast.Name(id="is_weight"), args=[ast.Name(id=name)]):
                    names.add(name)
    return frozenset(names)


def _conditions(rule: Rule) -> tuple[Expression, ...]:
    """Return the conditions of a rule's cases, and what they may name."""
    return (*(case.when for case in rule.cases), *rule.lets.values())


def flat_names(schema: OperatorSchema, inputs: Inputs) -> list[tuple[str, Array | None]]:
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


def build_model(found: OperatorExample, version: int, inputs: Inputs) -> Any:
    """Return the ONNX model of one node.

    Args:
        found: The example.
        version: The version of the operators of its domain.
        inputs: The arrays of the node's inputs.
    """
    import onnx

    flat = flat_names(found.schema, inputs)
    outputs = [*found.example.outputs] or [found.schema.outputs[0][0]]
    attributes = {name: _attribute_value(value) for name, value in found.example.attributes.items()}
    node = onnx.helper.make_node(
        found.rule.head,
        [name if array is not None else "" for name, array in flat],
        [f"out_{name}" if name else "" for name in outputs],
        domain=found.domain,
        **attributes,
    )
    constants = (set(found.rule.const) - set(found.example.open)) | (
        initializer_names(found.rule) if found.weights else set()
    )
    if found.scalars:
        constants |= {name for name, array in flat if name in found.rule.scalars and np.ndim(array) == 0}  # type: ignore[arg-type]
    infos, initializers = [], []
    for name, array in flat:
        if array is None:
            continue
        if name in constants:
            initializers.append(onnx.numpy_helper.from_array(array, name))
        else:
            kind = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
            shape = [None] * array.ndim if name in found.example.open and name not in found.rule.const else array.shape
            infos.append(onnx.helper.make_tensor_value_info(name, kind, shape))
    results = [onnx.helper.make_empty_tensor_value_info(f"out_{name}") for name in outputs if name]
    graph = onnx.helper.make_graph([node], "one", infos, results, initializers)
    opsets = [onnx.helper.make_opsetid(found.domain, version)]
    if found.domain:
        opsets.append(onnx.helper.make_opsetid("", _OPSET_AROUND))
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _attribute_value(value: object) -> object:
    import onnx

    if isinstance(value, str) and value.startswith("np."):
        return onnx.numpy_helper.from_array(np.asarray(values_of({"value": value})["value"]))
    if isinstance(value, str) and _GRAPH.fullmatch(value):
        return onnx.parser.parse_graph(value)
    return value


def convert_node(found: OperatorExample, tables: RuleTables) -> Conversion:
    """Convert the model of an example by tables, without writing anything that stays.

    Raises:
        MindConverterError: It cannot be converted at all.
    """
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{_NAME}.onnx"
        onnx.save(build_model(found, found.since, found.inputs), str(file))
        graph = read_onnx(file, tables=tables)
    if found.infinity:
        mask = Initializer(_INFINITY, np.array(np.inf, "f"), _INFINITY, is_weight=False)
        graph = replace(graph, initializers={**graph.initializers, _INFINITY: mask})
    return convert_graph(graph, tables, _NAME, "")


def unconverted(conversion: Conversion) -> list[str]:
    """Return why nodes are not converted."""
    return [item.say for item in conversion.diagnostics if item.outcome is Outcome.UNCONVERTED]


def code_of(conversion: Conversion) -> str:
    """Return the lines that a node became, and its weights: name, shape, and the first and last number."""
    left = unconverted(conversion)
    if left:
        return "\n".join(left)
    tree = ast.parse(conversion.script.text)
    network = next(node for node in tree.body if getattr(node, "name", "") == conversion.script.network)
    assert isinstance(network, ast.ClassDef)
    methods = [node for node in network.body if isinstance(node, ast.FunctionDef)]
    statements = [part for method in methods for part in method.body]
    found = map(ast.unparse, statements)
    return "\n".join(
        [text for text in found if text != "super().__init__()"]
        + [_weight(entry.name, entry.data) for entry in conversion.entries]
    )


def _weight(name: str, data: Array) -> str:
    flat = data.reshape(-1)
    ends = f": {float(flat[0]):.4g} ... {float(flat[-1]):.4g}" if flat.size and flat.dtype.kind in "biuf" else ""
    return f"{name} {data.shape}{ends}"


def shown_code(ways: Sequence[OperatorExample], tables: RuleTables) -> str:
    """Return what ``code`` has to say of an example: its lines in each way, under headings where they differ.

    Args:
        ways: The ways of one example at one version, the plain one first.
        tables: The tables to convert by.
    """
    plain, *others = [(found.way, code_of(convert_node(found, tables))) for found in ways]
    parts = [plain[1], *(f"# {way.removeprefix('-')}\n{code}" for way, code in others if code != plain[1])]
    return "\n".join(parts)
