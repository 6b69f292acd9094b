"""The white space between arguments, and whose the comments in it are.

A comment behind an argument on its line belongs to that argument, and comments on lines of their own to the next one.
"""

from __future__ import annotations

import libcst as cst

Gap = cst.BaseParenthesizableWhitespace


def plain(gap: Gap) -> Gap:
    """Return a gap with its line break and without any comment."""
    if not isinstance(gap, cst.ParenthesizedWhitespace):
        return gap
    return gap.with_changes(first_line=_bare(gap.first_line), empty_lines=())


def without_comment(gap: Gap) -> Gap:
    """Return the gap before an argument without the comment of the argument before it."""
    return gap.with_changes(first_line=_bare(gap.first_line)) if isinstance(gap, cst.ParenthesizedWhitespace) else gap


def between(after: Gap, before: Gap) -> Gap:
    """Return the gap between two arguments that were not neighbours.

    Args:
        after: What stood behind the first of them.
        before: What stood before the second.
    """
    if isinstance(before, cst.ParenthesizedWhitespace):
        if isinstance(after, cst.ParenthesizedWhitespace):
            return before.with_changes(first_line=after.first_line)
        return without_comment(before)
    if isinstance(after, cst.ParenthesizedWhitespace):
        return after.with_changes(empty_lines=())
    return before


def opening_gap(opening: Gap, before: Gap) -> Gap:
    """Return the gap between the opening parenthesis and an argument that has become the first one.

    Args:
        opening: What stood behind the parenthesis.
        before: What stood before the argument.
    """
    if isinstance(before, cst.ParenthesizedWhitespace) and any(line.comment for line in before.empty_lines):
        return without_comment(before)
    return between(plain(opening), before) if isinstance(opening, cst.ParenthesizedWhitespace) else opening


def closing_gap(after: Gap, closing: Gap) -> Gap:
    """Return the gap between an argument that has become the last one and the closing parenthesis.

    Args:
        after: What stood behind the argument.
        closing: What stood before the parenthesis.
    """
    if isinstance(after, cst.ParenthesizedWhitespace) and after.first_line.comment is not None:
        return between(after, closing)
    return without_comment(closing)


def separator(lead: Gap, after: Gap | None) -> Gap:
    """Return the gap between an argument and a new one behind it.

    Args:
        lead: What stands before the argument: a new line there means one for the new argument.
        after: What stood behind the argument; None if the argument is new itself.
    """
    commented = isinstance(after, cst.ParenthesizedWhitespace) and after.first_line.comment is not None
    if isinstance(lead, cst.ParenthesizedWhitespace):
        result = plain(lead)
    elif commented:
        assert after is not None
        result = plain(after)
    else:
        return cst.SimpleWhitespace(" ")
    if commented:
        assert isinstance(after, cst.ParenthesizedWhitespace)
        return result.with_changes(first_line=after.first_line)
    return result


def _bare(line: cst.TrailingWhitespace) -> cst.TrailingWhitespace:
    return cst.TrailingWhitespace(cst.SimpleWhitespace(""), None, line.newline)
