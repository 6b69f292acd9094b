"""The text of a script: its decoding, and the places of syntax nodes in it."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A part of a text, as offsets in characters."""

    start: int
    end: int


@dataclass(frozen=True)
class SourceText:
    """Hold a script and find places in it.

    Attributes:
        text: The script, line endings as they are.
    """

    text: str

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of each line, as Python counts lines."""
        return [0, *(match.end() for match in _NEWLINE.finditer(self.text))]

    @cached_property
    def newline(self) -> str:
        """The line ending of the script: that of its first line."""
        match = _NEWLINE.search(self.text)
        return match.group() if match else "\n"

    @cached_property
    def quote(self) -> str:
        """The quotation mark that the script prefers."""
        return "'" if self.text.count("'") > self.text.count('"') else '"'

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line, from 1, and a column in UTF-8 bytes, as syntax nodes have them."""
        start = self.line_starts[line - 1]
        if self._ascii:
            return start + column
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        content = self.text[start:end]
        return start + (column if content.isascii() else len(content.encode()[:column].decode(errors="replace")))

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> Span:
        """Return the place of a node, without parentheses around it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return Span(self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset))

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line, from 1, and the column, from 0 and in characters, of an offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1]

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset starts."""
        return self.line_starts[bisect_right(self.line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends, its line ending included."""
        line = bisect_right(self.line_starts, offset)
        return self.line_starts[line] if line < len(self.line_starts) else len(self.text)

    def slice(self, span: Span) -> str:
        """Return a part of the script."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Encoding:
    """Say how a script is stored.

    Attributes:
        name: The codec.
        mark: The byte order mark that it starts with, or nothing.
    """

    name: str
    mark: bytes


def decode_script(data: bytes) -> tuple[str, Encoding]:
    """Return a script's text, and how to store it again: by its byte order mark or encoding cookie, else UTF-8.

    Raises:
        SyntaxError: The cookie names no codec, or the script is not in the encoding that it says.
    """
    name, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    encoding = Encoding("utf-8" if name == "utf-8-sig" else name, mark)
    try:
        return data[len(mark) :].decode(encoding.name), encoding
    except UnicodeDecodeError as error:
        raise SyntaxError(f"The script is not in the encoding {encoding.name}.") from error


def encode_script(text: str, encoding: Encoding) -> bytes:
    """Return the bytes of a script that ``decode_script`` read."""
    return encoding.mark + text.encode(encoding.name, errors="backslashreplace")
