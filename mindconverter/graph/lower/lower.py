"""Turn each node of a graph into what the rules say it becomes."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mindconverter.graph.identifiers import identifier
from mindconverter.graph.ir import Array, Graph, Initializer, Node
from mindconverter.graph.literals import CONSTANT_LIMIT, plain
from mindconverter.graph.lower.contents import OTHER, Contents, follow
from mindconverter.graph.lower.described import facts_of
from mindconverter.graph.lower.live import live_operations, without_bypasses
from mindconverter.graph.lower.lowered import (
    BODY,
    CELL,
    BodyMake,
    Bypass,
    CellArgument,
    CellMake,
    Held,
    Operation,
    WeightSource,
)
from mindconverter.graph.lower.node_scope import bind_node, sizes_of, trimmed
from mindconverter.graph.lower.uses import reads
from mindconverter.rules.catalog import OperatorSchema
from mindconverter.rules.decide import (
    Decision,
    Dropped,
    Expanded,
    HelperCall,
    Refused,
    Rewritten,
    TargetCall,
    decide_node,
)
from mindconverter.rules.expr import ExpressionError, evaluate
from mindconverter.rules.model import Rule
from mindconverter.rules.signature import Bound
from mindconverter.rules.tables import RuleTables
from mindconverter.rules.template import dotted_name
from mindconverter.rules.values import Body, Facts, hole, hole_name, source_value, to_code
from mindconverter.weights.expressions import weight_names

_COMPUTED_WEIGHT = "A weight is computed at run time, which the target cannot take."
_NO_RULE = "There is no rule for this operator. Replace the placeholder by hand, guided by its shapes."

_NOT_EXPANDED = (
    "It stands for plainer operators, but which ones depends on what is not known. Give the shapes of the model's "
    "inputs with --shape, and make the inputs that the specification wants to be constant initializers."
)


def lower(graph: Graph, tables: RuleTables) -> list[Operation | Bypass]:
    """Return what each node of a graph becomes, in the order of the nodes.

    Args:
        graph: The graph.
        tables: The rules and catalogues.
    """
    contents = follow(graph, tables)
    return [_Lowering(graph, tables, contents, node, _bodies(graph, node, tables)).run() for node in graph.nodes]


def _bodies(graph: Graph, node: Node, tables: RuleTables) -> dict[str, BodyMake]:
    """Return what the bodies of a node become, by the attributes that hold them."""
    return {name: _body(graph, name, body, tables) for name, body in node.attributes.items() if isinstance(body, Graph)}


def _body(graph: Graph, name: str, body: Graph, tables: RuleTables) -> BodyMake:
    made = {value.name for value in body.inputs}.union(*(node.outputs for node in body.nodes))
    wanted = {value.name for value in body.outputs}.union(*(reads(node) for node in body.nodes)) - made
    visible = [value for key, value in graph.values.items() if key in wanted]
    inner = replace(
        body,
        inputs=(*body.inputs, *visible),
        values={**body.values, **{value.name: value for value in visible}},
        initializers=graph.initializers,
    )
    lowered = lower(inner, tables)
    operations, outputs = without_bypasses(inner, lowered)
    live = live_operations(operations, outputs)
    read = {value for operation in live for value in operation.values}.union(outputs)
    captured = tuple(value for value in visible if value.name in read)
    return BodyMake(
        name,
        replace(inner, inputs=(*body.inputs, *captured)),
        tuple(value.name for value in captured),
        tuple(lowered),
        tuple(live),
        tuple(outputs),
    )


class _Refusal(Exception):
    """A node cannot be converted; the message says why."""


@dataclass(frozen=True)
class _Lowering:
    graph: Graph
    tables: RuleTables
    contents: Contents
    node: Node
    bodies: Mapping[str, BodyMake]

    def run(self) -> Operation | Bypass:
        node = self.node
        schema = self.tables.operators.schema(node.domain, node.op_type, node.opset)
        if schema is None:
            return self._unsupported(f"The operator is not in the specification that is known. {_NO_RULE}")
        rule = self.tables.operator_rule(node.domain, node.op_type, schema.since)
        if rule is None:
            return self._unsupported(_NO_RULE)
        try:
            scope = bind_node(
                self.graph,
                node,
                schema,
                self.tables.operators,
                lambda position, name: self._input(position, name, rule),
                self.contents.output_shape(node),
            )
            if scope.foreign:
                raise _Refusal(
                    f"The attribute {scope.foreign[0]!r} is not in the specification. Check how the model was exported."
                )
            bound = {**scope.bound, **{name: Bound(self._seen(body)) for name, body in self.bodies.items()}}
            decision = decide_node(rule, bound, scope.given, target=self.tables.node_catalog)
            return self._result(decision, schema, scope.positions)
        except _Refusal as refusal:
            return replace(self._unsupported(str(refusal)), rule=rule.location)

    def _seen(self, body: BodyMake) -> Body:
        """Return what a rule sees of a body."""
        inputs = self.node.inputs
        places = [str(inputs.index(name)) if name in inputs else f"{OTHER}{name}" for name in body.captured]
        captured = tuple(source_value(place, Facts("tensor")) for place in places)
        return Body(hole(f"{BODY}{body.name}"), Facts("function"), captured, len(body.outputs))

    def _input(self, position: int, parameter: str, rule: Rule) -> object:
        name = self.node.inputs[position]
        initializer = self.graph.initializers.get(name)
        if initializer is not None:
            data = initializer.data
            scalar = parameter in rule.scalars and not data.ndim and not initializer.is_weight
            if (scalar or parameter in rule.const) and data.size <= CONSTANT_LIMIT:
                return plain(data)
            return source_value(str(position), facts_of(name, self.graph.initializers, self.graph.values))
        content = self.contents.read(self.node, name) if parameter in rule.sizes else None
        if content is not None:
            return content
        return source_value(str(position), facts_of(name, self.graph.initializers, self.graph.values))

    def _result(
        self, decision: Decision, schema: OperatorSchema, positions: Mapping[str, tuple[int, ...]]
    ) -> Operation | Bypass:
        node, result, rule = self.node, decision.result, decision.rule
        if isinstance(result, Refused) or decision.action is None:
            raise _Refusal(result.say if isinstance(result, Refused) else _NO_RULE)
        if isinstance(result, Expanded):
            raise _Refusal(_NOT_EXPANDED)
        if isinstance(result, Dropped):
            extra = [name for name in node.outputs[1:] if name and self._is_read(name)]
            if extra:
                raise _Refusal("An output that the target does not have is read. Replace the placeholder by hand.")
            return Bypass(node, node.inputs[0], node.outputs[0], decision.notes, rule.location)
        outputs, returns_tuple = self._outputs(decision.action.outputs, schema)
        cell = None
        if isinstance(result, TargetCall) and decision.action.cell is not None:
            cell = self._cell(result, decision, positions)
            called = [self._code(value) for value in self._call_inputs(decision, schema)]
            code: ast.expr = ast.Call(hole(CELL), called, [])
            target = result.target
        elif isinstance(result, TargetCall):
            code, target = self._call(result), result.target
        elif isinstance(result, Rewritten):
            code = result.code
            target = _first_name(code) or ast.unparse(_InputNames(schema).visit(copy.deepcopy(code)))
        elif isinstance(result, HelperCall):
            code, target = self._helper_call(result, schema), result.helper
        return Operation(
            node=node,
            code=code,
            operands=self._operands(code),
            outputs=outputs,
            returns_tuple=returns_tuple,
            cell=cell,
            target=target,
            scopes=node.scopes,
            helpers=decision.helpers,
            notes=decision.notes,
            rule=rule.location,
        )

    def _outputs(self, names: tuple[str, ...], schema: OperatorSchema) -> tuple[tuple[str, ...], bool]:
        own = self.node.outputs
        if not names:
            variadic = any(option == "variadic" for _, option in schema.outputs)
            read = own if variadic else trimmed(own)
            return read, variadic or len(read) > 1
        places = {name: index for index, (name, _) in enumerate(schema.outputs)}
        indices = [places[name] for name in names if name in places]
        lost = [own[index] for index in range(len(own)) if own[index] and index not in indices]
        if any(self._is_read(name) for name in lost):
            raise _Refusal("An output that the target does not have is read. Replace the placeholder by hand.")
        return tuple(own[index] if index < len(own) else "" for index in indices), len(names) > 1

    def _is_read(self, value: str) -> bool:
        return any(value in reads(node) for node in self.graph.nodes) or any(
            output.name == value for output in self.graph.outputs
        )

    def _cell(self, call: TargetCall, decision: Decision, positions: Mapping[str, tuple[int, ...]]) -> CellMake:
        assert decision.action is not None
        assert decision.scope is not None
        arguments = []
        for argument in call.arguments:
            code = to_code(argument.value)
            if code is None or _holes(code):
                raise _Refusal(f"The parameter {argument.parameter!r} of {call.target} is known only at run time.")
            arguments.append(CellArgument(argument.parameter, argument.value, argument.keyword))
        weights = {}
        for parameter, expression in decision.action.weights.items():
            names = weight_names(expression, where=str(decision.rule.location))
            if any(name in decision.scope and decision.scope[name] is None for name in names):
                continue
            sources = {name: self.node.inputs[positions[name][0]] for name in names if positions.get(name)}
            numbers = {name: self._numbers(name, decision.scope.get(name)) for name in names if name not in sources}
            if any(source not in self.graph.initializers for source in sources.values()):
                raise _Refusal(_COMPUTED_WEIGHT)
            plain = {name: value for name, value in decision.scope.items() if name not in positions}
            weights[parameter] = WeightSource(expression, sources, plain, str(decision.rule.location), numbers)
        return CellMake(call.target, tuple(arguments), weights)

    def _numbers(self, name: str, value: object) -> Array:
        """Return the numbers in an attribute, or in a value that a rule computes from attributes, as an array."""
        own = self.node.attributes.get(name)
        if isinstance(own, np.ndarray):
            return own
        if not isinstance(value, tuple) or not all(isinstance(item, (int, float)) for item in value):
            raise _Refusal(_COMPUTED_WEIGHT)
        return np.asarray(value, np.float32 if any(isinstance(item, float) for item in value) else np.int64)

    def _call_inputs(self, decision: Decision, schema: OperatorSchema) -> list[object]:
        assert decision.action is not None
        assert decision.scope is not None
        if not decision.action.inputs:
            return [decision.scope[schema.inputs[0][0]]]
        try:
            return [evaluate(expression, decision.scope) for expression in decision.action.inputs]
        except ExpressionError as error:
            raise _Refusal(f"The rule cannot decide: {error}. Convert it by hand.") from error

    def _call(self, call: TargetCall) -> ast.expr:
        positional: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for argument in call.arguments:
            code = self._code(argument.value)
            if argument.keyword:
                keywords.append(ast.keyword(argument.parameter, code))
            else:
                positional.append(ast.Starred(code, ast.Load()) if argument.star else code)
        return ast.Call(_dotted(call.target), positional, keywords)

    def _helper_call(self, call: HelperCall, schema: OperatorSchema) -> ast.expr:
        """Call a helper with the node's inputs by position and its attributes by keyword."""
        inputs: list[ast.expr] = [
            hole(str(index)) if name else ast.Constant(None) for index, name in enumerate(self.node.inputs)
        ]
        keywords = [
            ast.keyword(name, self._code(plain(self.node.attributes[name])))
            for name in schema.attributes
            if name in self.node.attributes
        ]
        return ast.Call(ast.Name(call.helper, ast.Load()), inputs, keywords)

    def _code(self, value: object) -> ast.expr:
        code = to_code(value)
        if code is None:
            raise _Refusal("An argument is known only at run time, in a way that cannot be written down.")
        return code

    def _operands(self, code: ast.expr) -> dict[str, str | Held | BodyMake]:
        operands: dict[str, str | Held | BodyMake] = {}
        for name in _holes(code):
            if name == CELL:
                continue
            if name.startswith(OTHER):
                operands[name] = name.removeprefix(OTHER)
                continue
            if name.startswith(BODY):
                operands[name] = self.bodies[name.removeprefix(BODY)]
                continue
            if not name.isdigit():
                raise _Refusal(f"The value of {name!r} is not known.")
            source = self.node.inputs[int(name)]
            initializer = self.graph.initializers.get(source)
            operands[name] = source if initializer is None else Held(source, is_parameter(initializer))
        return operands

    def _unsupported(self, say: str) -> Operation:
        """Return a call of a placeholder that holds the node's weights and takes its other inputs."""
        node = self.node
        called: list[ast.expr] = []
        operands: dict[str, str | Held | BodyMake] = {}
        weights: dict[str, WeightSource] = {}
        for index, name in enumerate(node.inputs):
            if name in self.graph.initializers:
                if self.graph.initializers[name].data.dtype.kind not in "USO":
                    weights[f"weight_{index}"] = WeightSource("W", {"W": name})
            elif name:
                called.append(hole(str(index)))
                operands[str(index)] = name
        arguments = (
            CellArgument(
                "input_shape", self._shapes([name for name in operands.values() if isinstance(name, str)]), True
            ),
            CellArgument("output_shape", self._shapes([name for name in node.outputs if name]), True),
        )
        outputs = trimmed(node.outputs)
        return Operation(
            node=node,
            code=ast.Call(hole(CELL), called, []),
            operands=operands,
            outputs=outputs,
            returns_tuple=len(outputs) > 1,
            cell=CellMake(node.op_type, arguments, weights, placeholder=True),
            target="",
            scopes=node.scopes,
            refusal=say,
        )

    def _shapes(self, names: list[str]) -> object:
        """Return the shape of a value, or a tuple of the shapes of several."""
        shapes = []
        for name in names:
            value = self.graph.values.get(name)
            shapes.append(None if value is None or value.shape is None else sizes_of(value.shape))
        return shapes[0] if len(shapes) == 1 else tuple(shapes)


def is_parameter(initializer: Initializer) -> bool:
    """Tell whether an initializer that code reads becomes a Parameter; else it is written out as a constant."""
    return initializer.is_weight or initializer.data.size > 16


def _holes(code: ast.expr) -> list[str]:
    found = (hole_name(node.id) for node in ast.walk(code) if isinstance(node, ast.Name))
    return list(dict.fromkeys(name for name in found if name is not None))


def _dotted(name: str) -> ast.expr:
    first, *rest = name.split(".")
    code: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        code = ast.Attribute(code, part, ast.Load())
    return code


class _InputNames(ast.NodeTransformer):
    """Put the specification's names of the inputs and bodies in the place of the holes."""

    def __init__(self, schema: OperatorSchema) -> None:
        self.names = [name for name, _ in schema.inputs]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        position = hole_name(node.id)
        if position is not None and position.startswith((BODY, OTHER)):
            return ast.Name(identifier(position.partition(":")[2], "x"), ast.Load())
        if position is None or not position.isdigit():
            return node
        return ast.Name(self.names[min(int(position), len(self.names) - 1)], ast.Load())


def _first_name(code: ast.expr) -> str:
    """Return the outermost API or method that an expression calls, or ""."""
    for node in ast.walk(code):
        if isinstance(node, ast.Call):
            name = dotted_name(node.func)
            if name is not None and hole_name(name.split(".")[0]) is None:
                return name
            if isinstance(node.func, ast.Attribute):
                return node.func.attr
    return ""
