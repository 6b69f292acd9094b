"""Build the models that fusions are proved on: the pattern itself, with the values of an example."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mindconverter.graph.ir import Graph
from mindconverter.graph.lower.fuse import fuse
from mindconverter.graph.read_onnx.read import read_onnx
from mindconverter.rules.fusion import Fusion, FusionExample
from mindconverter.rules.pattern import Apply, Choice, Literal, Term, Variable, operators
from mindconverter.rules.tables import RuleTables
from mindconverter.verify.example_values import Array, values_of
from tests.rules.shipped import tables


@dataclass(frozen=True)
class Case:
    """One example of a fusion: with its n-th alternatives, at one version of the operator set."""

    fusion: Fusion
    example: FusionExample
    way: int = 0
    opset: int = 17
    number: int = 0
    spoiled: int | None = None
    shown: int | None = None
    read: int | None = None

    @property
    def name(self) -> str:
        return f"{self.fusion.name}-{self.number}-{self.way}-{self.opset}"


def alone(fusion: Fusion) -> RuleTables:
    """Return the tables with one fusion only, which holds wherever its nodes are."""
    records = [
        replace(record, data=_anywhere(record.data)) if record.kind == "fusions" else record
        for record in tables().records
        if record.kind != "fusions" or record.data["fusion"] == fusion.name
    ]
    return RuleTables(tables().roots, records)


def _anywhere(data: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in data.items() if key != "moves"}


def own_tables(fusion: Fusion, folder: Path) -> list[Path]:
    """Write a table by which a fusion that moves nodes holds wherever they are; any other one does so anyway."""
    if not fusion.moves:
        return []
    (record,) = [item for item in tables().records if item.kind == "fusions" and item.data["fusion"] == fusion.name]
    folder.mkdir()
    (folder / "own.yaml").write_text(json.dumps({"format": 1, "fusions": [_anywhere(record.data)]}))
    return [folder]


def terms(fusion: Fusion) -> list[Term]:
    return [*fusion.pattern.definitions.values(), fusion.pattern.root]


def ways(fusion: Fusion) -> int:
    """Return how many alternatives there are where there are most."""

    def most(term: Term) -> int:
        if isinstance(term, Choice):
            return max(len(term.alternatives), *map(most, term.alternatives))
        return max(map(most, term.inputs), default=1) if isinstance(term, Apply) else 1

    return max(map(most, terms(fusion)))


def cases() -> list[Case]:
    """Return the examples, each alternative at each version."""
    return [
        Case(fusion, example, way, opset, number)
        for fusion in tables().fusions
        for number, example in enumerate(fusion.examples)
        for way in range(ways(fusion))
        for opset in example.opsets or (17,)
        if not _is_older(fusion, way, opset)
    ]


def telling_cases() -> list[Case]:
    """Return the cases at the newest version that each example runs at; the last alternatives are left to the graph.

    No runtime has the tables' own operators.
    """
    newest = {(case.fusion.name, case.number, case.way): case for case in cases()}
    return [case for case in newest.values() if case.way < 2 and not root_of(case).domain]


def root_of(case: Case) -> Apply:
    """Return the operator that gives the result of a case."""
    root = case.fusion.pattern.root
    found = root.alternatives[case.way % len(root.alternatives)] if isinstance(root, Choice) else root
    assert isinstance(found, Apply)
    return found


def _is_older(fusion: Fusion, way: int, opset: int) -> bool:
    """Tell whether the operator set lacks an operator of the alternatives."""
    found = [apply for term in terms(fusion) for apply in operators(term)]
    return any(tables().operators.schema(apply.domain, apply.operator, opset) is None for apply in found)


def counterexamples() -> list[Case]:
    """Return the counterexamples, each on top of the first example."""
    return [
        Case(fusion, _on_top(fusion.examples[0], other), way, opset, number)
        for fusion in tables().fusions
        for number, other in enumerate(fusion.counterexamples)
        for opset in (other.opsets or fusion.examples[0].opsets or (17,))[-1:]
        for way in range(ways(fusion))
    ]


def _on_top(first: FusionExample, other: FusionExample) -> FusionExample:
    changed = {*other.inputs, *other.weights, *other.constants}

    def merged(kind: str) -> dict[str, str]:
        kept = {name: text for name, text in getattr(first, kind).items() if name not in changed}
        return kept | dict(getattr(other, kind))

    return replace(first, inputs=merged("inputs"), weights=merged("weights"), constants=merged("constants"))


@dataclass
class _Builder:
    """Write the nodes of a pattern down as a model."""

    case: Case
    values: dict[str, str] = field(default_factory=dict)
    nodes: list[Any] = field(default_factory=list)
    inputs: dict[str, Array] = field(default_factory=dict)
    weights: dict[str, Array] = field(default_factory=dict)
    literals: int = 0
    anything: int = 0

    def build(self) -> Any:
        import onnx

        for name, text in {**self.case.example.inputs, **self.case.example.weights}.items():
            kind = self.inputs if name in self.case.example.inputs else self.weights
            kind[name] = self.array(text)
            self.values[name] = name
        result = self.value(self.case.fusion.pattern.root)
        inner = [name for node in self.nodes for name in node.output if node.op_type != "Constant"][:-1]
        results = [result]
        if self.case.shown is not None:
            results.append(inner[self.case.shown])
        if self.case.read is not None:
            self.nodes.append(onnx.helper.make_node("Neg", [inner[self.case.read]], ["elsewhere"], "reader"))
            results.append("elsewhere")
        infos = [
            onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for name, array in self.inputs.items()
        ]
        graph = onnx.helper.make_graph(
            self.nodes,
            "pattern",
            infos,
            [onnx.helper.make_empty_tensor_value_info(name) for name in results],
            [onnx.numpy_helper.from_array(array, name) for name, array in self.weights.items()],
        )
        domains = {node.domain for node in self.nodes} - {""}
        opsets = [
            onnx.helper.make_opsetid("", self.case.opset),
            *(onnx.helper.make_opsetid(name, 1) for name in domains),
        ]
        return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def array(self, text: str) -> Array:
        return np.asarray(values_of({"value": text})["value"])

    def constant(self, value: Array) -> str:
        import onnx

        name = f"constant_{len(self.nodes)}"
        self.nodes.append(
            onnx.helper.make_node("Constant", [], [name], name, value=onnx.numpy_helper.from_array(value))
        )
        return name

    def literal(self, value: object) -> str:
        array = np.asarray(value)
        if array.ndim == 0:
            first = next(iter(self.inputs.values()))
            array = array.astype(first.dtype)
            if self.literals == self.case.spoiled:
                array = (array * 1.01 + (array == 0)).astype(first.dtype)
            self.literals += 1
        return self.constant(array)

    def value(self, term: Term) -> str:
        match term:
            case Choice(alternatives=alternatives):
                return self.value(alternatives[self.case.way % len(alternatives)])
            case Literal(value=None):
                return ""
            case Literal(value=value):
                return self.literal(value)
            case Variable(name="_"):
                self.anything += 1
                return self.constant(self.array(self.case.example.constants[f"_{self.anything}"]))
            case Variable(name=name):
                if name not in self.values:
                    definition = self.case.fusion.pattern.definitions.get(name)
                    self.values[name] = (
                        self.constant(self.array(self.case.example.constants[name]))
                        if definition is None
                        else self.value(definition)
                    )
                return self.values[name]
        assert isinstance(term, Apply)
        return self.node(term)

    def node(self, term: Apply) -> str:
        import onnx

        schema = tables().operators.schema(term.domain, term.operator, self.case.opset)
        assert schema is not None
        inputs = [self.value(item) for item in term.inputs]
        attributes: dict[str, Any] = {}
        constants = self.case.example.constants
        if term.rest is not None:
            attributes |= eval(constants[term.rest])
        places = [name for name, _ in schema.inputs]
        for name, wanted in term.parameters.items():
            option = wanted.alternatives[0] if isinstance(wanted, Choice) else wanted
            if option == Variable("_"):
                continue
            text = constants.get(option.name) if isinstance(option, Variable) else None
            if isinstance(option, Variable) and option.name in self.inputs:
                inputs += [""] * (places.index(name) + 1 - len(inputs))
                inputs[places.index(name)] = option.name
                continue
            value = self.array(text) if text is not None else np.asarray(option.value)  # type: ignore[union-attr]
            if isinstance(option, Literal) and option.value is None:
                continue
            if name in schema.attributes:
                attributes[name] = value.tolist()
                if isinstance(schema.attributes[name], float):
                    attributes[name] = float(value)
            elif name in places:
                inputs += [""] * (places.index(name) + 1 - len(inputs))
                if isinstance(option, Literal) and value.ndim == 0:
                    inputs[places.index(name)] = self.literal(option.value)
                else:
                    inputs[places.index(name)] = self.constant(value)
        name = f"node_{len(self.nodes)}"
        self.nodes.append(
            onnx.helper.make_node(term.operator, inputs, [f"{name}_out"], name, domain=term.domain, **attributes)
        )
        return f"{name}_out"


def build_model(case: Case) -> tuple[Any, Mapping[str, Array]]:
    """Return the model of a case, and what it is called with."""
    builder = _Builder(case)
    model = builder.build()
    read = {name for node in model.graph.node for name in node.input}
    for value in [value for value in model.graph.input if value.name not in read]:
        model.graph.input.remove(value)
    return model, {value.name: builder.inputs[value.name] for value in model.graph.input}


def fused_graph(case: Case, folder: Path) -> tuple[Graph, Graph]:
    """Return the graph of a case before and after its fusion alone."""
    import onnx

    file = folder / "pattern.onnx"
    onnx.save(build_model(case)[0], str(file))
    graph = read_onnx(file)
    return graph, fuse(graph, alone(case.fusion))
