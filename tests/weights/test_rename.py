"""A checkpoint follows its script after the user renamed classes and attributes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from mindconverter.cli.main import main
from mindconverter.errors import BadParameterError
from mindconverter.weights.rename import compare_networks
from mindconverter.weights.script_tree import read_network
from tests.graph.graphs import Op, conv, graph, kernel

OLD = """
from mindspore import Parameter, nn, ops


class Block(nn.Cell):
    def __init__(self, channels: int, downsample: nn.Cell | None = None) -> None:
        super().__init__()
        self.query = nn.Dense(channels, channels)
        self.key = nn.Dense(channels, channels)
        self.scale = Parameter(ops.zeros((channels,)))
        self.downsample = downsample

    def construct(self, x):
        out = self.query(x) + self.key(x) * self.scale
        return out if self.downsample is None else self.downsample(out)


class Net(nn.Cell):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 1)
        self.layer1 = nn.SequentialCell(
            Block(8, downsample=nn.SequentialCell([nn.Dense(8, 16)])), *[Block(16) for _ in range(2)]
        )
        self.head = nn.Dense(16, 2)

    def construct(self, x):
        return self.head(self.layer1(self.stem(x)))
"""
RENAMED = {"Block": "Attention", "Net": "Model", "query": "q", "key": "k", "layer1": "blocks", "head": "fc"}


def renamed(text: str, names: dict[str, str]) -> str:
    return re.sub(r"\w+", lambda match: names.get(match[0], match[0]), text)


def compare(folder: Path, old: str, new: str) -> dict[str, str]:
    (folder / "old.py").write_text(old)
    (folder / "new.py").write_text(new)
    return compare_networks(read_network(folder / "old.py"), read_network(folder / "new.py")).paths


def test_classes_and_attributes_may_be_renamed(tmp_path: Path) -> None:
    found = compare(tmp_path, OLD, renamed(OLD, RENAMED))
    assert found == {
        "stem": "stem",
        **{f"layer1.{i}.query": f"blocks.{i}.q" for i in range(3)},
        **{f"layer1.{i}.key": f"blocks.{i}.k" for i in range(3)},
        **{f"layer1.{i}.scale": f"blocks.{i}.scale" for i in range(3)},
        "layer1.0.downsample.0": "blocks.0.downsample.0",
        "head": "fc",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.head = nn.Dense(16, 2)", "self.head = nn.Dense(16, 100)"),  # what kept its name may be made otherwise
        ("self.stem = nn.Conv2d(3, 8, 1)\n        self.layer1", "self.layer1"),
        ("*[Block(16) for _ in range(2)]", "Block(16), Block(16)"),  # other ways to write the same
        (
            "Block(8, downsample=nn.SequentialCell([nn.Dense(8, 16)])), *[Block(16) for _ in range(2)]",
            "[Block(8, downsample=nn.SequentialCell([nn.Dense(8, 16)])), Block(16), Block(16)]",
        ),
        ("        self.key = nn.Dense(channels, channels)\n", ""),
    ],
)
def test_what_is_unchanged_keeps_its_name(tmp_path: Path, old: str, new: str) -> None:
    found = compare(tmp_path, OLD, OLD.replace(old, new))
    assert found
    assert all(name == other for name, other in found.items())


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        # Two layers alike, of which the call now uses the other one first.
        ([("query", "q"), ("key", "k"), ("q(x) + self.k(x)", "k(x) + self.q(x)")], ["query", "key", "q", "k"]),
        # One of two layers alike went, and the other has a new name.
        ([("        self.key = nn.Dense(channels, channels)\n", ""), ("query", "q")], ["query", "key", "q"]),
        # A layer has another name and another class.
        ([("self.head = nn.Dense(16, 2)", "self.top = nn.Conv2d(16, 2, 1)")], ["head", "top"]),
        # Two names changed places.
        ([("stem = nn.Conv2d", "head = nn.Conv2d"), ("head = nn.Dense", "stem = nn.Dense")], ["stem", "head"]),
        ([("range(2)", "range(1)")], ["layer1.0", "layer1.2"]),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused_with_all_that_may_be_meant(
    tmp_path: Path, changes: list[tuple[str, str]], named: list[str]
) -> None:
    text = OLD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    with pytest.raises(BadParameterError, match="not clear") as caught:
        compare(tmp_path, OLD, text)
    message = str(caught.value)
    assert all(re.search(rf"\b{name}\b", message) for name in named), message


def test_the_command_line_renames_checkpoint_and_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import mindspore

    from mindconverter.graph.loader import load_network
    from mindconverter.weights.checkpoint import write_checkpoint
    from mindconverter.weights.weight_map import Weight, write_weight_map
    from tests.graph.graphs import convert_small

    ops = []
    for name, source in (("first", "x"), ("second", "first1")):
        ops += [
            conv(f"{name}/conv", source, f"{name}0", classes="Block/Conv2d"),
            Op("Relu", [f"{name}0"], [f"{name}1"], path=name, classes="Block"),
        ]
    weights = {"first.conv.weight": kernel(), "second.conv.weight": kernel() * 2}
    result = convert_small(graph(ops, {"x": (1, 3, 2, 2)}, ["second1"], weights, root_class="Net"))
    old, new, ckpt = tmp_path / "net.py", tmp_path / "own.py", tmp_path / "own.ckpt"
    old.write_text(result.script.text)
    new.write_text(renamed(result.script.text, {"Block": "Stage", "Net": "Own", "conv": "filter", "second": "last"}))
    write_checkpoint([(entry.name, entry.data) for entry in result.entries], tmp_path / "net.ckpt")
    pairs = [(Weight(e.name, e.data.shape, "float32"), Weight(*e.sources[0])) for e in result.entries]
    written = write_weight_map("net", pairs, tmp_path)

    arguments = ["--old_script", old, "--new-script", new, "--checkpoint", tmp_path / "net.ckpt", "--output", ckpt]
    assert main(["rename", *map(str, arguments), "--weight_map", str(written), "--strict"]) == 0
    assert "Wrote 2 parameters" in capsys.readouterr().out
    (entries,) = json.loads((tmp_path / "weight_map_of_own.json").read_text()).values()
    found = {entry["converted_weight"]["name"]: entry["source_weight"]["name"] for entry in entries}
    assert found == {"first.filter.weight": "first.conv.weight", "last.filter.weight": "second.conv.weight"}

    x = mindspore.Tensor(np.random.default_rng(0).normal(size=(1, 3, 2, 2)).astype(np.float32))
    right = load_network(old, "Net", tmp_path / "net.ckpt")(x).asnumpy()
    np.testing.assert_array_equal(load_network(new, "Own", ckpt)(x).asnumpy(), right)


def test_a_checkpoint_of_another_script_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(OLD)
    network = read_network(tmp_path / "old.py")
    with pytest.raises(BadParameterError, match=r"features\.0\.weight"):
        compare_networks(network, network).name("features.0.weight")
