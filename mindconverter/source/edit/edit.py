"""Changes to a text: parts of it replaced by new text and by other parts, which may be changed themselves."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from mindconverter.source.edit.text import Span


@dataclass(frozen=True, slots=True)
class TargetName:
    """Stand for a target API, written as the imports of the result have it."""

    name: str


@dataclass(frozen=True, slots=True)
class HelperName:
    """Stand for a helper, written as the result has it."""

    name: str


@dataclass(frozen=True, slots=True)
class Dedented:
    """Stand for lines of the source, with their own changes, that lose a part of their indentation.

    Attributes:
        span: The lines.
        indent: What each of them loses, if it has it.
        column: Where in the line that stands.
    """

    span: Span
    indent: str
    column: int


@dataclass(frozen=True, slots=True)
class Indented:
    """Stand for lines of the source, with their own changes, that gain indentation.

    Attributes:
        span: The lines, from the start of the first one.
        indent: What each of them gains.
    """

    span: Span
    indent: str


Piece = str | Span | TargetName | HelperName
"""A text as it is; parts of the source with their own changes; or a name that is settled when the result is written."""

_INDENTABLE = re.compile(r"(?:\A|(?<=\n)|(?<=\r)(?!\n))(?![\0\r\n]|\Z)")

_KEPT_LINE = "\0"
"""Marks a line whose indentation is part of a string; no script can have this character."""


@dataclass(frozen=True, slots=True)
class _Edit:
    span: Span
    pieces: tuple[Piece | Dedented | Indented, ...]


@dataclass
class Edits:
    """Collect the changes of a text and apply them.

    A change within the span of another one takes effect only where the outer one has a part of the source with it.
    """

    _edits: list[_Edit] = field(default_factory=list)
    _sorted: bool = True

    def __bool__(self) -> bool:
        return bool(self._edits)

    def replace(self, span: Span, *pieces: Piece | Dedented | Indented) -> None:
        """Put pieces in the place of a part of the text."""
        self._edits.append(_Edit(span, pieces))
        self._sorted = False

    def insert(self, offset: int, *pieces: Piece) -> None:
        """Put pieces at an offset; those of several insertions there come in the order of the calls."""
        self.replace(Span(offset, offset), *pieces)

    def keep_line(self, offset: int) -> None:
        """Let the line that starts at an offset keep its indentation."""
        self.insert(offset, _KEPT_LINE)

    def avoid(self, quote: str, span: Span) -> None:
        """Write the strings that come into a part of the text, within an f-string, with other quotation marks."""
        if not self.changes(span):
            return
        other = {"'": '"', '"': "'"}.get(quote, quote)
        for index in range(self._first_from(span.start), len(self._edits)):
            edit = self._edits[index]
            if edit.span.start >= span.end:
                break
            pieces = [
                piece.replace(quote, other) if isinstance(piece, str) and other not in piece else piece
                for piece in edit.pieces
            ]
            self._edits[index] = _Edit(edit.span, tuple(pieces))

    def changes(self, span: Span) -> bool:
        """Tell whether a change lies within a part of the text."""
        self._sort()
        index = self._first_from(span.start)
        return index < len(self._edits) and self._edits[index].span.end <= span.end

    def render(self, text: str, names: Mapping[TargetName | HelperName, str], span: Span | None = None) -> str:
        """Return the changed text.

        Args:
            text: The text that the changes are of.
            names: How the names that the pieces hold are written.
            span: The part to return; the whole text if it is None.
        """
        self._sort()
        parts: list[str] = []
        self._render(text, span or Span(0, len(text) + 1), names, parts, set())
        return "".join(parts).replace(_KEPT_LINE, "")

    def _render(
        self,
        text: str,
        span: Span,
        names: Mapping[TargetName | HelperName, str],
        parts: list[str],
        active: set[int],
        *,
        spliced: bool = False,
    ) -> None:
        position = span.start
        for index in range(self._first_from(span.start), len(self._edits)):
            edit = self._edits[index]
            if edit.span.start >= span.end:
                break
            if edit.span.start < position or edit.span.end > span.end or index in active:
                continue
            if spliced and edit.span.end == span.start:
                continue  # what was inserted before the part stays where that stood
            parts.append(text[position : edit.span.start])
            active.add(index)
            for piece in edit.pieces:
                if isinstance(piece, Span):
                    self._render(text, piece, names, parts, active, spliced=True)
                elif isinstance(piece, Dedented):
                    inner: list[str] = []
                    self._render(text, piece.span, names, inner, active)
                    parts.append(_dedent("".join(inner), piece))
                elif isinstance(piece, Indented):
                    deeper: list[str] = []
                    self._render(text, piece.span, names, deeper, active)
                    parts.append(_INDENTABLE.sub(rf"\g<0>{piece.indent}", "".join(deeper)))
                else:
                    parts.append(piece if isinstance(piece, str) else names[piece])
            active.discard(index)
            position = edit.span.end
        parts.append(text[position : span.end])

    def _first_from(self, start: int) -> int:
        return bisect_left(self._edits, start, key=lambda edit: edit.span.start)

    def _sort(self) -> None:
        """Bring outer changes before inner ones, and insertions before what starts where they stand."""
        if not self._sorted:
            self._edits.sort(key=lambda edit: (edit.span.start, edit.span.start != edit.span.end, -edit.span.end))
            self._sorted = True


def _dedent(text: str, piece: Dedented) -> str:
    return re.sub(rf"(\A|\r\n|\r|\n)([ \t\f]{{{piece.column}}}){re.escape(piece.indent)}", r"\1\2", text)
