"""The arguments of a call, edited in place by LibCST: what stays keeps its layout and its comments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from mindconverter.source.edit.edit import Edits, Piece
from mindconverter.source.edit.gaps import Gap, between, closing_gap, opening_gap, separator, without_comment
from mindconverter.source.edit.text import SourceText, Span

_TRIVIA = re.compile(r"(?:[ \t\r\n\f]|\\\r?\n|#[^\r\n]*)*")
_MARK = re.compile(r"__argument_(\d+)__")
_ONE_SPACE = cst.SimpleWhitespace(" ")
_NO_SPACE = cst.SimpleWhitespace("")


@dataclass(frozen=True, slots=True)
class Slot:
    """Describe an argument of the source.

    Attributes:
        value: Its expression.
        keyword: Its keyword, or None.
        star: ``*``, ``**`` or nothing.
    """

    value: ast.expr
    keyword: str | None
    star: str


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


def read_slots(node: ast.Call) -> tuple[Slot, ...]:
    """Return the arguments of a call in the order of the text."""
    arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    arguments.sort(key=lambda argument: (argument.lineno, argument.col_offset))
    slots = []
    for argument in arguments:
        match argument:
            case ast.keyword(arg=keyword, value=value):
                slots.append(Slot(value, keyword, "" if keyword is not None else "**"))
            case ast.Starred(value=value):
                slots.append(Slot(value, None, "*"))
            case _:
                slots.append(Slot(argument, None, ""))
    return tuple(slots)


def parentheses(node: ast.Call, source: SourceText) -> Span:
    """Return the place of a call's parentheses with what is between them."""
    opening = source.span(node.func).end
    while source.text[opening] != "(":
        match = _TRIVIA.match(source.text, opening + (source.text[opening] == ")"))
        assert match is not None
        opening = match.end()
    return Span(opening, source.span(node).end)


def edit_arguments(
    edits: Edits, source: SourceText, node: ast.Call, arguments: Sequence[NewArgument], first: Sequence[Piece] = ()
) -> None:
    """Bring the arguments of a call into their new form.

    Args:
        edits: Takes the changes.
        source: The script.
        node: The call.
        arguments: The arguments of the result, in the order of the target's signature.
        first: A new argument that comes before all others, such as the receiver of a method.
    """
    slots = read_slots(node)
    named = _named(slots, arguments)
    if not first and named is not None and _unchanged(slots, arguments, named):
        return
    place = parentheses(node, source)
    call = cst.parse_expression(f"f{source.slice(place)}")
    assert isinstance(call, cst.Call)
    editor = _Editor(source, place, slots, call)
    result = editor.rebuilt(arguments, first) if named is None else editor.edited(arguments, named, first)
    edits.replace(place, *editor.pieces_of(result))


def _named(slots: Sequence[Slot], arguments: Sequence[NewArgument]) -> list[bool] | None:
    """Tell of each argument whether it is written with its name; None if the order of the text cannot stay."""
    result: list[bool] = []
    named = False
    last = -1
    used = [argument.slot for argument in arguments if argument.slot is not None]
    if len(used) != len(set(used)):
        return None
    for argument in arguments:
        slot = slots[argument.slot] if argument.slot is not None else None
        has_name = slot is not None and slot.keyword is not None and not argument.by_place
        named = named or argument.by_name or has_name
        if not named:
            if argument.slot is None or argument.slot < last:
                return None
            last = argument.slot
        if argument.by_place and (named or (slot is not None and slot.keyword is not None)):
            return None
        result.append(named)
    places = [argument.slot for argument in arguments]
    positional = [slot for slot, has_name in zip(places, result, strict=True) if not has_name and slot is not None]
    others = [slot for slot, has_name in zip(places, result, strict=True) if has_name and slot is not None]
    return result if not positional or not others or max(positional) < min(others) else None


def _unchanged(slots: Sequence[Slot], arguments: Sequence[NewArgument], named: Sequence[bool]) -> bool:
    if sorted(argument.slot for argument in arguments if argument.slot is not None) != list(range(len(slots))):
        return False
    for argument, has_name in zip(arguments, named, strict=True):
        if argument.slot is None or argument.star:
            return False
        slot = slots[argument.slot]
        if not slot.star and slot.keyword != (argument.parameter if has_name else None):
            return False
    return True


@dataclass
class _Editor:
    """Build the new arguments of one call, with marks where values of the source and new code stand."""

    source: SourceText
    place: Span
    slots: Sequence[Slot]
    call: cst.Call
    values: list[tuple[Piece, ...]] = field(default_factory=list)

    def edited(self, arguments: Sequence[NewArgument], named: Sequence[bool], first: Sequence[Piece]) -> cst.Call:
        """Return the call with its arguments in the order of the text."""
        alone = len(arguments) == 1 and not named[0] and not first
        by_slot = {
            argument.slot: self.adapted(argument, has_name, alone)
            for argument, has_name in zip(arguments, named, strict=True)
            if argument.slot is not None
        }
        kept = sorted(by_slot)
        if not kept:
            return self.rebuilt(arguments, first)
        order = _order(self.slots, arguments, kept)
        items = [by_slot[slot] if slot is not None else self.fresh(argument) for slot, argument in order]
        places = [slot for slot, _ in order]
        if first:
            items.insert(0, cst.Arg(self.mark(first)))
        return self.laid_out(items, places, bool(first))

    def rebuilt(self, arguments: Sequence[NewArgument], first: Sequence[Piece]) -> cst.Call:
        """Return the call with all arguments on one line, in the order of the target's signature."""
        items = [cst.Arg(self.mark(first))] if first else []
        named = False
        for argument in arguments:
            slot = self.slots[argument.slot] if argument.slot is not None else None
            has_name = slot is not None and slot.keyword is not None and not argument.by_place
            named = named or argument.by_name or has_name
            alone = len(arguments) == 1 and not named and not first
            items.append(self.fresh(argument, named) if slot is None else self.adapted(argument, named, alone))
        last = len(items) - 1
        laid_out = [
            item.with_changes(
                comma=cst.Comma(whitespace_after=_ONE_SPACE) if index < last else cst.MaybeSentinel.DEFAULT,
                whitespace_after_arg=_NO_SPACE,
            )
            for index, item in enumerate(items)
        ]
        return self.call.with_changes(args=laid_out, whitespace_before_args=_NO_SPACE)

    def adapted(self, argument: NewArgument, named: bool, alone: bool) -> cst.Arg:
        """Return a source argument under its new name, its value as a mark."""
        assert argument.slot is not None
        slot, node = self.slots[argument.slot], self.call.args[argument.slot]
        node = node.with_changes(value=self.value_mark(slot, node.value, alone))
        if slot.star:
            return node
        if not named:
            star = "*" if argument.star else ""
            return node.with_changes(star=star, keyword=None, equal=cst.MaybeSentinel.DEFAULT)
        equal = node.equal if node.keyword is not None else cst.AssignEqual(_NO_SPACE, _NO_SPACE)
        return node.with_changes(keyword=cst.Name(argument.parameter), equal=equal)

    def fresh(self, argument: NewArgument, named: bool = True) -> cst.Arg:
        """Return a new argument, its value as a mark."""
        value = self.mark(argument.pieces)
        if argument.star or not (named or argument.by_name):
            return cst.Arg(value, star="*" if argument.star else "")
        return cst.Arg(value, keyword=cst.Name(argument.parameter), equal=cst.AssignEqual(_NO_SPACE, _NO_SPACE))

    def value_mark(self, slot: Slot, node: cst.BaseExpression, alone: bool) -> cst.Name:
        """Return the mark of a source value, in the parentheses that the value's own place leaves out."""
        span = self.source.span(slot.value)
        if span.start == self.place.start:  # The only argument is a generator, whose parentheses are the call's.
            return self.mark([Span(span.start + 1, span.end - 1) if alone else span])
        opening, closing = list(node.lpar), list(node.rpar)
        if opening and isinstance(slot.value, (ast.Tuple, ast.GeneratorExp)):
            opening, closing = opening[:-1], closing[1:]
        return self.mark([span]).with_changes(lpar=opening, rpar=closing)

    def mark(self, pieces: Sequence[Piece]) -> cst.Name:
        """Return a name that stands for pieces."""
        self.values.append(tuple(pieces))
        return cst.Name(f"__argument_{len(self.values) - 1}__")

    def laid_out(self, items: Sequence[cst.Arg], places: Sequence[int | None], first: bool) -> cst.Call:
        """Return the call with white space, commas and comments between its arguments.

        Args:
            items: The arguments.
            places: The source argument that each is; None for a new one. The receiver is not among them.
            first: Whether the first item is a receiver.
        """
        gaps = self.gaps()
        ends = list(_ends(gaps, places))
        before: cst.BaseParenthesizableWhitespace = _NO_SPACE if first else ends[0]
        if first:
            ends[0] = ends[0] if isinstance(ends[0], cst.ParenthesizedWhitespace) else _ONE_SPACE
            ends = [*ends]
        else:
            ends = ends[1:]
        laid_out = []
        for index, item in enumerate(items):
            kept = item.comma.whitespace_before if isinstance(item.comma, cst.Comma) else _NO_SPACE
            last = index == len(items) - 1
            if not last or self.trailing_comma:
                comma = cst.Comma(whitespace_before=kept, whitespace_after=ends[index])
                laid_out.append(item.with_changes(comma=comma, whitespace_after_arg=_NO_SPACE))
            else:
                laid_out.append(item.with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=ends[index]))
        return self.call.with_changes(args=laid_out, whitespace_before_args=before)

    @property
    def trailing_comma(self) -> bool:
        """Whether the source has a comma behind the last argument."""
        return bool(self.call.args) and isinstance(self.call.args[-1].comma, cst.Comma)

    def gaps(self) -> list[Gap]:
        """Return the white space before the first argument, between the arguments, and behind the last."""
        gaps: list[Gap] = [self.call.whitespace_before_args]
        for item in self.call.args:
            gaps.append(item.comma.whitespace_after if isinstance(item.comma, cst.Comma) else item.whitespace_after_arg)
        return gaps

    def pieces_of(self, call: cst.Call) -> list[Piece]:
        """Return a call's parentheses with what is between them as pieces."""
        text = cst.Module([], default_newline=self.source.newline).code_for_node(call)[1:]
        pieces: list[Piece] = []
        position = 0
        for match in _MARK.finditer(text):
            pieces += [text[position : match.start()], *self.values[int(match[1])]]
            position = match.end()
        return [piece for piece in (*pieces, text[position:]) if piece != ""]


def _order(
    slots: Sequence[Slot], arguments: Sequence[NewArgument], kept: Sequence[int]
) -> list[tuple[int | None, NewArgument]]:
    """Return the arguments in the order of the text: a new one follows the argument that the target has before it."""
    positional = [index for index in kept if slots[index].keyword is None]
    earliest = max(positional, default=kept[0])
    by_slot = {argument.slot: argument for argument in arguments if argument.slot is not None}
    behind: dict[int, list[NewArgument]] = {index: [] for index in kept}
    anchor = earliest
    for argument in arguments:
        if argument.slot is None:
            behind[anchor].append(argument)
        else:
            anchor = max(argument.slot, earliest)
    order: list[tuple[int | None, NewArgument]] = []
    for index in kept:
        order.append((index, by_slot[index]))
        order += [(None, argument) for argument in behind[index]]
    return order


def _ends(gaps: Sequence[Gap], places: Sequence[int | None]) -> Iterator[Gap]:
    """Yield the gap before the first argument of the result, those between the arguments, and the one behind the last.

    Args:
        gaps: The gaps of the source: ``gaps[i]`` is before argument ``i``.
        places: The source argument that each argument of the result is; None for a new one. The first is not new.
    """
    first = places[0]
    assert first is not None
    yield gaps[0] if first == 0 else opening_gap(gaps[0], gaps[first])
    anchor, fresh = first, False
    for place in places[1:]:
        if place is None:
            yield separator(gaps[anchor], None if fresh else gaps[anchor + 1])
            fresh = True
            continue
        if fresh:
            yield without_comment(gaps[place])
        elif place == anchor + 1:
            yield gaps[place]
        else:
            yield between(gaps[anchor + 1], gaps[place])
        anchor, fresh = place, False
    last = len(gaps) - 1
    if fresh:
        yield without_comment(gaps[last])
    elif anchor == last - 1:
        yield gaps[last]
    else:
        yield closing_gap(gaps[anchor + 1], gaps[last])
