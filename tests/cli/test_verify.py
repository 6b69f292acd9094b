"""The command `mindconverter verify` runs a source and its conversion, and tells whether they give the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mindconverter.cli.main import main

SCRIPT = """\
import torch
from torch import nn

from blocks import Block


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.block = Block(3, 4)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, classes)

    def forward(self, x, scale=1.0):
        x = torch.relu(self.norm(self.block(x))) * scale
        return {"logits": self.head(x.mean((2, 3))), "features": x}
"""
BLOCKS = """\
from torch import nn


class Block(nn.Conv2d):
    def __init__(self, inner, outer):
        super().__init__(inner, outer, 3, padding=1)
"""
SPARSE = """\
import torch


class Net(torch.nn.Module):
    def forward(self, x):
        return torch.sparse.sum(x.to_sparse())
"""
OVERLAY = """\
format: 1
proved: {torch: "2.13.0", mindspore: "2.10.0"}
rules:
  - {torch: torch.relu, to: mindspore.ops.abs}
"""


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    """Forget the modules of a test, as the end of the command's process does."""
    yield
    for name in ("net", "blocks"):
        sys.modules.pop(name, None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "net.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "blocks.py").write_text(BLOCKS, encoding="utf-8")
    return folder


def verify_script(project: Path, *more: str) -> int:
    places = ["--in_file", str(project / "net.py"), "--project_path", str(project), "--model_entry", "Net"]
    return main(["verify", *places, "--model_args", "[5]", "--shape", "2,3,6,6", *more])


def test_a_script_of_a_project_gives_the_same_down_to_its_layers(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_script(project, "--inner", "--output", str(tmp_path / "kept")) == 0
    text = capsys.readouterr().out
    assert "input x: float32 (2, 3, 6, 6)" in text
    assert "Of 3 values between, 0 differ." in text
    assert "Each output is the same within 0.0001 of its largest number." in text
    assert (tmp_path / "kept" / "net.py").is_file()


def test_a_wrong_rule_shows_in_the_numbers(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "wrong.yaml").write_text(OVERLAY, encoding="utf-8")
    assert verify_script(project, "--inner", "--rules", str(rules), "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert not found["holds"]
    assert [item["problem"] for item in found["outputs"]] == ["the numbers differ"] * 2
    # The layers before the wrong function are right.
    assert [(item["name"], item["problem"]) for item in found["inner"]][:2] == [("block", ""), ("norm", "")]
    assert found["first_difference"] == "head"


def test_models_of_each_kind_give_the_same(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch
    from onnx import TensorProto, helper, save

    entry = ["--model_entry", "net.py:Net", "--model_args", "[5]", "--project_path", str(project)]
    assert main(["verify", *entry, "--shape", "2,3,6,6", "--inner"]) == 0
    assert "values between, 0 differ." in capsys.readouterr().out

    program = torch.export.export(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Tanh()), (torch.ones(4, 3),))
    torch.export.save(program, tmp_path / "program.pt2")
    assert main(["verify", "--model_file", str(tmp_path / "program.pt2")]) == 0

    nodes = [
        helper.make_node("Add", ["x", "index"], ["sum"], name="add"),
        helper.make_node("Softplus", ["sum"], ["soft"], name="soft"),
        helper.make_node("ReduceMean", ["soft"], ["y"], name="mean", keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "plain",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in ("x", "index")],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [])],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), str(tmp_path / "plain.onnx"))
    np.savez(tmp_path / "x.npz", x=np.full((5, 3), 2, np.float32))
    capsys.readouterr()
    arguments = ["--shape", "5,3", "5,3", "--inputs", str(tmp_path / "x.npz"), "--mode", "graph", "--inner"]
    assert main(["verify", "--model_file", str(tmp_path / "plain.onnx"), *arguments, "--format", "json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [item["name"] for item in found["inner"]] == ["add", "soft", "mean"]
    assert [item["name"] for item in found["outputs"]] == ["y"]
    part = ["--output_nodes", "soft", "--shape", "5,3", "5,3"]
    assert main(["verify", "--model_file", str(tmp_path / "plain.onnx"), *part]) == 0
    assert "output soft: float32 (5, 3)" in capsys.readouterr().out


def test_a_frozen_graph_gives_the_same_node_by_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [2, 3], name="x")
        tf.nn.softmax(tf.matmul(x, tf.constant(np.eye(3, 4, dtype=np.float32)), name="product"), name="y")
    (tmp_path / "frozen.pb").write_bytes(graph.as_graph_def().SerializeToString())
    assert main(["verify", "--model_file", str(tmp_path / "frozen.pb"), "--inner", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"product", "y"} <= {item["name"] for item in found["inner"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to verify"),
        (["--in_file", "net.py"], "does not say what builds its network"),
        (["--in_file", "net.py", "--model_entry", "Net"], "does not say its inputs"),
        (["--in_file", "net.py", "--model_entry", "Absent", "--shape", "1,3"], "has no 'Absent'"),
        (["--in_file", "net.py", "--model_entry", "Net", "--model_args", "[5]", "--shape", "1"], "does not run with"),
    ],
)
def test_a_question_that_lacks_something_says_what(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(project)
    assert main(["verify", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_what_is_left_unconverted_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.py").write_text(SPARSE, encoding="utf-8")
    place = ["--in_file", str(tmp_path / "net.py"), "--model_entry", "Net", "--shape", "2,3"]
    assert main(["verify", *place]) == 1
    text = capsys.readouterr().out
    assert "The conversion does not run: " in text
    assert "Not converted: " in text
