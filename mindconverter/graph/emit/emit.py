"""Write the script of a converted model, and find where in it each node ended."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mindconverter.errors import CodeGenerationError
from mindconverter.graph.emit import signature_types, skeleton
from mindconverter.graph.emit.body import write_body
from mindconverter.graph.emit.entry_point import write_entry_point
from mindconverter.graph.emit.initializers import InitWriter
from mindconverter.graph.emit.layout import docstring, double_quotes, layout_class
from mindconverter.graph.emit.placeholders import write_placeholders
from mindconverter.graph.emit.target_names import TargetNames
from mindconverter.graph.identifiers import identifier, unique
from mindconverter.graph.ir import Graph, Value
from mindconverter.graph.lower.lowered import Operation, with_inner
from mindconverter.graph.modules.classes import CellClass
from mindconverter.graph.modules.construction import Construction
from mindconverter.graph.modules.naming import name_classes
from mindconverter.graph.modules.packing import is_packed
from mindconverter.rules.helper_source import HelperSource

Place = tuple[int, int]
_Parameter = tuple[str, "ast.expr | None", "ast.expr | None"]
"""Name, annotation and default."""


@dataclass(frozen=True)
class Script:
    """Hold a generated script.

    Attributes:
        text: Its text.
        network: The class of the whole model.
        places: Line and column of each node's code, by the node's identity.
    """

    text: str
    network: str
    places: Mapping[int, Place]


@dataclass
class _Emitter:
    names: TargetNames
    taken: frozenset[str]
    init: InitWriter
    values: Mapping[str, Value]
    ending: Mapping[int, Sequence[ast.stmt]]
    operations: dict[int, tuple[Operation, ...]] = field(default_factory=dict)


def emit(
    graph: Graph,
    classes: Sequence[CellClass],
    operations: Sequence[Operation],
    helpers: HelperSource,
    names: TargetNames,
    *,
    network: str,
    about: str,
    has_parameters: bool = True,
    ending: Sequence[ast.stmt] = (),
) -> Script:
    """Write the script.

    Args:
        graph: The graph.
        classes: The classes, each after those that it uses; the last is the model's own.
        operations: The operations of all nodes.
        helpers: The helpers that they need.
        names: Shortens target APIs.
        network: The wished name of the model's own class.
        about: The docstring of the script.
        has_parameters: Whether the model has a checkpoint.
        ending: Statements that end the ``__init__`` of the model's own class.

    Raises:
        CodeGenerationError: The text that was laid out is not the code that was meant.
    """
    taken = reserved_names(names, helpers)
    placeholders = write_placeholders(operations, names, taken)
    class_names = name_classes(classes, network, taken)
    init = InitWriter(names, class_names, placeholders.references)
    values = dict(graph.values)
    for body in (body for operation in with_inner(operations) for body in operation.bodies):
        values |= body.graph.values
    emitter = _Emitter(names, taken | set(class_names.values()), init, values, {classes[-1].number: ending})
    input_names = _input_names(graph)
    trees = [_class(emitter, cell_class, input_names) for cell_class in classes]
    blocks = [block.rstrip("\n") for block in (helpers.code, placeholders.code) if block]
    blocks += [
        "\n".join(layout_class(tree, comments=_shapes(item, values))) for item, tree in zip(classes, trees, strict=True)
    ]
    own_name = class_names[classes[-1].number]
    blocks.append(write_entry_point(graph, own_name, names, emitter.taken, has_parameters=has_parameters))
    head = [docstring(about), "", *_imports(emitter, helpers)]
    text = double_quotes("\n".join(head) + "\n\n\n" + "\n\n\n".join(blocks) + "\n")
    places = _places(text, trees, {**init.operations, **emitter.operations})
    return Script(text, own_name, places)


def reserved_names(names: TargetNames, helpers: HelperSource) -> frozenset[str]:
    """Return the names that the script's head binds, which neither a class nor a variable may have."""
    imported = {statement.replace(",", " ").split()[-1] for statement in helpers.imports}
    return names.bound | imported | set(helpers.names) | {skeleton.ORDERED, "i", "range"}


def _imports(emitter: _Emitter, helpers: HelperSource) -> list[str]:
    """Return the import statements: the standard library's, then the others; plain ones before those of names."""
    own = set(emitter.names.statements) | set(helpers.imports)
    standard: list[str] = []
    if emitter.init.ordered:
        standard.append(f"from collections import {skeleton.ORDERED}")
    framework = emitter.names.tables.target_catalog.framework
    merged: dict[str, set[str]] = {}
    plain: list[str] = []
    for statement in own:
        match = re.fullmatch(r"from (\S+) import (.+)", statement)
        if match is None:
            plain.append(statement)
        else:
            merged.setdefault(match[1], set()).add(match[2])
    statements = sorted(plain) + [
        f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(merged.items())
    ]
    theirs = [line for line in statements if line.split()[1].split(".")[0] == framework]
    others = [line for line in statements if line not in theirs]
    standard += [line for line in others if line.split()[1].split(".")[0] != "numpy"]
    third = [line for line in others if line not in standard]
    return [*standard, *([""] if standard else []), *third, *theirs]


def _class(emitter: _Emitter, cell_class: CellClass, input_names: Mapping[str, str]) -> ast.ClassDef:
    init = emitter.init
    name = init.classes[cell_class.number]
    body: list[ast.stmt] = []
    if cell_class.is_chain:
        cells = init.named_list(list(cell_class.attributes.items()))
        call = ast.Call(_super(), [cells], [])
        made = [ast.Expr(call), *emitter.ending.get(cell_class.number, ())]
        body.append(_function("__init__", _init_parameters(cell_class, init), made, _none()))
        return _class_node(name, emitter.names.reference(skeleton.SEQUENTIAL), body)
    statements: list[ast.stmt] = [ast.Expr(ast.Call(_super(), [], []))]
    for key, code in _attributes(cell_class, init):
        target = ast.Attribute(ast.Name("self", ast.Load()), key, ast.Store())
        statements.append(ast.Assign([target], code))
    statements += emitter.ending.get(cell_class.number, ())
    if len(statements) > 1 or cell_class.parameters:
        body.append(_function("__init__", _init_parameters(cell_class, init), statements, _none()))
    call_body = write_body(cell_class, input_names, emitter.taken)
    emitter.operations.update(call_body.operations)
    shortened = [emitter.names.shorten(statement) for statement in call_body.statements]
    first, values = cell_class.first, emitter.values
    parameters = [
        (name, signature_types.of_value(value, values, emitter.names), None)
        for name, value in zip(call_body.parameters, first.inputs, strict=True)
    ]
    returned = signature_types.of_results(first.outputs, values, emitter.names)
    statements = [item for item in shortened if isinstance(item, ast.stmt)]
    body.append(_function("construct", parameters, statements, returned))
    return _class_node(name, emitter.names.reference(skeleton.CELL), body)


def _shapes(cell_class: CellClass, values: Mapping[str, Value]) -> list[str]:
    """Say the shapes of what the first instance takes and gives, with and without where it stands."""
    first = cell_class.first
    if cell_class.is_chain or any(is_packed(value) for value in first.inputs):
        return []
    found = [[values.get(name) for name in names] for names in (first.inputs, first.outputs)]
    texts = [[_shape(value) for value in part] for part in found]
    if not all(text for part in texts for text in part) or not texts[0]:
        return []
    shapes = f"{', '.join(texts[0])} -> {', '.join(texts[1])}"
    path = ".".join(first.path)
    return [f"{path}: {shapes}", shapes] if re.fullmatch(r"[A-Za-z0-9_.]{1,60}", path) else [shapes]


def _shape(value: Value | None) -> str:
    if value is None or value.shape is None:
        return ""
    sizes = [re.sub(r"[^A-Za-z0-9_ +*/-]", "", str(size))[:30] or "?" for size in value.shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _input_names(graph: Graph) -> dict[str, str]:
    names: dict[str, str] = {}
    for index, value in enumerate(graph.inputs):
        plain = value.name.isidentifier() and value.name.isascii() and identifier(value.name, "x") == value.name
        wish = value.name if plain else ("x" if len(graph.inputs) == 1 else f"x{index}")
        names[value.name] = unique(wish, names.values())
    return names


def _attributes(cell_class: CellClass, init: InitWriter) -> list[tuple[str, ast.expr]]:
    """Return the attributes of a class with their expressions; what lies in a container is gathered."""
    result: dict[str, ast.expr] = {}
    for name, form in cell_class.attributes.items():
        first = name.split(".")[0]
        if first in result:
            continue
        inside = {
            key.partition(".")[2]: item for key, item in cell_class.attributes.items() if key.startswith(f"{first}.")
        }
        result[first] = _container(inside, init) if "." in name else init.code(form)
    return list(result.items())


def _container(items: Mapping[str, Construction], init: InitWriter) -> ast.expr:
    if set(items) == {str(index) for index in range(len(items))}:
        ordered = [items[str(index)] for index in range(len(items))]
        return ast.Call(init.names.reference(skeleton.LIST), [init.repeated(ordered)], [])
    pairs: list[ast.expr] = [
        ast.List([ast.Constant(name), init.code(form)], ast.Load()) for name, form in items.items()
    ]
    return ast.Call(init.names.reference(skeleton.DICT), [ast.List(pairs, ast.Load())], [])


def _init_parameters(cell_class: CellClass, init: InitWriter) -> list[_Parameter]:
    return [
        (
            parameter.name,
            signature_types.of_parameter(parameter, init.names),
            None if parameter.default is None else init.code(parameter.default),
        )
        for parameter in cell_class.parameters
    ]


def _none() -> ast.expr:
    return ast.Constant(None)


def _super() -> ast.expr:
    return ast.Attribute(ast.Call(ast.Name("super", ast.Load()), [], []), "__init__", ast.Load())


def _function(
    name: str, parameters: Sequence[_Parameter], body: list[ast.stmt], returned: ast.expr | None
) -> ast.FunctionDef:
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg("self"), *(ast.arg(parameter, annotation) for parameter, annotation, _ in parameters)],
        vararg=None,
        kwonlyargs=[],
        kw_defaults=[],
        kwarg=None,
        defaults=[default for *_, default in parameters if default is not None],
    )
    return ast.FunctionDef(name=name, args=arguments, body=body, decorator_list=[], returns=returned, type_comment=None)


def _class_node(name: str, base: ast.expr, body: list[ast.stmt]) -> ast.ClassDef:
    return ast.ClassDef(name=name, bases=[base], keywords=[], body=body, decorator_list=[])


def _places(
    text: str, trees: Sequence[ast.ClassDef], operations: Mapping[int, tuple[Operation, ...]]
) -> dict[int, Place]:
    """Find the operations in the text, whose classes must be the ones that were meant."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _unsound() from error
    found = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    places: dict[int, Place] = {}
    for tree in trees:
        twin = found.get(tree.name)
        if twin is None or ast.dump(tree) != ast.dump(twin):
            raise _unsound()
        for meant, written in zip(_nodes(tree), _nodes(twin), strict=True):
            for operation in operations.get(id(meant), ()):
                places[id(operation.node)] = (written.lineno, written.col_offset)
    return places


def _nodes(tree: ast.AST) -> list[ast.expr]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.expr)]


def _unsound() -> CodeGenerationError:
    return CodeGenerationError(
        "The script that was laid out is not the code that was meant.",
        advice="Please report the model; nothing was written.",
    )
