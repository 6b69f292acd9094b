"""The arguments of a call in the text, and their change in place: what stays keeps its layout and its comments."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mindconverter.source.edit import Edits, Piece
from mindconverter.source.text import SourceText, Span

_TRIVIA = re.compile(r"(?:[ \t\r\n\f]|\\\r?\n|#[^\r\n]*)*")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?=[\r\n])")
_LINE_BREAK = re.compile(r"(?:\r\n|\r|\n)[ \t]*")
_INDENT = re.compile(r"(?:\r\n|\r|\n)[ \t]*$")


@dataclass(frozen=True, slots=True)
class Slot:
    """Describe an argument in the text.

    Attributes:
        value: Its expression.
        keyword: Its keyword, or None.
        star: ``*``, ``**`` or nothing.
        text: Its place, with keyword, stars and parentheses.
        value_text: The place of its value, with stars and parentheses.
        start: Where what belongs to it starts: white space and comments before it.
        end: Where that ends: its comma and a comment behind it.
        comma: The place of its comma, or None.
    """

    value: ast.expr
    keyword: str | None
    star: str
    text: Span
    value_text: Span
    start: int
    end: int
    comma: int | None


@dataclass(frozen=True, slots=True)
class CallLayout:
    """Describe the parentheses of a call.

    Attributes:
        opening: The place of the opening parenthesis.
        closing: That of the closing one.
        slots: The arguments.
    """

    opening: int
    closing: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class NewArgument:
    """Describe an argument of the result.

    Attributes:
        parameter: The target's parameter.
        slot: The index of the source argument that it is; None for a new value.
        by_name: Whether it has to be written with its name.
        by_place: Whether it has to be written without its name.
        star: Whether it is written as ``*value``.
        pieces: The new value.
    """

    parameter: str
    slot: int | None
    by_name: bool
    by_place: bool
    star: bool
    pieces: tuple[Piece, ...] = ()


def read_layout(node: ast.Call, source: SourceText) -> CallLayout:
    """Return the layout of a call."""
    text = source.text
    opening = source.span(node.func).end
    while text[opening] != "(":
        opening = _skip(text, opening + (text[opening] == ")"))
    closing = source.span(node).end - 1
    arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    arguments.sort(key=lambda argument: (argument.lineno, argument.col_offset))
    slots: list[Slot] = []
    start = opening + 1
    for argument in arguments:
        slot = _read_slot(text, argument, source.span(argument), start, opening, closing)
        slots.append(slot)
        start = slot.end
    return CallLayout(opening, closing, tuple(slots))


def _read_slot(text: str, argument: ast.expr | ast.keyword, span: Span, start: int, opening: int, closing: int) -> Slot:
    if span.start == opening:  # The only argument is a generator, whose parentheses are those of the call.
        whole = Span(opening + 1, closing)
        assert isinstance(argument, ast.expr)
        return Slot(argument, None, "", whole, Span(opening, closing + 1), start, closing, None)
    first, end = _skip(text, start), _behind_parentheses(text, span.end, closing)
    place = _skip(text, end)
    comma = place if place < closing and text[place] == "," else None
    if comma is None:
        place = end
    else:
        rest = _REST_OF_LINE.match(text, comma + 1)
        place = rest.end() if rest is not None else comma + 1
    whole = Span(first, end)
    if isinstance(argument, ast.keyword):
        if argument.arg is None:
            return Slot(argument.value, None, "**", whole, whole, start, place, comma)
        value = _skip(text, text.index("=", first) + 1)
        return Slot(argument.value, argument.arg, "", whole, Span(value, end), start, place, comma)
    if isinstance(argument, ast.Starred):
        return Slot(argument.value, None, "*", whole, whole, start, place, comma)
    return Slot(argument, None, "", whole, whole, start, place, comma)


def _skip(text: str, position: int) -> int:
    match = _TRIVIA.match(text, position)
    assert match is not None
    return match.end()


def _behind_parentheses(text: str, end: int, closing: int) -> int:
    """Return where an argument ends with the parentheses around it."""
    while True:
        place = _skip(text, end)
        if place >= closing or text[place] != ")":
            return end
        end = place + 1


def edit_arguments(
    edits: Edits, source: SourceText, layout: CallLayout, arguments: Sequence[NewArgument], first: Sequence[Piece] = ()
) -> None:
    """Bring the arguments of a call into their new form.

    Args:
        edits: Takes the changes.
        source: The script.
        layout: The call's layout.
        arguments: The arguments of the result, in the order of the target's signature.
        first: A new argument that comes before all others, such as the receiver of a method.
    """
    written = _written(layout, arguments)
    if any(slot.text != slot.value_text and slot.keyword is None for slot in layout.slots):
        written = None if first or len(arguments) != 1 or arguments[0].by_name else written
    if written is None:
        _rebuild(edits, layout, arguments, first)
        return
    by_slot = {argument.slot: (argument, named) for argument, named in written if argument.slot is not None}
    kept = [index for index in range(len(layout.slots)) if index in by_slot]
    if first:
        follows = bool(arguments)
        edits.insert(layout.opening + 1, *first, *([_comma_before(source, layout)] if follows else []))
    if not kept:
        new = [_new_text(argument) for argument, _ in written]
        if layout.slots:
            edits.replace(Span(layout.opening + 1, layout.closing), *_joined(new))
        elif new:
            edits.insert(layout.opening + 1, *_joined(new))
        return
    for index in kept:
        _adapt(edits, layout.slots[index], *by_slot[index])
    _insert_new(edits, source, layout, [argument for argument, _ in written], kept)
    _remove(edits, source, layout, kept)


def _written(layout: CallLayout, arguments: Sequence[NewArgument]) -> list[tuple[NewArgument, bool]] | None:
    """Return the arguments and whether each is named; None if the text has to be put together anew."""
    result = []
    named = False
    last = -1
    used = [argument.slot for argument in arguments if argument.slot is not None]
    if len(used) != len(set(used)):
        return None
    for argument in arguments:
        slot = layout.slots[argument.slot] if argument.slot is not None else None
        has_name = slot is not None and slot.keyword is not None and not argument.by_place
        named = named or argument.by_name or has_name
        if not named:
            if argument.slot is None or argument.slot < last:
                return None
            last = argument.slot
        if argument.by_place and (named or (slot is not None and slot.keyword is not None)):
            return None
        result.append((argument, named))
    positional = [argument.slot for argument, has_name in result if not has_name and argument.slot is not None]
    others = [argument.slot for argument, has_name in result if has_name and argument.slot is not None]
    return result if not positional or not others or max(positional) < min(others) else None


def _adapt(edits: Edits, slot: Slot, argument: NewArgument, named: bool) -> None:
    """Give a source argument its new name, or its star."""
    if slot.star:
        return
    if slot.keyword is not None:
        if slot.keyword != argument.parameter:
            edits.replace(Span(slot.text.start, slot.text.start + len(slot.keyword)), argument.parameter)
    elif named:
        edits.insert(slot.text.start, f"{argument.parameter}=")
    elif argument.star:
        edits.insert(slot.text.start, "*")


def _insert_new(
    edits: Edits, source: SourceText, layout: CallLayout, arguments: Sequence[NewArgument], kept: Sequence[int]
) -> None:
    positional = [index for index in kept if layout.slots[index].keyword is None]
    earliest = max(positional, default=kept[0])
    anchor = earliest
    for argument in arguments:
        if argument.slot is not None:
            anchor = max(argument.slot, earliest)
            continue
        slot = layout.slots[anchor]
        separator = _indent(source, slot)
        pieces = _new_text(argument)
        if slot.comma is not None and (anchor != kept[-1] or layout.slots[-1].comma is not None):
            edits.insert(slot.end, separator or " ", *pieces, ",")
        else:
            edits.insert(slot.text.end, ",", separator or " ", *pieces)


def _remove(edits: Edits, source: SourceText, layout: CallLayout, kept: Sequence[int]) -> None:
    slots = layout.slots
    first, last = kept[0], kept[-1]
    if first > 0:
        lead = source.text[slots[first].start : slots[first].text.start]
        edits.replace(Span(slots[0].start, slots[first].start if lead.strip(" \t") else slots[first].text.start))
    for index in range(first + 1, last):
        if index not in kept:
            edits.replace(Span(slots[index].start, slots[index].end))
    if last < len(slots) - 1:
        if slots[-1].comma is not None:
            edits.replace(Span(slots[last].end, slots[-1].end))
        else:
            comma = slots[last].comma
            assert comma is not None
            edits.replace(Span(comma, comma + 1))
            edits.replace(Span(_behind_comment(source, slots[last]), slots[-1].text.end))


def _behind_comment(source: SourceText, slot: Slot) -> int:
    """Return where an argument ends, with the line break that a comment behind its comma needs."""
    if slot.comma is None or "#" not in source.text[slot.comma : slot.end]:
        return slot.end
    match = _LINE_BREAK.match(source.text, slot.end)
    return match.end() if match is not None else slot.end


def _indent(source: SourceText, slot: Slot) -> str:
    """Return the line break and the indentation before an argument that has a line of its own, else nothing."""
    match = _INDENT.search(source.text[slot.start : slot.text.start])
    return match.group() if match is not None else ""


def _comma_before(source: SourceText, layout: CallLayout) -> str:
    following = source.text[layout.opening + 1 : layout.opening + 2]
    return "," if layout.slots and following in "\r\n" else ", "


def _new_text(argument: NewArgument) -> tuple[Piece, ...]:
    prefix = f"{argument.parameter}=" if argument.by_name else "*" if argument.star else ""
    return (prefix, *argument.pieces)


def _joined(parts: Sequence[Sequence[Piece]]) -> list[Piece]:
    pieces: list[Piece] = []
    for index, part in enumerate(parts):
        pieces += [", "] if index else []
        pieces += part
    return pieces


def _rebuild(edits: Edits, layout: CallLayout, arguments: Sequence[NewArgument], first: Sequence[Piece]) -> None:
    """Put all arguments on one line in the order of the target's signature."""
    parts: list[Sequence[Piece]] = [first] if first else []
    named = False
    for argument in arguments:
        slot = layout.slots[argument.slot] if argument.slot is not None else None
        named = named or argument.by_name or (slot is not None and slot.keyword is not None and not argument.by_place)
        if slot is not None and slot.star:
            parts.append([slot.value_text])
            continue
        prefix = "*" if argument.star else f"{argument.parameter}=" if named else ""
        parts.append([prefix, *([slot.value_text] if slot is not None else argument.pieces)])
    edits.replace(Span(layout.opening + 1, layout.closing), *_joined(parts))
