"""What can be corrected for certain is, and everything around it stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.cli.main import main
from mindconverter.rules.lint import run_lint
from mindconverter.rules.lint.fixes import fixed_files
from tests.rules.lint.broken import BROKEN
from tests.rules.lint.files import lint_text

MODELINE = "# yaml-language-server: $schema=https://mindconverter.dev/schemas/rules.schema.json\n"
BAD = """\
# yaml-language-server: $schema=mine.json
format: 1
rules:
  # Comments stay where they are.
  - torch: torch.flatten   # with their blanks
    to: mindspore.ops.flatten
    args: {start_dim: start_dim + 1, end_dim: "end_dim"}  # one goes
    omit: [input, inplace]

  - torch: torch.nn.functional.relu
    to: mindspore.ops.relu
    omit:
      - no_such   # goes with its line
    warn: 'Zwölf "Dinge": ab'
  - torch: torch.nn.modules.activation.ELU
    args: {alpha: "alpha"}
    to: mindspore.nn.ELU
    omit: inplace
    cases:
      # Before the first.
      - when: "False"
        set: {alpha: 2.0}
      - when: "alpha == 2"
        set: {alpha: 1e-5}
  - onnx: Relu
    since: [14,
            13]
    cell: mindspore.nn.ReLU
  - {torch: torch.neg, args: {input: "input"}, to: mindspore.ops.neg}
  - {torch: torch.bernoulli, to: mindspore.ops.bernoulli, args: {p: 1}, omit: [generator], set: {seed: True}}
"""
GOOD = """\
# yaml-language-server: $schema=mine.json
format: 1
rules:
  # Comments stay where they are.
  - torch: torch.flatten   # with their blanks
    to: mindspore.ops.flatten
    args: {start_dim: "start_dim + 1"}  # one goes
    omit: [input]

  - torch: torch.nn.functional.relu
    to: mindspore.ops.relu
    warn: 'Zwölf "Dinge": ab.'
  - torch: torch.nn.ELU
    to: mindspore.nn.ELU
    omit: inplace
    cases:
      # Before the first.
      - when: "alpha == 2"
        set: {alpha: 1.0e-5}
  - onnx: Relu
    since: [13, 14]
    cell: mindspore.nn.ReLU
  - {torch: torch.neg, to: mindspore.ops.neg}
  - {torch: torch.bernoulli, to: mindspore.ops.bernoulli, args: {p: "1"}, omit: [generator], set: {seed: true}}
"""


def test_texts_are_corrected_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(BAD + "  \n\n")
    main(["rules", "lint", "--fix", "mine.yaml"])
    assert (tmp_path / "mine.yaml").read_text() == GOOD
    assert fixed_files([tmp_path / "mine.yaml"]) == []
    assert not [finding for finding in run_lint([tmp_path / "mine.yaml"]) if finding.fix is not None]


def test_mistakes_that_are_corrected_are_gone_and_nothing_new_comes_up(tmp_path: Path) -> None:
    folders = []
    for number, broken in enumerate(BROKEN.values()):
        folder = tmp_path / f"{number:03}"
        folder.mkdir()
        (folder / "broken.yaml").write_text(broken.content)
        folders.append(folder)
    before = run_lint(folders)
    fixed = {file.path: file.after for file in fixed_files(folders)}
    codes = {finding.code for finding in before if finding.fix is not None}
    assert codes >= {"R003", "R005", "R009", "R010", "R016", "R020", "R025", "R026", "R029"}
    after = run_lint(folders, texts=fixed)
    assert not [finding for finding in after if finding.fix is not None]
    # What was there before and could not be corrected is still there, in its own words. A record that can be read now
    # may turn out to have no example.
    left = {(each.location.file, each.code, each.message) for each in after if each.code != "R017"}
    kept = {(each.location.file, each.code, each.message) for each in before if each.fix is None}
    assert {(file, code) for file, code, _ in left} <= {(file, code) for file, code, _ in kept}


def test_a_misspelt_key_gets_its_name(tmp_path: Path) -> None:
    lint_text(tmp_path, "- torch: torch.abs # omits\n  to: mindspore.ops.abs\n  omits: out\n")
    (file,) = fixed_files([tmp_path / "rules.yaml"])
    assert file.after == (
        MODELINE + "format: 1\nrules:\n- torch: torch.abs # omits\n  to: mindspore.ops.abs\n  omit: out\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        # What an anchor names stands elsewhere too.
        "- {torch: torch.abs, to: mindspore.ops.abs, warn: &text It may differ}\n"
        "- {torch: torch.neg, to: mindspore.ops.neg, warn: *text}\n",
        # Either may be meant.
        "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {order: None}}\n",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {order: off}}\n",
        "- {torch: torch.abs, to: mindspore.ops.abs, warn: 'Look here:'}\n",
        # YAML has split it.
        "- {torch: torch.flatten, to: mindspore.ops.flatten, args: {start_dim: max(start_dim, 0)}}\n",
        # Names of APIs are not guessed.
        "- {torch: torch.abs, to: mindspore.ops.absolut}\n",
        # Texts over several lines.
        "- torch: torch.abs\n  to: mindspore.ops.abs\n  warn: >\n    It may\n    differ\n",
        # Not YAML at all.
        "- torch: torch.abs\n  omit: [inplace\n",
    ],
)
def test_what_is_not_certain_is_left(text: str, tmp_path: Path) -> None:
    lint_text(tmp_path, MODELINE + "format: 1\nrules:\n" + text)
    assert fixed_files([tmp_path / "rules.yaml"]) == []


def test_diff_shows_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"{MODELINE}format: 1\nrules:\n- {{torch: torch.abs, to: mindspore.ops.abs, omit: inplace}}"
    (tmp_path / "mine.yaml").write_text(text)
    assert main(["rules", "lint", "--diff", "mine.yaml"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- a/mine.yaml", "+++ b/mine.yaml"]
    assert lines[-3:] == [
        "-- {torch: torch.abs, to: mindspore.ops.abs, omit: inplace}",
        "\\ No newline at end of file",
        "+- {torch: torch.abs, to: mindspore.ops.abs}",
    ]
    assert (tmp_path / "mine.yaml").read_text() == text


def test_a_code_that_is_not_chosen_is_not_corrected(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("format: 1\nrules:\n- {torch: torch.abs, to: mindspore.ops.abs, omit: x}\n")
    assert main(["rules", "lint", "--fix", "--ignore", "R025", "--quiet", str(tmp_path)]) == 0
    assert (tmp_path / "mine.yaml").read_text() == ("format: 1\nrules:\n- {torch: torch.abs, to: mindspore.ops.abs}\n")


def test_line_endings_stay(tmp_path: Path) -> None:
    text = "format: 1\r\nrules:\r\n- torch: torch.abs\r\n  to: mindspore.ops.abs\r\n  omit: x\r\n"
    (tmp_path / "mine.yaml").write_bytes(text.encode())
    assert main(["rules", "lint", "--fix", "--ignore", "R025", "--quiet", str(tmp_path)]) == 0
    assert (tmp_path / "mine.yaml").read_bytes() == text.replace("  omit: x\r\n", "").encode()


def test_nothing_is_to_correct_in_the_shipped_tables() -> None:
    assert fixed_files([]) == []
