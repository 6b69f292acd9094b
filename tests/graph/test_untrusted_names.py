"""Names out of a model never become code: they reach the script as plain identifiers or escaped literals only."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mindconverter import convert_model
from tests.graph.graphs import Op, convert_small, graph, kernel, run_small

SHAPE = (1, 3, 2, 2)
DATA = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
EVIL = [
    'x"); import os; os.system("id',
    "x'); import os; os.system('id",
    '"""\nimport os\nos.system("id")\n"""',
    "'''\nimport os\n'''",
    "a\nb\r\nimport os",
    "a\\",
    "{__import__('os').system('id')}",
    "class",
    "self",
    "nn",
    "ops",
    "mindspore",
    "print",
    "__init__",
    "__class__",
    "construct",
    "training",
    "name",
    "parameters_dict",
    "_cells",
    "1",
    "1.5",
    "é",
    "\u202eevil",
    "\x1b[31m",
    " ",
    "a" * 5000,
    "__hole_0__",
    "growing\0" + "1",
    "inputs",
    "out",
    "x",
]


def evil_calls(text: str) -> set[str]:
    """Return what of a script would not be there for harmless names."""
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imports = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names
    }
    return (names | imports) & {"os", "system", "__import__", "eval", "exec"}


@pytest.mark.parametrize("name", EVIL, ids=ascii)
def test_modules_values_and_weights(tmp_path: Path, name: str) -> None:
    path = name.replace("/", "")
    small = graph(
        [
            Op(
                "Conv",
                [f"in{name}", f"weight{name}"],
                [f"1{name}"],
                {"kernel_shape": (1, 1)},
                f"{path}/{path}",
                f"{path}/{path}",
                name=f"n{name}",
            ),
            Op("Relu", [f"1{name}"], [f"2{name}"], path=path, classes=path),
            Op("Mul", [f"2{name}", f"table{name}"], [f"3{name}"], path=path, classes=path),
        ],
        {f"in{name}": SHAPE},
        [f"3{name}"],
        {f"weight{name}": kernel(), f"table{name}": np.full((1, 3, 1, 1), 2, np.float32)},
        root_class=name,
    )
    result = convert_small(small)
    assert not evil_calls(result.script.text)
    assert all(char.isprintable() or char == "\n" for char in result.script.text)
    expected = 2 * np.maximum(np.einsum("oi,nihw->nohw", kernel()[:, :, 0, 0], DATA), 0)
    np.testing.assert_allclose(run_small(result, tmp_path, DATA)[0], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", EVIL, ids=ascii)
def test_unknown_operators_and_attributes(tmp_path: Path, name: str) -> None:
    small = graph(
        [
            Op(f"Own{name}", ["x", "w"], ["1", "2"], {name: name}, domain=name),
            Op(name, ["1"], ["y"]),
            Op("Relu", ["1"], ["z"], {name: name}),
        ],
        {"x": SHAPE},
        ["y", "z"],
        {"w": kernel()},
    )
    result = convert_small(small)
    assert not evil_calls(result.script.text)
    with pytest.raises(RuntimeError, match="replace this cell by hand"):
        run_small(result, tmp_path, DATA)


def test_text_attributes_of_any_content_are_literals(tmp_path: Path) -> None:
    for text in EVIL:
        small = graph([Op("Gelu", ["x"], ["y"], {"approximate": text})], {"x": SHAPE}, ["y"], opset=20)
        assert not evil_calls(convert_small(small).script.text)


@pytest.mark.parametrize("stem", ['x"); import os; os.system("id', '"""', "a'b\\", "class", "nn", "7", "no\nline"])
def test_files_of_any_name(tmp_path: Path, stem: str) -> None:
    info: Any = helper.make_tensor_value_info
    proto = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[1, 1])],
        'g"""',
        [info("x", TensorProto.FLOAT, SHAPE)],
        [info("y", TensorProto.FLOAT, SHAPE)],
        [numpy_helper.from_array(kernel(), "w")],
    )
    model = helper.make_model(
        proto, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name='p"""\nimport os'
    )
    path = tmp_path / f"{stem}.onnx"
    onnx.save(model, path)
    result = convert_model(path, output=tmp_path / "output")
    text = result.script.read_text()
    assert not evil_calls(text)
    assert result.script.stem.isidentifier()
    assert result.script.parent == tmp_path / "output"
    assert list(json.loads(result.weight_map.read_text())) == [result.script.stem]
    assert len(list(result.load().get_parameters())) == 1


def test_harmless_names_stay(tmp_path: Path) -> None:
    small = graph(
        [Op("Conv", ["pixels", "stem.weight"], ["y"], {"kernel_shape": (1, 1)}, "stem")],
        {"pixels": SHAPE},
        ["y"],
        {"stem.weight": kernel()},
        root_class="Tower",
    )
    result = convert_small(replace(small, producer="pytorch"))
    assert "class Tower(nn.Cell):" in result.script.text
    assert "self.stem = nn.Conv2d(" in result.script.text
    assert "def construct(self, pixels: Tensor) -> Tensor:" in result.script.text
    assert [entry.name for entry in result.entries] == ["stem.weight"]
