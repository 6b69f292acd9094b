"""``mindconverter rules diff``: what changed between two versions of the tables, by name."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from mindconverter.cli.main import main

OLD = """
format: 1
rules:
  - {torch: torch.abs, to: mindspore.ops.abs}
  - {torch: torch.neg, to: mindspore.ops.neg}
  - {torch: torch.sum, to: mindspore.ops.sum, args: {axis: "dim"}}
  - {torch: torch.mean, refuse: "There is none. Write it."}
  - {torch: torch.exp, to: mindspore.ops.exp}
  - {torch: torch.log, to: mindspore.ops.log}
  - {torch: torch.cos, to: mindspore.ops.cos, versions: {mindspore: ">=2.9"}}
  - {torch: torch.cos, to: mindspore.ops.sin, versions: {mindspore: "<2.9"}}
  - {torch: torch.nn.Linear, to: mindspore.nn.Dense, weights: {weight: "weight"}}
  - {onnx: Relu, since: [6, 13, 14], call: mindspore.ops.relu}
fusions:
  - {fusion: gelu, pattern: ["y = Mul(x, Tanh(x))"], becomes: "Identity(x)"}
"""
NEW = """
format: 1
rules:
  - {torch: torch.neg, to: mindspore.ops.negative}
  - {torch: torch.sum, to: mindspore.ops.sum, args: {axis: "dim", keepdims: "keepdim"}}
  - {torch: torch.mean, to: mindspore.ops.mean}
  - {torch: torch.exp, refuse: [{say: "It is gone. Write it."}]}
  - {torch: torch.log, to: mindspore.ops.log, examples: [{source: "torch.log(x)", inputs: {x: "arr(2)"}}]}
  - {torch: torch.nn.Linear, to: mindspore.nn.Dense, weights: {weight: "transpose(weight)"}}
  - {torch: torch.roll, to: mindspore.ops.roll, an_old_key: 1}
  - {torch: torch.cos, to: mindspore.ops.cosh, versions: {mindspore: ">=2.9"}}
  - {torch: torch.cos, to: mindspore.ops.sin, versions: {mindspore: "<2.9"}}
  - {onnx: Relu, since: [6], call: mindspore.ops.relu}
  - {onnx: Relu, since: [13, 14], call: mindspore.ops.relu6}
fusions:
  - {fusion: gelu, pattern: ["y = Mul(x, Tanh(x))"], becomes: "Identity(x)", when: "rank(x) == 2"}
"""
EXPECTED = [
    ("removed", "torch.abs", [], "mindspore.ops.abs"),
    ("refused", "torch.exp", [], "refused: It is gone. Write it."),
    ("added", "torch.roll", [], "mindspore.ops.roll"),
    ("mapped", "torch.mean", [], "mindspore.ops.mean"),
    ("target", "ai.onnx::Relu", [13, 14], "mindspore.ops.relu -> mindspore.ops.relu6"),
    ("target", "torch.cos mindspore >=2.9", [], "mindspore.ops.cos -> mindspore.ops.cosh"),
    ("target", "torch.neg", [], "mindspore.ops.neg -> mindspore.ops.negative"),
    ("arguments", "torch.sum", [], "args.keepdims: nothing -> keepdim"),
    ("conditions", "fusion gelu", [], "when: nothing -> rank(x) == 2"),
    ("weights", "torch.nn.Linear", [], "weights.weight: weight -> transpose(weight)"),
    ("proved", "torch.log", [], "1 example"),
]


def written(folder: Path, text: str) -> str:
    folder.mkdir(parents=True)
    (folder / "math.yaml").write_text(text)
    return str(folder)


def found(capsys: pytest.CaptureFixture[str]) -> list[tuple[object, ...]]:
    return [tuple(item.values()) for item in json.loads(capsys.readouterr().out)]


def test_every_kind_of_change_is_told_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = written(tmp_path / "old", OLD), written(tmp_path / "new", NEW)
    assert main(["rules", "diff", old, new, "--format", "json"]) == 0
    assert found(capsys) == EXPECTED
    assert main(["rules", "diff", old, new, "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert "### Newly refused\n\n- `torch.exp`: refused: It is gone. Write it.\n" in text
    assert "- `ai.onnx::Relu 13, 14`: mindspore.ops.relu -> mindspore.ops.relu6\n" in text
    assert main(["rules", "diff", old, new]) == 0
    assert "Removed: torch.abs (mindspore.ops.abs)\n" in capsys.readouterr().out


def test_the_same_tables_have_no_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = written(tmp_path / "old", OLD), written(tmp_path / "new", f"# A comment.\n{OLD}")
    assert main(["rules", "diff", old, new]) == 0
    assert capsys.readouterr().out == "No change.\n"


def test_wheels_and_revisions_have_tables_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "old.whl", "w") as wheel:
        wheel.writestr("mindconverter/_data/rules/torch/math.yaml", OLD)
    project = tmp_path / "project"
    written(project / "rules", OLD)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=project, check=True, capture_output=True)

    git("init", "-q")
    for text, tag in ((OLD, "v1"), (NEW, "v2")):
        (project / "rules" / "math.yaml").write_text(text)
        git("add", ".")
        git("commit", "-q", "-m", tag)
        git("tag", tag)
    monkeypatch.chdir(project)
    for arguments in (["v1", "v2", "--git"], ["--git", "v1..v2"], [str(tmp_path / "old.whl"), str(project)]):
        assert main(["rules", "diff", *arguments, "--format", "json"]) == 0
        assert found(capsys) == EXPECTED
    for arguments, word in ((["--git", "v1", "v9"], "v9"), (["--git", "v1"], "OLD..NEW"), (["v1..v2"], "OLD..NEW")):
        assert main(["rules", "diff", *arguments]) == 2
        assert word in capsys.readouterr().err


def test_a_place_without_tables_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "diff", str(tmp_path), str(tmp_path)]) == 2
    assert "There are no tables in" in capsys.readouterr().err
