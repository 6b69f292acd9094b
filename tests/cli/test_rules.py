"""``mindconverter rules`` from the outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mindconverter.cli.main import main

MODELINE = "# yaml-language-server: $schema=rules.schema.json\n"
GOOD = MODELINE + "format: 1\nrules:\n- torch: torch.abs\n  to: mindspore.ops.abs\n"
BAD = GOOD + "  omit: inplace\n"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mindconverter", "rules", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_finding_is_one_line_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BAD)
    done = run("lint", "mine.yaml", cwd=tmp_path)
    warning, error, summary = done.stdout.splitlines()
    assert warning.startswith("mine.yaml:4:3: R017 warning: ")
    assert error == ("mine.yaml:6:3: R010 The source has no parameter 'inplace' to omit. Remove the entry.")
    assert summary == "1 file: 1 error, 1 warning."
    assert done.returncode == 1
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_lint_needs_no_framework_and_loads_nothing_slow() -> None:
    code = (
        "import sys; from mindconverter.cli.main import main; status = main(['rules', 'lint', '--quiet']);"
        "slow = {'numpy', 'jsonschema', 'libcst', 'rich', 'torch', 'mindspore', 'onnx'} & set(sys.modules);"
        "print(status, sorted(slow))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"


def test_warnings_do_not_fail(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    done = run("lint", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.endswith("1 file: 0 errors, 1 warning.\n")


def test_a_folder_is_searched_but_not_its_helpers(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "a.yaml").write_text(BAD)
    (tmp_path / "b.yml").write_text(GOOD.replace("abs", "neg"))
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "data.yaml").write_text("not a rule file")
    done = run("lint", str(tmp_path), cwd=tmp_path.parent)
    assert done.stdout.endswith("2 files: 1 error, 2 warnings.\n")


def test_tables_of_ones_own_may_repeat_the_shipped_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("format: 1\nrules:\n- {torch: torch.nn.ReLU, to: mindspore.nn.ReLU}\n")
    assert main(["rules", "lint", str(tmp_path)]) == 0
    assert "R011" not in capsys.readouterr().out


def test_shipped_helpers_and_policies_hold_for_ones_own_tables(tmp_path: Path) -> None:
    text = "format: 1\nrules:\n- {torch: torch.nn.ReLU, to: mindspore.nn.ReLU, dynamic: ReLU}\n"
    (tmp_path / "mine.yaml").write_text(text)
    done = run("lint", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lint", "gone.yaml"], ["0000003", "gone.yaml"]),
        (["lint", "--mend"], ["0000003", "--mend"]),
        (["polish"], ["0000003", "polish"]),
        ([], ["0000003", "COMMAND"]),
        (["show", "torch.nn.Linaer"], ["0000003", "torch.nn.Linaer", "torch.nn.Linear"]),
        (["list", "--rules", "gone"], ["0000003", "gone"]),
        (["list", "--family", "plumbing"], ["0000003", "plumbing", "torch/nn/conv"]),
    ],
)
def test_a_wrong_command_is_explained(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"\[\d+\] [A-Za-z]+: .+\n", done.stderr), done.stderr
    assert all(word in done.stderr for word in words)


def test_a_broken_helper_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "bad.py").write_text("def f(:\n")
    done = run("lint", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert "[5000000]" in done.stderr
    assert "bad.py:1" in done.stderr


def test_list_gives_every_rule_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == sorted(lines)
    assert any(re.fullmatch(r"torch\.nn\.Conv2d  torch/nn/conv\.yaml:\d+", line) for line in lines)


def test_list_takes_patterns_families_and_statuses(capsys: pytest.CaptureFixture[str]) -> None:
    def listed(*arguments: str) -> list[dict[str, object]]:
        assert main(["rules", "list", *arguments, "--format", "json"]) == 0
        found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return found

    convolution = next(item for item in listed("torch.nn.conv2d") if item["name"] == "torch.nn.Conv2d")
    assert (convolution["status"], convolution["target"]) == ("mapped", "mindspore.nn.Conv2d")
    assert {item["family"] for item in listed("--family", "nn/conv")} == {"torch/nn/conv"}
    assert {item["family"] for item in listed("torch.nn.*softmax", "--family", "functional")} == {
        "torch/functional/activation"
    }
    assert {item["status"] for item in listed("--family", "torch", "--status", "refused")} == {"refused"}
    assert all(item["examples"] for item in listed("--family", "onnx/unary", "--status", "proved"))
    assert all(item["place"] == "" for item in listed("torch", "--status", "missing"))


@pytest.mark.parametrize("name", ["torch.nn.Conv2d", "torch.nn.modules.conv.Conv2d"])
def test_show_explains_the_rule_by_any_of_its_names(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", name]) == 0
    output = capsys.readouterr().out
    assert output.startswith("torch.nn.Conv2d  mapped  torch/nn/conv.yaml:")
    assert re.search(r"bias=True +has_bias=False +renamed, another default: the source's is written\n", output)
    assert "  -> mindspore.nn.Conv2d(in_channels," in output
    assert "    if padding is an int: pad_mode='pad'\n" in output
    assert '  -> nn.Conv2d(4, 6, 3, pad_mode="valid", has_bias=True)\n' in output
    assert "\x1b" not in output


def test_show_converts_the_examples_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = 'examples: [{source: "torch.relu(x)", result: "another", inputs: {x: "arr(2)"}}]'
    text = f"format: 1\nrules:\n- torch: torch.relu\n  to: mindspore.ops.gelu\n  {example}\n"
    (tmp_path / "mine.yaml").write_text(text)
    assert main(["rules", "show", "torch.relu", "--rules", str(tmp_path)]) == 0
    assert "\nExamples\n  torch.relu(x)\n  -> ops.gelu(x)\n" in capsys.readouterr().out
    assert main(["rules", "show", "ai.onnx::Gelu"]) == 0
    assert "  X=arr(2, 3, 4)\n  -> return ops.gelu(X)\n" in capsys.readouterr().out


def test_show_says_what_is_refused_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "torch.nn.Softmax"]) == 0
    assert "Refused\n  if dim is None: PyTorch guesses" in capsys.readouterr().out
    assert main(["rules", "show", "torch.fx.Graph"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("torch.fx.Graph  refused  torch/namespaces.yaml:")
    assert "\nRefused\n  " in output


def test_show_prints_the_rule_that_wins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.yaml").write_text("format: 1\nrules:\n- {torch: torch.nn.Linear, helper: mine}\n")
    arguments = ["rules", "show", "torch.nn.Linear", "--rules", str(tmp_path), "--format"]
    assert main([*arguments, "yaml"]) == 0
    assert capsys.readouterr().out == f"# {tmp_path / 'mine.yaml'}:3\ntorch: torch.nn.Linear\nhelper: mine\n\n"
    assert main([*arguments, "json"]) == 0
    (explained,) = json.loads(capsys.readouterr().out)
    assert [form["result"] for form in explained["forms"]] == ["the helper mine"]


def test_show_and_list_tell_the_rule_for_the_version_of_the_conversion(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holds, other = "{mindspore: '>=2.7'}", "{mindspore: '<2.7'}"
    text = "format: 1\nrules:\n"
    text += f"- {{torch: torch.nn.Linear, helper: mine, versions: {holds}}}\n"
    text += f"- {{torch: torch.nn.Linear, refuse: It is gone. Write it., versions: {other}}}\n"
    (tmp_path / "mine.yaml").write_text(text)
    assert main(["rules", "show", "torch.nn.Linear", "--rules", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"torch.nn.Linear  mapped  {tmp_path / 'mine.yaml'}:3\n")
    assert main(["rules", "list", "torch.nn.Linea*", "--family", "mine", "--rules", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"torch.nn.Linear  {tmp_path / 'mine.yaml'}:3\n"


def test_show_explains_all_rules_of_an_operator(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("BatchNormalization", "ai.onnx::BatchNormalization"):
        assert main(["rules", "show", name]) == 0
        assert capsys.readouterr().out.count("ai.onnx::BatchNormalization  mapped  onnx/") >= 2


FUSION = """
format: 1
fusions:
  - fusion: gelu
    pattern: ["y = Mul(x, Tanh(x))"]
    becomes: "Identity(x)"
  - fusion: own
    pattern: ["y = Mul(x, Cos(x))"]
    becomes: "Mish(x)"
"""


def test_fusions_are_listed_and_shown_and_those_of_ones_own_win(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.yaml").write_text(FUSION)
    assert main(["rules", "list", "--rules", str(tmp_path)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fusion ")]
    own = tmp_path / "own.yaml"
    assert f"fusion gelu  {own}:4" in lines
    assert f"fusion own  {own}:7" in lines
    assert any(line.startswith("fusion layer_norm  fusions/normalization.yaml:") for line in lines)
    assert main(["rules", "show", "gelu"]) == 0
    assert "Erf" in capsys.readouterr().out
