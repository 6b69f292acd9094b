"""``mindconverter rules new`` from the outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.cli import rules_new
from mindconverter.cli.main import main
from mindconverter.rules.lint import run_lint
from mindconverter.rules.source_files import read_records
from mindconverter.rules.tables import RuleTables, load_tables

HIDDEN = ("torch.roll", "torch.abs", "Gelu")


@pytest.fixture(autouse=True)
def _without_some_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take some rules away, since nearly every name has one."""
    shipped = load_tables()
    left = [item for item in shipped.records if not {item.data.get("torch"), item.data.get("onnx")} & set(HIDDEN)]
    monkeypatch.setattr(rules_new, "load_tables", lambda overlays: RuleTables(shipped.roots, left))


def test_a_draft_is_printed_as_a_rule_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "new", "torch.roll", "ai.onnx::Gelu"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# yaml-language-server: $schema=https://")
    (tmp_path / "new.yaml").write_text(text)
    assert [record.data.get("torch", record.data.get("onnx")) for record in read_records(tmp_path)] == [
        "torch.roll",
        "Gelu",
    ]


@pytest.mark.parametrize("indent", ["  ", ""])
def test_drafts_are_appended_to_a_file(indent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"format: 1\nrules:\n{indent}- torch: torch.neg\n{indent}  to: mindspore.ops.neg")
    assert main(["rules", "new", "torch.roll", "--output", str(path)]) == 0
    assert "1 draft." in capsys.readouterr().out
    assert [record.data["torch"] for record in read_records(tmp_path)] == ["torch.neg", "torch.roll"]


def test_a_new_file_gets_its_head(tmp_path: Path) -> None:
    path = tmp_path / "torch" / "mine.yaml"
    assert main(["rules", "new", "torch.abs", "--to", "mindspore.ops.neg", "--output", str(path)]) == 0
    assert not run_lint([path])
    assert "to: mindspore.ops.neg\n" in path.read_text()


def test_a_name_with_a_rule_is_not_drafted_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "new", "torch.nn.modules.linear.Linear", "torch.roll"]) == 1
    done = capsys.readouterr()
    assert "torch.nn.Linear has a rule already: torch/nn/linear.yaml:" in done.err
    assert "- torch: torch.roll\n" in done.out
    assert "torch.nn.Linear" not in done.out


def test_a_name_that_is_refused_is_drafted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "new", "torch.nn.functional.native_channel_shuffle"]) == 0
    done = capsys.readouterr()
    assert "is refused in torch/nn/absent.yaml:" in done.err
    assert "to: mindspore.ops.channel_shuffle\n" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["torch.rol"], ["'torch.rol'", "torch.roll"]),
        (["torch.linear"], ["torch.nn.functional.linear"]),
        (["Gellu"], ["'Gellu'", "Gelu"]),
        (["torch.roll", "--to", "mindspore.ops.rol"], ["mindspore.ops.rol", "mindspore.ops.roll"]),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "new", *arguments]) == 2
    message = capsys.readouterr().err
    assert all(word in message for word in words), message


def test_a_file_without_a_place_for_rules_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("format: 1\nrules: []\n")
    assert main(["rules", "new", "torch.roll", "--output", str(path)]) == 2
    assert "no place for rules" in capsys.readouterr().err
    assert path.read_text() == "format: 1\nrules: []\n"


def test_a_draft_that_a_file_has_is_not_appended_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    names = ["torch.nn.functional.native_channel_shuffle", "com.microsoft::ScaledSiLU"]
    assert main(["rules", "new", names[0], "--output", str(path)]) == 0
    assert main(["rules", "new", *names, "--output", str(path)]) == 1
    assert f"stands in {path}:" in capsys.readouterr().err
    text = path.read_text()
    assert text.count("torch: torch.nn.functional.native_channel_shuffle\n") == text.count("onnx: ScaledSiLU") == 1
