"""Code of the rules as pieces of text, the source's own expressions spliced in untouched."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Collection, Mapping

from mindconverter.rules.template import dotted_name
from mindconverter.rules.values import hole_name
from mindconverter.source.edit.edit import HelperName, Piece, TargetName
from mindconverter.source.edit.text import SourceText

_MARK = re.compile(r"__piece_(\d+)__")
_ATOMS = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Subscript,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
)
_OPERATORS = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Await)
_LOOSEST = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Starred)


def code_pieces(
    code: ast.expr,
    holes: Mapping[str, ast.expr],
    source: SourceText,
    *,
    helpers: Collection[str],
    is_target: Callable[[str], bool],
    tight: set[int],
) -> list[Piece]:
    """Return a rule's code as pieces.

    Args:
        code: The code, with holes.
        holes: The source expression of each hole.
        source: The script that the expressions stand in.
        helpers: The names in the code that are helpers.
        is_target: Tells whether a dotted name in the code is that of a target API.
        tight: Gets the identities of the expressions that have no parentheses where an operation would need some.
    """
    marker = _Marker(holes, source, helpers, is_target, tight)
    text = ast.unparse(ast.fix_missing_locations(marker.visit(copy.deepcopy(code))))
    pieces: list[Piece] = []
    position = 0
    for match in _MARK.finditer(text):
        pieces += [text[position : match.start()], *marker.pieces[int(match[1])]]
        position = match.end()
    return [piece for piece in (*pieces, text[position:]) if piece != ""]


def hole_names(code: ast.expr) -> set[str]:
    """Return the names of the holes of a rule's code."""
    found = (hole_name(node.id) for node in ast.walk(code) if isinstance(node, ast.Name))
    return {name for name in found if name is not None}


def is_atom(node: ast.expr, source: SourceText) -> bool:
    """Tell whether an expression needs no parentheses wherever it stands."""
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, (int, float, complex)) or isinstance(node.value, bool)
    if isinstance(node, ast.Tuple):
        return source.text.startswith("(", source.span(node).start)
    return isinstance(node, _ATOMS)


def binds_tightly(parent: ast.AST | None, node: ast.AST) -> bool:
    """Tell whether an expression at this place would be torn apart by what is around it, if it were an operation."""
    if isinstance(parent, (ast.Attribute, ast.Subscript)):
        return parent.value is node
    if isinstance(parent, ast.Call):
        return parent.func is node
    return isinstance(parent, _OPERATORS)


class _Marker(ast.NodeTransformer):
    """Put marks in the place of holes, helpers and target APIs, and note the pieces that they stand for."""

    def __init__(
        self,
        holes: Mapping[str, ast.expr],
        source: SourceText,
        helpers: Collection[str],
        is_target: Callable[[str], bool],
        tight: set[int],
    ) -> None:
        self.holes = holes
        self.source = source
        self.helpers = helpers
        self.is_target = is_target
        self.tight = tight
        self.pieces: list[list[Piece]] = []
        self.parents: list[ast.AST] = []

    def visit(self, node: ast.AST) -> ast.AST:
        name = dotted_name(node)
        if name is not None and isinstance(node, ast.Attribute) and self.is_target(name):
            return self.mark([TargetName(name)])
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self.string(node, node.value)
        self.parents.append(node)
        self.generic_visit(node)
        self.parents.pop()
        return node

    def name(self, node: ast.Name) -> ast.AST:
        hole = hole_name(node.id)
        if hole is None:
            return self.mark([HelperName(node.id)]) if node.id in self.helpers else node
        expression = self.holes[hole]
        pieces: list[Piece] = [self.source.span(expression)]
        loose = isinstance(expression, (*_LOOSEST, ast.Tuple)) and not is_atom(expression, self.source)
        tight = bool(self.parents) and binds_tightly(self.parents[-1], node)
        if (loose and self.parents) or (tight and not is_atom(expression, self.source)):
            pieces = ["(", *pieces, ")"]
        elif tight:
            self.tight.add(id(expression))
        return self.mark(pieces)

    def string(self, node: ast.Constant, text: str) -> ast.AST:
        """Write a string with the script's own quotation marks where nothing has to be escaped."""
        quote = self.source.quote
        plain = text.isprintable() and not any(char in "'\"\\" for char in text)
        return self.mark([f"{quote}{text}{quote}"]) if plain else node

    def mark(self, pieces: list[Piece]) -> ast.Name:
        self.pieces.append(pieces)
        return ast.Name(f"__piece_{len(self.pieces) - 1}__", ast.Load())
