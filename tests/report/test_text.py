"""The text report has the manual's form, line for line."""

from __future__ import annotations

import random

import pytest

from mindconverter.report.counts import Counts, count_outcomes
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.text import render_text

DIAGNOSTICS = [
    Diagnostic(Outcome.INSERTED, source="", target="import mindspore.ops as ops"),
    Diagnostic(Outcome.CONVERTED, source="import torch", target="import mindspore", line=1, column=0),
    Diagnostic(Outcome.WARNED, "nn.Dropout", "nn.Dropout", line=9, column=4, say="Active only in training mode."),
    Diagnostic(Outcome.REVIEW, "x.max(1)", "x.max(axis=1)", line=9, column=20, say="The receiver is not known."),
    Diagnostic(Outcome.UNCONVERTED, "nn.Fold", line=157, column=23, say="Use ops.fold instead."),
]

MANUAL_FORM = """\
[Start Convert]
[Insert] 'import mindspore.ops as ops' is inserted to the converted file.
line 1:0: [Convert] 'import torch' is converted to 'import mindspore'.
line 9:4: [Convert] 'nn.Dropout' is converted to 'nn.Dropout'. Active only in training mode.
line 9:20: [Convert] 'x.max(1)' is converted to 'x.max(axis=1)'. Please check: The receiver is not known.
line 157:23: [UnConvert] 'nn.Fold' didn't convert. Use ops.fold instead.
[Convert Over]
"""


def test_every_outcome_has_the_form_of_the_manual() -> None:
    assert render_text(DIAGNOSTICS) == MANUAL_FORM


def test_the_order_of_the_findings_does_not_matter() -> None:
    shuffled = random.Random(7).sample(DIAGNOSTICS, len(DIAGNOSTICS))
    assert render_text(shuffled) == MANUAL_FORM


def test_findings_are_sorted_by_number_not_by_text() -> None:
    found = [Diagnostic(Outcome.UNCONVERTED, f"at{line}", line=line) for line in (100, 20, 3)]
    assert [line.split()[1] for line in render_text(found).splitlines()[1:-1]] == ["3:0:", "20:0:", "100:0:"]


def test_insertions_keep_their_order() -> None:
    found = [Diagnostic(Outcome.INSERTED, "", target=f"import {name}") for name in ("b", "a")]
    assert [line.split("'")[1] for line in render_text(found).splitlines()[1:-1]] == ["import b", "import a"]


def test_notes_come_first_and_have_no_place() -> None:
    found = [*DIAGNOSTICS, Diagnostic(Outcome.NOTE, "net", say="The outputs are a dictionary in the source.")]
    lines = render_text(found).splitlines()
    assert lines[1] == "[Note] The outputs are a dictionary in the source."
    assert "\n".join([lines[0], *lines[2:], ""]) == MANUAL_FORM


def test_a_conversion_without_findings_is_still_a_report() -> None:
    assert render_text([]) == "[Start Convert]\n[Convert Over]\n"


def test_no_advice_leaves_no_trailing_space() -> None:
    report = render_text([Diagnostic(Outcome.UNCONVERTED, "nn.X", line=2, column=1)])
    assert "line 2:1: [UnConvert] 'nn.X' didn't convert.\n" in report


def test_a_finding_without_a_place_names_none() -> None:
    assert "\n[UnConvert] 'If' didn't convert.\n" in render_text([Diagnostic(Outcome.UNCONVERTED, "If")])


def test_source_over_several_lines_takes_one_line_of_the_report() -> None:
    found = Diagnostic(Outcome.UNCONVERTED, "nn.X(\n    3,\n    4,\n)", line=5, column=8)
    assert "line 5:8: [UnConvert] 'nn.X( 3, 4, )' didn't convert.\n" in render_text([found])


def test_spaces_within_a_line_stay() -> None:
    assert "'f(\"a  b\")'" in render_text([Diagnostic(Outcome.UNCONVERTED, 'f("a  b")', line=1)])


@pytest.mark.parametrize("name", ["a\x1b[2Jb", "a\x00b", "a\x07b", "a\x9bb"])
def test_control_characters_of_a_node_name_are_escaped(name: str) -> None:
    report = render_text([Diagnostic(Outcome.UNCONVERTED, name, line=1)])
    assert all(char.isprintable() for line in report.splitlines() for char in line)
    assert "\\x" in report


@pytest.mark.parametrize("separator", ["\n", "\r", "\x0b", "\u2028"])
def test_a_node_name_cannot_forge_a_line_of_the_report(separator: str) -> None:
    forged = f"x{separator}line 1:0: [Convert] 'a' is converted to 'b'."
    report = render_text([Diagnostic(Outcome.UNCONVERTED, forged, line=1)])
    assert len(report.splitlines()) == 3


def test_letters_of_other_alphabets_stay() -> None:
    assert "'卷积'" in render_text([Diagnostic(Outcome.UNCONVERTED, "卷积", line=1)])


def test_insertions_are_not_counted() -> None:
    assert count_outcomes(DIAGNOSTICS) == Counts(converted=2, warned=1, review=1, unconverted=1)
