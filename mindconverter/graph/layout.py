"""Lay statements out as text: lines of limited length, double quotes, an element a line where it gets long."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Sequence

WIDTH = 120
_STEP = "    "


def layout_class(node: ast.ClassDef, indent: str = "") -> list[str]:
    """Return the lines of a class.

    Args:
        node: A class of docstring, assignments, functions and classes.
        indent: What every line begins with.
    """
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    lines = [f"{indent}class {node.name}({bases}):" if bases else f"{indent}class {node.name}:"]
    for index, statement in enumerate(node.body):
        block = layout_statement(statement, indent + _STEP)
        if index and isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            lines.append("")
        lines.extend(block)
    return lines


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
            head = _expression(iterated, indent, f"for {ast.unparse(target)} in ", ":")
            return [*head, *(line for statement in body for line in layout_statement(statement, indent + _STEP))]
        case ast.Assign(targets=targets, value=value):
            prefix = "".join(f"{_plain(target)} = " for target in targets)
            return _expression(value, indent, prefix, "")
        case ast.Return(value=ast.expr() as value):
            return _expression(value, indent, "return ", "", bare_tuple=True)
        case ast.Expr(value=value):
            return _expression(value, indent, "", "")
    return [f"{indent}{line}" for line in ast.unparse(node).splitlines()]


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
    parameters = ast.unparse(node.args)
    head = f"{indent}def {node.name}({parameters}):"
    lines = [head]
    if len(head) > WIDTH:
        names = [argument.arg for argument in node.args.args]
        defaults = [None] * (len(names) - len(node.args.defaults)) + list(node.args.defaults)
        texts = [
            name if default is None else f"{name}={ast.unparse(default)}"
            for name, default in zip(names, defaults, strict=True)
        ]
        one = f"{indent}{_STEP}{', '.join(texts)}"
        inner = [one] if len(one) <= WIDTH else [f"{indent}{_STEP}{text}," for text in texts]
        lines = [f"{indent}def {node.name}(", *inner, f"{indent}):"]
    for statement in node.body:
        lines.extend(layout_statement(statement, indent + _STEP))
    return lines


def _plain(node: ast.expr) -> str:
    """Return the text of an expression; a tuple of several without its parentheses."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        return ", ".join(ast.unparse(item) for item in node.elts)
    return ast.unparse(node)


def _expression(node: ast.expr, indent: str, prefix: str, suffix: str, *, bare_tuple: bool = False) -> list[str]:
    text = f"{indent}{prefix}{_plain(node) if bare_tuple else ast.unparse(node)}{suffix}"
    if len(text) <= WIDTH:
        return [text]
    match node:
        case ast.Call(func=func, args=arguments, keywords=keywords):
            parts = [("", argument) for argument in arguments]
            parts += [(f"{item.arg}=" if item.arg else "**", item.value) for item in keywords]
            if len(parts) == 1 and isinstance(parts[0][1], (ast.List, ast.ListComp)) and not parts[0][0]:
                return _expression(parts[0][1], indent, f"{prefix}{ast.unparse(func)}(", f"){suffix}")
            return _exploded(parts, indent, f"{prefix}{ast.unparse(func)}(", f"){suffix}") if parts else [text]
        case ast.List(elts=[_, *_] as items):
            return _exploded([("", item) for item in items], indent, f"{prefix}[", f"]{suffix}")
        case ast.Tuple(elts=[_, *_] as items):
            return _exploded([("", item) for item in items], indent, f"{prefix}(", f"){suffix}")
        case ast.Starred(value=value):
            return _expression(value, indent, f"{prefix}*", suffix)
        case ast.ListComp(elt=element, generators=generators):
            inner = indent + _STEP
            rest = "".join(ast.unparse(generator) for generator in generators).strip()
            return [f"{indent}{prefix}[", *_expression(element, inner, "", ""), f"{inner}{rest}", f"{indent}]{suffix}"]
    return [text]


def _exploded(parts: Sequence[tuple[str, ast.expr]], indent: str, opening: str, closing: str) -> list[str]:
    inner = indent + _STEP
    lines = [f"{indent}{opening}"]
    for name, part in parts:
        lines.extend(_expression(part, inner, name, ","))
    return [*lines, f"{indent}{closing}"]
