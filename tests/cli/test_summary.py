"""The closing paragraph says how much is done and what is left."""

from __future__ import annotations

from mindconverter.cli.summary import summarise
from mindconverter.report.diagnostics import Diagnostic, Outcome

WRITTEN = "Converted 1 script to output:"


def left(number: int, source: str = "nn.X") -> Diagnostic:
    return Diagnostic(Outcome.UNCONVERTED, source, file="net.py", line=number, column=4, say="Use another layer.")


def test_every_outcome_is_counted() -> None:
    found = [
        Diagnostic(Outcome.INSERTED, "", target="import mindspore"),
        Diagnostic(Outcome.CONVERTED, "a", "b"),
        Diagnostic(Outcome.WARNED, "a", "b"),
        Diagnostic(Outcome.REVIEW, "a", "b"),
    ]
    expected = f"{WRITTEN} 2 converted (1 with a warning), 1 to review, 0 not converted."
    assert summarise(WRITTEN, found) == expected


def test_what_is_left_has_its_place_and_the_next_step() -> None:
    assert summarise(WRITTEN, [left(7)]).splitlines()[1:] == ["  net.py:7:4: nn.X is not converted. Use another layer."]


def test_notes_are_told() -> None:
    found = [Diagnostic(Outcome.CONVERTED, "a", "b"), Diagnostic(Outcome.NOTE, "", say="Dropout is gone.")]
    assert summarise(WRITTEN, found).splitlines()[1:] == ["  Dropout is gone."]


def test_a_long_list_is_cut_and_says_so() -> None:
    lines = summarise(WRITTEN, [left(number) for number in range(1, 21)]).splitlines()
    assert len(lines) == 7
    assert "20 not converted" in lines[0]
    assert lines[-1] == "  and 15 more, which the report lists."


def test_five_fit_without_a_remark() -> None:
    assert len(summarise(WRITTEN, [left(number) for number in range(1, 6)]).splitlines()) == 6


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in summarise(WRITTEN, [left(1, source="x\x1b]0;title\x07")])
