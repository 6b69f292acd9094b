"""Signature texts out of ``ast`` nodes, with the words of annotations made uniform."""

from __future__ import annotations

import ast
import re

_WORDS = {
    "_int": "int",
    "_float": "float",
    "_bool": "bool",
    "_complex": "complex",
    "_dtype": "dtype",
    "_device": "device",
    "_layout": "layout",
    "_qscheme": "qscheme",
    "_size": "Sequence[int]",
    "_symsize": "Sequence[int]",
    "_size_any_t": "int | Sequence[int]",
    "_size_1_t": "int | Sequence[int]",
    "_size_2_t": "int | Sequence[int]",
    "_size_3_t": "int | Sequence[int]",
    "_size_2_opt_t": "int | None | Sequence[int | None]",
    "_size_3_opt_t": "int | None | Sequence[int | None]",
    "_ratio_any_t": "float | Sequence[float]",
    "TensorBase": "Tensor",
    "_TensorBase": "Tensor",
}
_QUALIFIERS = frozenset({"torch", "typing", "builtins"})
_TYPE_BEFORE_NAME = re.compile(r"(?<=[(\s,])(?:bool|int|float|str|Tensor)\s+(?=[A-Za-z_])")


class _Annotation(ast.NodeTransformer):
    """Replace private type words, drop framework prefixes and spell unions with a bar."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _expression(_WORDS[node.id]) if node.id in _WORDS else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value = self.visit(node.value)
        if isinstance(value, ast.Name) and value.id in _QUALIFIERS:
            return self.visit_Name(ast.Name(id=node.attr, ctx=ast.Load()))
        return ast.Attribute(value=value, attr=node.attr, ctx=ast.Load())

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        value, index = self.visit(node.value), self.visit(node.slice)
        if isinstance(value, ast.Name) and value.id == "Optional":
            return ast.BinOp(left=index, op=ast.BitOr(), right=ast.Constant(value=None))
        if isinstance(value, ast.Name) and value.id == "Union" and isinstance(index, ast.Tuple):
            return _union(index.elts)
        return ast.Subscript(value=value, slice=index, ctx=ast.Load())


def signature_of_node(node: ast.FunctionDef, *, method: bool, annotated: bool) -> str:
    """Render the signature of a function definition.

    Args:
        node: The definition.
        method: Leave out the first parameter.
        annotated: Keep the annotations, in uniform words.
    """
    arguments = node.args
    positional = arguments.posonlyargs or arguments.args
    if method and positional:
        del positional[0]
        if len(arguments.defaults) > len(arguments.posonlyargs) + len(arguments.args):
            del arguments.defaults[0]
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for argument in [*named, arguments.vararg, arguments.kwarg]:
        if argument is not None:
            argument.annotation = _uniform(argument.annotation) if annotated else None
    result = _uniform(node.returns)
    arrow = f" -> {ast.unparse(result)}" if result is not None else ""
    return f"({ast.unparse(arguments)}){arrow}"


def signature_of_line(line: str) -> str | None:
    """Render the signature that a line of documentation shows, such as ``name(x, dim=0) -> Tensor``.

    Returns:
        None where the line is no signature.
    """
    node = _definition(line[line.index("(") :].strip()) if "(" in line else None
    if node is None:
        return None
    first = (node.args.posonlyargs + node.args.args)[:1]
    return signature_of_node(node, method=bool(first) and first[0].arg == "self", annotated=False)


def _definition(signature: str) -> ast.FunctionDef | None:
    bare = signature.split("->")[0]
    for text in (signature, bare, _TYPE_BEFORE_NAME.sub("", bare)):
        try:
            statement = ast.parse(f"def f{text}: ...").body[0]
        except SyntaxError:
            continue
        return statement if isinstance(statement, ast.FunctionDef) else None
    return None


def _uniform(annotation: ast.expr | None) -> ast.expr | None:
    if annotation is None:
        return None
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = _expression(annotation.value)
    node: ast.expr = _Annotation().visit(annotation)
    return node


def _union(members: list[ast.expr]) -> ast.expr:
    left, *rest = members
    for right in rest:
        left = ast.BinOp(left=left, op=ast.BitOr(), right=right)
    return left


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
