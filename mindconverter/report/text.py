"""Render diagnostics as the text report, in the form that the manual shows."""

from __future__ import annotations

from collections.abc import Iterable

from mindconverter.report.diagnostics import Diagnostic, Outcome


def render_text(diagnostics: Iterable[Diagnostic], target: str = "") -> str:
    """Return the text report: notes and insertions first, then every finding by line and column.

    Args:
        diagnostics: The findings of one converted file, in any order.
        target: The framework and version that the conversion is for; empty to leave it out.
    """
    head = ["[Start Convert]", *([f"[Note] The target is {target}."] if target else [])]
    lines = [_line(diagnostic) for diagnostic in sorted(diagnostics, key=_place)]
    return "\n".join([*head, *lines, "[Convert Over]", ""])


def one_line(text: str) -> str:
    """Return ``text`` on one line, with unprintable characters escaped.

    Source text may span lines, and the name of a model's node may hold anything, terminal control codes included.
    """
    joined = " ".join(part.strip() for part in text.splitlines())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in joined)


def _place(diagnostic: Diagnostic) -> tuple[int, int, int]:
    first = (Outcome.NOTE, Outcome.INSERTED)
    order = first.index(diagnostic.outcome) if diagnostic.outcome in first else len(first)
    return order, diagnostic.line, diagnostic.column


def _line(diagnostic: Diagnostic) -> str:
    source, target, say = one_line(diagnostic.source), one_line(diagnostic.target), one_line(diagnostic.say)
    if diagnostic.outcome is Outcome.NOTE:
        return f"[Note] {say}"
    if diagnostic.outcome is Outcome.INSERTED:
        text = f"[Insert] '{target or source}' is inserted to the converted file."
    elif diagnostic.outcome is Outcome.UNCONVERTED:
        text = f"[UnConvert] '{source}' didn't convert."
    elif target:
        text = f"[Convert] '{source}' is converted to '{target}'."
    else:
        text = f"[Convert] '{source}' is removed."
    if say:
        text += f" Please check: {say}" if diagnostic.outcome is Outcome.REVIEW else f" {say}"
    return f"line {diagnostic.line}:{diagnostic.column}: {text}" if diagnostic.line else text
