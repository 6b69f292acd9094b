"""The text of the script: imports, layout, names, helpers, and the places that the report gives."""

from __future__ import annotations

import ast
import keyword
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mindconverter.graph.emit.layout import docstring, double_quotes, layout_statement
from mindconverter.graph.identifiers import camel_case, identifier, snake_case, unique
from mindconverter.rules.helper_source import collect_helpers
from mindconverter.rules.tables import RuleTables, load_tables
from tests.graph.graphs import Op, conv, convert_small, graph, kernel

SHAPE = (1, 3, 2, 2)


def block(name: str, source: str, target: str) -> list[Op]:
    return [
        conv(f"{name}/conv", source, f"{name}1", classes="Block/Conv2d"),
        Op("Relu", [f"{name}1"], [target], path=name, classes="Block"),
    ]


def test_the_script_is_what_an_engineer_would_write() -> None:
    small = graph(
        [*block("stem", "x", "1"), *block("body", "1", "2"), Op("Add", ["1", "2"], ["3"])],
        {"x": SHAPE},
        ["3"],
        {"stem.conv.weight": kernel(), "body.conv.weight": kernel()},
        root_class="Net",
    )
    assert (
        convert_small(small).script.text
        == '''"""About small."""

import mindspore
from mindspore import Tensor, nn, ops


class Block(nn.Cell):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1, pad_mode="valid")

    def construct(self, x: Tensor) -> Tensor:  # stem: (1, 3, 2, 2) -> (1, 3, 2, 2)
        return ops.relu(self.conv(x))


class Net(nn.Cell):
    def __init__(self) -> None:
        super().__init__()
        self.stem = Block()
        self.body = Block()

    def construct(self, x: Tensor) -> Tensor:  # (1, 3, 2, 2) -> (1, 3, 2, 2)
        x = self.stem(x)
        return x + self.body(x)


if __name__ == "__main__":
    network = Net().set_train(False)
    parameters = mindspore.load_checkpoint(__file__.removesuffix(".py") + ".ckpt")
    missing, unused = mindspore.load_param_into_net(network, parameters, strict_load=True)
    if missing or unused:
        raise ValueError("The checkpoint lacks what comes first, and has what comes then:", missing, unused)
    output = network(ops.ones((1, 3, 2, 2), mindspore.float32))
    print(output.shape, output.dtype)
'''
    )


def test_the_same_graph_gives_the_same_script() -> None:
    """In another process too, where sets have another order."""
    code = (
        "from tests.graph.graphs import *\n"
        "ops = [conv(f'm{i}/conv', f'v{i}', f'v{i + 1}') for i in range(6)]\n"
        "ops += [Op('Mul', ['v6', 'a'], ['p']), Op('Own', ['p', 'b'], ['q']), Op('Softplus', ['q'], ['r'])]\n"
        "weights = {f'm{i}.conv.weight': kernel() for i in range(6)} | {'a': kernel(), 'b': kernel()}\n"
        "print(convert_small(graph(ops, {'v0': (1, 3, 2, 2)}, ['r'], weights)).script.text)\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=None,
            cwd=Path(__file__).parents[2],
        ).stdout
        for _ in range(2)
    }
    assert len(texts) == 1
    assert "class onnx" in texts.pop()


def test_places_point_at_constructors_and_calls() -> None:
    small = graph(
        [*block("stem", "x", "1"), *block("body", "1", "2"), Op("Add", ["1", "2"], ["3"])],
        {"x": SHAPE},
        ["3"],
        {"stem.conv.weight": kernel(), "body.conv.weight": kernel()},
    )
    result = convert_small(small)
    lines = result.script.text.splitlines()
    starts = {"Conv": "nn.Conv2d(", "Relu": "ops.relu(", "Add": "x + "}
    assert len(result.diagnostics) == 5
    for found in result.diagnostics:
        assert lines[found.line - 1][found.column :].startswith(starts[found.source])


def test_no_line_is_too_long(tmp_path: Path) -> None:
    ops = [Op("Concat", [f"a_rather_long_name_{index}" for index in range(40)], ["y"], {"axis": 1})]
    inputs = {f"a_rather_long_name_{index}": (1, 1) for index in range(40)}
    text = convert_small(graph(ops, inputs, ["y"], shapes={"y": (1, 40)})).script.text
    assert max(map(len, text.splitlines())) <= 120
    ast.parse(text)


def test_a_constant_is_written_out() -> None:
    constants = {"c": np.array([[1.5], [2.5], [-3.0]], np.float32), "d": np.full((1, 3, 2, 2), True)}
    small = graph(
        [Op("Mul", ["x", "c"], ["1"]), Op("Where", ["d", "1", "x"], ["2"])], {"x": SHAPE}, ["2"], constants=constants
    )
    result = convert_small(small)
    assert "Tensor([[1.5], [2.5], [-3.0]], mindspore.float32)" in result.script.text
    assert "ops.full((1, 3, 2, 2), True, dtype=mindspore.bool" in result.script.text
    assert result.entries == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conv1", "conv1"),
        ("layer.0", "layer_0"),
        ("0", "d_0"),
        ("", "d"),
        ("class", "class_"),
        ("match", "match_"),
        ("print", "print_"),
        ('x"); import os', "x_import_os"),
        ("__init__", "init"),
        ("größe", "groe"),
        ("日本", "d"),
    ],
)
def test_identifiers(text: str, expected: str) -> None:
    found = identifier(text, "d")
    assert found.isidentifier()
    assert not keyword.iskeyword(found)
    assert found == expected


def test_cases() -> None:
    assert snake_case("MaxPool2d", "d") == "max_pool2d"
    assert snake_case("HTTPServer", "d") == "http_server"
    assert camel_case("dense_block.1", "D") == "DenseBlock1"
    assert camel_case("resnet50", "D") == "Resnet50"
    assert unique("x", {"x", "x2"}) == "x3"
    assert unique("conv1", {"conv1"}) == "conv1_2"
    assert unique("y", {"x"}) == "y"


@pytest.mark.parametrize("text", ["plain", 'a"b', '"""', '""""', "a\\", '\\"', "'''", 'ends with "', "ümlaut\nline"])
def test_docstrings_give_back_the_text(text: str) -> None:
    assert ast.literal_eval(docstring(text)) == text


def test_quotes_change_only_where_nothing_is_escaped() -> None:
    code = "a = 'x' + '\"' + 'it\\'s' + \"y\" + '''z'''\n"
    found = double_quotes(code)
    assert found == "a = \"x\" + '\"' + 'it\\'s' + \"y\" + '''z'''\n"
    assert ast.dump(ast.parse(found)) == ast.dump(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "self.a = nn.SequentialCell(" + ", ".join(f"nn.Conv2d({i}, {i}, {i})" for i in range(12)) + ")",
        "return f(" + ", ".join(f"argument_{i}=value_{i}" for i in range(12)) + ")",
        "x = (" + ", ".join(f"element_number_{i}" for i in range(12)) + ")",
        "x = [*[nn.Conv2d(" + ", ".join(f"value_{i}" for i in range(12)) + ") for _ in range(3)]]",
        "for a in b(" + ", ".join(f"element_number_{i}" for i in range(12)) + "):\n    c = a",
    ],
)
def test_long_statements_are_laid_out_without_a_change(code: str) -> None:
    tree = ast.parse(code if not code.startswith("return") else f"def f():\n {code}").body[0]
    statement = tree.body[0] if isinstance(tree, ast.FunctionDef) else tree
    lines = layout_statement(statement, "    ")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 120
    text = "\n".join(["def f():", *lines])
    written = ast.parse(text).body[0]
    assert isinstance(written, ast.FunctionDef)
    assert ast.dump(written.body[0]) == ast.dump(statement)


def test_helpers_come_with_what_they_use(tmp_path: Path) -> None:
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "own.py").write_text(
        '"""Own."""\n\nimport numpy as np\nfrom mindspore import Tensor, ops\nfrom more import other\n\nLIMIT = 3\n\n\n'
        "def inner(x: Tensor) -> Tensor:\n    return ops.relu(x) + LIMIT\n\n\n"
        "def outer(x):\n    # a comment stays\n    return inner(x) + other(x)\n\n\n"
        "def unused(x):\n    return np.abs(x)\n",
        encoding="utf-8",
    )
    (tmp_path / "helpers" / "more.py").write_text(
        "from mindspore import nn\n\n\ndef other(x):\n    return nn.ReLU()(x)\n", encoding="utf-8"
    )
    shipped = load_tables()
    tables = RuleTables([*shipped.roots, tmp_path], shipped.records)
    found = collect_helpers(tables, ["outer"])
    assert found.names == ("LIMIT", "inner", "other", "outer")
    assert found.imports == (
        "from mindspore import Tensor",
        "from mindspore import nn",
        "from mindspore import ops",
    )
    assert "# a comment stays" in found.code
    assert "unused" not in found.code
    ast.parse(found.code)
    assert collect_helpers(tables, []) == collect_helpers(tables, ())
    assert collect_helpers(tables, []).code == ""
