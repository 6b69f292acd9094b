"""Put nodes of plainer operators in the place of one node, where its rule says which.

This comes before shapes are inferred and constants are folded, so that both reach through operators that are not of
the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from mindconverter.graph.ir import Graph, Initializer, Node
from mindconverter.graph.literals import CONSTANT_LIMIT, plain
from mindconverter.graph.lower.described import facts_of
from mindconverter.graph.lower.node_scope import bind_node
from mindconverter.graph.onnx_model.onnx_file import LoadedModel, add_initializer
from mindconverter.graph.onnx_model.onnx_graph import subgraphs
from mindconverter.graph.onnx_model.onnx_shapes import infer
from mindconverter.graph.read_onnx.onnx_to_ir import to_graph
from mindconverter.rules.catalog import OperatorSchema
from mindconverter.rules.decide import Expanded, decide_node
from mindconverter.rules.expansion import Choose, Each, Line, Make, Term
from mindconverter.rules.expr import Expression, ExpressionError, evaluate, truth
from mindconverter.rules.model import Action, Rule
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.values import Facts, Unknown, hole_name, is_known, source_value

if TYPE_CHECKING:
    import onnx

_ROUNDS = 8
"""How often what an expansion gave may be expanded again."""


def expand(model: LoadedModel, tables: RuleTables) -> None:
    """Expand the nodes of a model whose rules say so; what cannot be decided stays as it is.

    Args:
        model: A model with sorted nodes that have unique names; it is changed.
        tables: The rules and catalogues.
    """
    _expand_all(model, tables, _EXPANSION)


def describe(model: LoadedModel, tables: RuleTables) -> None:
    """Write down the shapes and types of results that the specification does not tell, but rules do.

    Args:
        model: An expanded model; it is changed.
        tables: The rules and catalogues.
    """
    nodes = [node for node in model.proto.graph.node if _SHAPES.holds_for(node, _opsets(model.proto), tables)]
    if not nodes:
        return
    sketch = replace(model, proto=type(model.proto).FromString(model.proto.SerializeToString()))
    sketch = replace(sketch, tensors=dict(model.tensors))
    _expand_all(sketch, tables, _SHAPES)
    inferred, _note = infer(sketch.proto)
    graph = model.proto.graph
    symbols = {dim.dim_param for value in graph.input for dim in value.type.tensor_type.shape.dim}
    wanted = {name for node in nodes for name in node.output} - {value.name for value in graph.output}
    types = {value.name: value.type for value in inferred.graph.output}
    for output in graph.output:
        if not output.type.WhichOneof("value"):
            output.type.CopyFrom(types[output.name])
    for value in inferred.graph.value_info:
        if value.name in wanted:
            for dim in value.type.tensor_type.shape.dim:
                if dim.dim_param and dim.dim_param not in symbols:
                    dim.Clear()  # inference made it up, and would not replace it by a size
            graph.value_info.add().CopyFrom(value)


@dataclass(frozen=True)
class _Purpose:
    """Say which lines of a rule are written out.

    Attributes:
        lines: Gives the lines of a rule, or of its action.
        whole: Whether the lines must give all results of the node.
    """

    lines: Callable[[Rule | Action], Sequence[Line]]
    whole: bool

    def holds_for(self, node: onnx.NodeProto, opsets: Mapping[str, int], tables: RuleTables) -> bool:
        """Tell whether the rule of a node may have such lines."""
        domain = "" if node.domain == "ai.onnx" else node.domain
        found = _rule(domain, node.op_type, opsets.get(domain, 1), tables)
        if found is None:
            return False
        rule, _ = found
        parts: tuple[Rule | Action, ...] = (rule, rule.action, *(case.action for case in rule.cases))
        return any(self.lines(part) for part in parts)


_EXPANSION = _Purpose(lambda part: part.expand if isinstance(part, Action) else (), whole=True)
_SHAPES = _Purpose(lambda part: part.shapes if isinstance(part, Rule) else (), whole=False)


def _expand_all(model: LoadedModel, tables: RuleTables, purpose: _Purpose) -> None:
    for _ in range(_ROUNDS):
        if not _has_candidates(model.proto.graph, _opsets(model.proto), tables, purpose):
            return
        inferred, _note = infer(model.proto)
        graph = to_graph(replace(model, proto=inferred), "")
        if not _expand_graph(model, model.proto.graph, graph, graph.initializers, tables, purpose):
            return


def _opsets(proto: onnx.ModelProto) -> dict[str, int]:
    return {"" if entry.domain == "ai.onnx" else entry.domain: entry.version for entry in proto.opset_import}


def _rule(domain: str, operator: str, opset: int, tables: RuleTables) -> tuple[Rule, OperatorSchema] | None:
    schema = tables.operators.schema(domain, operator, opset)
    rule = None if schema is None else tables.operator_rule(domain, operator, schema.since)
    return None if schema is None or rule is None else (rule, schema)


def _has_candidates(graph: onnx.GraphProto, opsets: Mapping[str, int], tables: RuleTables, purpose: _Purpose) -> bool:
    return any(
        purpose.holds_for(node, opsets, tables)
        or any(_has_candidates(body, opsets, tables, purpose) for body in subgraphs(node))
        for node in graph.node
    )


def _expand_graph(
    model: LoadedModel,
    proto: onnx.GraphProto,
    graph: Graph,
    initializers: Mapping[str, Initializer],
    tables: RuleTables,
    purpose: _Purpose,
) -> int:
    """Expand the nodes of a graph and of its bodies, and return how many there were."""
    count = 0
    nodes: list[onnx.NodeProto] = []
    opsets = _opsets(model.proto)
    for raw, node in zip(proto.node, graph.nodes, strict=True):
        for body in raw.attribute:
            inner = node.attributes.get(body.name)
            if body.HasField("g") and isinstance(inner, Graph):
                known = replace(inner, values={**graph.values, **inner.values})
                count += _expand_graph(model, body.g, known, initializers, tables, purpose)
        made = None
        if purpose.holds_for(raw, opsets, tables):
            made = _expanded(model, raw, node, graph, initializers, tables, purpose)
        count += made is not None
        nodes += [raw] if made is None else made
    if count:
        copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del proto.node[:]
        proto.node.extend(copies)
    return count


def _expanded(
    model: LoadedModel,
    raw: onnx.NodeProto,
    node: Node,
    graph: Graph,
    initializers: Mapping[str, Initializer],
    tables: RuleTables,
    purpose: _Purpose,
) -> list[onnx.NodeProto] | None:
    """Return what takes the place of a node; None if it stays."""
    found = _rule(node.domain, node.op_type, node.opset, tables)
    assert found is not None
    rule, schema = found

    def read(position: int, name: str) -> object:
        initializer = initializers.get(node.inputs[position])
        if initializer is not None and initializer.data.size <= CONSTANT_LIMIT:
            scalar = name in rule.scalars and not initializer.data.ndim
            if scalar or name in rule.const:
                return plain(initializer.data)
        if not node.inputs[position]:
            return None
        return source_value(str(position), facts_of(node.inputs[position], initializers, graph.values))

    output = graph.values.get(node.outputs[0])
    shape: object = (
        Unknown()
        if output is None or output.shape is None
        else tuple(size if isinstance(size, int) else Unknown() for size in output.shape)
    )
    scope = bind_node(graph, node, schema, tables.operators, read, shape)
    decision = decide_node(rule, scope.bound, scope.given, target=tables.node_catalog)
    lines = purpose.lines(rule)
    if isinstance(decision.result, Expanded) and decision.action is not None:
        lines = lines or purpose.lines(decision.action)
    if scope.foreign or not lines or decision.scope is None:
        return None
    writing = _Writing(model, raw, node, schema, tables, dict(decision.scope))
    try:
        return writing.nodes(lines, whole=purpose.whole)
    except (_CannotExpandError, ExpressionError):
        return None


class _CannotExpandError(Exception):
    """Something that the lines of an expansion read is not known."""


@dataclass
class _Writing:
    """Write the nodes of one expansion."""

    model: LoadedModel
    raw: onnx.NodeProto
    node: Node
    schema: OperatorSchema
    tables: RuleTables
    scope: dict[str, object]
    made: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)  # type: ignore[type-arg]

    def nodes(self, lines: Sequence[Line], *, whole: bool) -> list[onnx.NodeProto]:
        """Return the nodes, the last of which has the name of the one that they take the place of."""
        places = {name: index for index, (name, _) in enumerate(self.schema.outputs)}
        results = {}
        for line in lines:
            wanted = [self._output(places[name]) if name in places else "" for name in line.names]
            if isinstance(line.term, Make) or len(line.names) > 1:
                assert isinstance(line.term, Make)
                values = self._make(line.term, wanted)
            else:
                values = [self._value(line.term)]
                if wanted[0]:
                    results[values[0]] = wanted[0]
            for name, value in zip(line.names, values, strict=True):
                self.scope[name] = source_value(f"={value}", Facts("tensor")) if value else None
        self._rename(results)
        given = {name for node in self.made for name in node.output}
        if whole and any(name and name not in given for name in self.node.outputs):
            raise _CannotExpandError
        for name, array in self.constants.items():
            add_initializer(self.model.proto.graph, self.model.tensors, name, array)
        self.made[-1].name = self.node.name
        return self.made

    def _output(self, place: int) -> str:
        return self.node.outputs[place] if place < len(self.node.outputs) else ""

    def _rename(self, names: Mapping[str, str]) -> None:
        """Give results of inner nodes the names of the node's own outputs."""
        for node in self.made:
            for kind in (node.input, node.output):
                for index, name in enumerate(kind):
                    kind[index] = names.get(name, name)

    def _value(self, term: Term) -> str:
        """Return the name of the value that a term stands for, "" for an absent one."""
        match term:
            case Make():
                return self._make(term, [""])[0]
            case Choose(when=when, then=then, otherwise=otherwise):
                holds = truth(when, self.scope)
                if holds is None:
                    raise _CannotExpandError
                return self._value(then if holds else otherwise)
            case Expression():
                return self._read(term)
        raise _CannotExpandError

    def _read(self, expression: Expression) -> str:
        own = [name for name, _ in self.schema.inputs]
        if expression.name in own and (place := own.index(expression.name)) < len(self.node.inputs):
            return self.node.inputs[place]
        value = evaluate(expression, self.scope)
        if value is None:
            return ""
        if isinstance(value, Unknown):
            name = hole_name(getattr(value.code, "id", ""))
            if name is None:
                raise _CannotExpandError
            return name[1:] if name.startswith("=") else self.node.inputs[int(name)]
        return self._constant(value)

    def _inputs(self, terms: Sequence[Term]) -> list[str]:
        names: list[str] = []
        for term in terms:
            if not isinstance(term, Each):
                names.append(self._value(term))
                continue
            items = evaluate(term.items, self.scope)
            if not is_known(items) or not isinstance(items, (tuple, list, range)):
                raise _CannotExpandError
            for item in items:
                self.scope[term.variable] = item
                names += self._inputs([term.term])
        return names

    def _make(self, term: Make, outputs: Sequence[str]) -> list[str]:
        """Add the node of a term, and return the names of its results."""
        import onnx

        inputs = self._inputs(term.inputs)
        opset = _opsets(self.model.proto).get(term.domain, 1)
        schema = self.tables.operators.schema(term.domain, term.operator, opset)
        if schema is None:
            raise _CannotExpandError
        attributes = {}
        places = {name: index for index, (name, _) in enumerate(schema.inputs)}
        others = self.tables.operators.other_names(term.domain, term.operator, schema.since)
        for name, expression in term.parameters.items():
            value = evaluate(expression, self.scope)
            if not is_known(value):
                raise _CannotExpandError
            if value is None or (name in others and plain(others[name]) == value):
                continue
            if name in schema.attributes:
                attributes[name] = float(value) if isinstance(schema.attributes[name], float) else value  # type: ignore[arg-type]
            elif name in places:
                inputs += [""] * (places[name] + 1 - len(inputs))
                inputs[places[name]] = self._constant(value)
            else:
                raise _CannotExpandError
        while inputs and not inputs[-1]:
            inputs.pop()
        names = [name or self._fresh(term.operator, index) for index, name in enumerate(outputs)]
        made = onnx.helper.make_node(
            term.operator,
            inputs,
            names,
            f"{self.node.name}_{len(self.made)}_{term.operator}",
            domain=term.domain,
            **attributes,
        )
        made.metadata_props.extend(self.raw.metadata_props)
        self.made.append(made)
        return names

    def _fresh(self, operator: str, index: int) -> str:
        return f"{self.node.name}/{operator}_{len(self.made)}_{index}"

    def _constant(self, value: object) -> str:
        """Return the name of a new constant; numbers of floating point have the type of the result."""
        data = np.asarray(value)
        if data.dtype.kind == "f":
            kind = self.scope["output_dtype"]
            data = data.astype(kind if isinstance(kind, str) and kind.startswith("float") else np.float32)
        name = f"{self.node.name}/constant_{len(self.made)}_{len(self.constants)}"
        self.constants[name] = data
        return name
