"""Lay statements out as text: lines of limited length, double quotes, an element a line where it gets long."""

from __future__ import annotations

import ast
import copy
import io
import tokenize
from collections.abc import Sequence

WIDTH = 120
_STEP = "    "


def layout_class(node: ast.ClassDef, indent: str = "", comments: Sequence[str] = ()) -> list[str]:
    """Return the lines of a class.

    Args:
        node: A class of docstring, assignments, functions and classes.
        indent: What every line begins with.
        comments: What to say of its last function; the first that is short enough is taken.
    """
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    lines = [f"{indent}class {node.name}({bases}):" if bases else f"{indent}class {node.name}:"]
    for index, statement in enumerate(node.body):
        block = layout_statement(statement, indent + _STEP)
        if comments and statement is node.body[-1]:
            block = _with_comment(block, comments)
        if index and isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            lines.append("")
        lines.extend(block)
    return lines


def _with_comment(block: list[str], comments: Sequence[str]) -> list[str]:
    """Return a function with the first comment that fits at the end of its head."""
    heads = [f"{block[0]}  # {comment}" for comment in comments if block[0].endswith(":")]
    return [next((head for head in heads if len(head) <= WIDTH), block[0]), *block[1:]]


def layout_statement(node: ast.stmt, indent: str) -> list[str]:
    """Return the lines of a statement."""
    match node:
        case ast.ClassDef():
            return layout_class(node, indent)
        case ast.FunctionDef():
            return _function(node, indent)
        case ast.Expr(value=ast.Constant(value=str(text))):
            return [f"{indent}{docstring(text)}"]
        case ast.For(target=target, iter=iterated, body=body):
            head = _expression(iterated, indent, f"for {_text(target)} in ", ":")
            return [*head, *(line for statement in body for line in layout_statement(statement, indent + _STEP))]
        case ast.Assign(targets=targets, value=value):
            prefix = "".join(f"{_plain(target)} = " for target in targets)
            return _expression(value, indent, prefix, "")
        case ast.Return(value=ast.expr() as value):
            return _expression(value, indent, "return ", "", bare_tuple=True)
        case ast.Expr(value=value):
            return _expression(value, indent, "", "")
        case ast.If(test=test, body=body, orelse=[]):
            inner = [line for item in body for line in layout_statement(item, indent + _STEP)]
            return [f"{indent}if {_text(test)}:", *inner]
    return [f"{indent}{line}" for line in _text(node).splitlines()]


def docstring(text: str) -> str:
    """Return a docstring literal that gives back exactly the text, whatever is in it."""
    escaped = text.replace("\\", "\\\\")
    if '"""' in text or text.endswith('"'):
        escaped = escaped.replace('"', '\\"')
    return f'"""{escaped}"""'


def double_quotes(text: str) -> str:
    """Return the code with its string literals in double quotes wherever that needs no escape."""
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        string = token.string
        if token.type != tokenize.STRING or token.start[0] != token.end[0] or not string.startswith("'"):
            continue
        if '"' in string or "\\" in string or string.startswith("'''"):
            continue
        row, start, end = token.start[0] - 1, token.start[1], token.end[1]
        lines[row] = f'{lines[row][:start]}"{string[1:-1]}"{lines[row][end:]}'
    return "".join(lines)


def _function(node: ast.FunctionDef, indent: str) -> list[str]:
    returned = "" if node.returns is None else f" -> {ast.unparse(node.returns)}"
    names = node.args.args
    defaults = [None] * (len(names) - len(node.args.defaults)) + list(node.args.defaults)
    texts = [_parameter(name, default) for name, default in zip(names, defaults, strict=True)]
    lines = [f"{indent}def {node.name}({', '.join(texts)}){returned}:"]
    if len(lines[0]) > WIDTH:
        one = f"{indent}{_STEP}{', '.join(texts)}"
        inner = [one] if len(one) <= WIDTH else [f"{indent}{_STEP}{text}," for text in texts]
        lines = [f"{indent}def {node.name}(", *inner, f"{indent}){returned}:"]
    for statement in node.body:
        lines.extend(layout_statement(statement, indent + _STEP))
    return lines


def _parameter(name: ast.arg, default: ast.expr | None) -> str:
    if default is None:
        return _text(name)
    return f"{_text(name)}{'=' if name.annotation is None else ' = '}{_text(default)}"


def _plain(node: ast.expr) -> str:
    """Return the text of an expression; a tuple of several without its parentheses."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        return ", ".join(_text(item) for item in node.elts)
    return _text(node)


def _text(node: ast.AST) -> str:
    """Return the text of an expression on one line."""
    return ast.unparse(_Verbatim().visit(copy.deepcopy(node)))


class _Verbatim(ast.NodeTransformer):
    """Put names that are text as it is to be in the place of what is else written in another way."""

    def visit_Slice(self, node: ast.Slice) -> ast.AST:  # the name is the visitor's
        parts = [part for part in (node.lower, node.upper, node.step) if part is not None]
        if all(_is_short(part) for part in parts):
            return self.generic_visit(node)
        text = f"{_side(node.lower)} :{_side(node.upper)}" if node.lower else f":{_side(node.upper)}"
        if node.step is not None:
            text += f" :{_side(node.step)}"
        return ast.Name(text.strip(), ast.Load())

    def visit_Constant(self, node: ast.Constant) -> ast.AST:  # the name is the visitor's
        if not isinstance(node.value, float):
            return node
        return ast.Name(ast.unparse(node).replace("e+", "e"), ast.Load())


def _side(node: ast.expr | None) -> str:
    return "" if node is None else f" {_text(node)}"


def _is_short(node: ast.expr) -> bool:
    """Tell whether a bound of a slice is written without spaces around the colon."""
    if isinstance(node, ast.UnaryOp):
        return not isinstance(node.op, ast.Not) and _is_short(node.operand)
    return isinstance(node, (ast.Constant, ast.Name))


def _expression(
    node: ast.expr, indent: str, prefix: str, suffix: str, *, bare_tuple: bool = False, inside: bool = False
) -> list[str]:
    """Return the lines of an expression; ``inside`` brackets it may go on in the next line as it is."""
    text = f"{indent}{prefix}{_plain(node) if bare_tuple else _text(node)}{suffix}"
    if len(text) <= WIDTH:
        return [text]
    match node:
        case ast.Call() if node.args or node.keywords:
            return _call(node, indent, prefix, suffix)
        case ast.List(elts=[_, *_] as items):
            return _exploded([("", item) for item in items], indent, f"{prefix}[", f"]{suffix}")
        case ast.Tuple(elts=[_, *_] as items):
            return _exploded([("", item) for item in items], indent, f"{prefix}(", f"){suffix}")
        case ast.Starred(value=value):
            return _expression(value, indent, f"{prefix}*", suffix)
        case ast.ListComp(elt=element, generators=generators):
            inner = indent + _STEP
            rest = "".join(_text(generator) for generator in generators).strip()
            one = f"{inner}{_text(element)} {rest}"
            body = [one] if len(one) <= WIDTH else [*_expression(element, inner, "", "", inside=True), f"{inner}{rest}"]
            return [f"{indent}{prefix}[", *body, f"{indent}]{suffix}"]
        case ast.BinOp():
            return _operation(node, indent, prefix, suffix, inside=inside) or [text]
    return [text]


def _operation(node: ast.BinOp, indent: str, prefix: str, suffix: str, *, inside: bool) -> list[str]:
    """Return a chain of operators on several lines; nothing where it is no plain chain."""
    one = f"{indent}{_STEP}{_text(node)}"
    if not inside and len(one) <= WIDTH:
        return [f"{indent}{prefix}(", one, f"{indent}){suffix}"]
    operands = _operands(node)
    opening = f"{prefix}{_text(node)[: -len(_text(node.right))]}"
    if not inside and len(operands) == 2 and _is_bracketed(node.right) and len(indent + opening) < WIDTH:
        return _expression(node.right, indent, opening, suffix)
    if not operands:
        return []
    if inside:
        ends = [(prefix, ""), *[("", "")] * (len(operands) - 2), ("", suffix)]
        return [
            line
            for (head, item), (before, after) in zip(operands, ends, strict=True)
            for line in _expression(item, indent, before + head, after, inside=True)
        ]
    inner = indent + _STEP
    lines = [line for head, item in operands for line in _expression(item, inner, head, "", inside=True)]
    return [f"{indent}{prefix}(", *lines, f"{indent}){suffix}"]


def _operands(node: ast.BinOp) -> list[tuple[str, ast.expr]]:
    """Return the operands of a chain of one operator, each with the operator before it."""
    sign = _text(ast.BinOp(ast.Name("a", ast.Load()), node.op, ast.Name("b", ast.Load())))[1:-1].strip()
    if isinstance(node.right, (ast.BinOp, ast.IfExp, ast.Compare, ast.BoolOp)):
        return []  # which may need parentheses
    if isinstance(node.left, ast.BinOp) and type(node.left.op) is type(node.op):
        before = _operands(node.left)
        return [*before, (f"{sign} ", node.right)] if before else []
    if isinstance(node.left, (ast.BinOp, ast.IfExp, ast.Compare, ast.BoolOp)):
        return []
    return [("", node.left), (f"{sign} ", node.right)]


def _is_bracketed(node: ast.expr) -> bool:
    """Tell whether an expression ends with brackets that have something in them."""
    if isinstance(node, ast.Call):
        return bool(node.args or node.keywords)
    return isinstance(node, ast.ListComp) or (isinstance(node, (ast.List, ast.Tuple)) and bool(node.elts))


def _call(node: ast.Call, indent: str, prefix: str, suffix: str) -> list[str]:
    parts = [("", argument) for argument in node.args]
    parts += [(f"{item.arg}=" if item.arg else "**", item.value) for item in node.keywords]
    opening = f"{prefix}{_text(node.func)}("
    if len(indent + opening) <= WIDTH or not isinstance(node.func, ast.Attribute):
        return _arguments(parts, indent, opening, f"){suffix}")
    # A method of what is too long itself: that is taken apart first.
    method = f".{node.func.attr}("
    arguments = ", ".join(f"{name}{_text(part)}" for name, part in parts)
    short = _expression(node.func.value, indent, prefix, f"{method}{arguments}){suffix}")
    if len(short[-1]) <= WIDTH:
        return short
    *lines, last = _expression(node.func.value, indent, prefix, method)
    return [*lines, *_arguments(parts, indent, last.removeprefix(indent), f"){suffix}")]


def _arguments(parts: Sequence[tuple[str, ast.expr]], indent: str, opening: str, closing: str) -> list[str]:
    """Return a call's arguments on a line of their own, or on one each."""
    inner = indent + _STEP
    one = inner + ", ".join(f"{name}{_text(part)}" for name, part in parts)
    if len(one) <= WIDTH:
        return [f"{indent}{opening}", one, f"{indent}{closing}"]
    if len(parts) == 1:
        name, part = parts[0]
        return [f"{indent}{opening}", *_expression(part, inner, name, "", inside=True), f"{indent}{closing}"]
    return _exploded(parts, indent, opening, closing)


def _exploded(parts: Sequence[tuple[str, ast.expr]], indent: str, opening: str, closing: str) -> list[str]:
    inner = indent + _STEP
    lines = [f"{indent}{opening}"]
    for name, part in parts:
        lines.extend(_expression(part, inner, name, ",", inside=True))
    return [*lines, f"{indent}{closing}"]
