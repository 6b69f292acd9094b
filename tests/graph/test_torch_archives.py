"""Archives of PyTorch are checked before they are loaded: loading and exporting would run what they say."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mindconverter.errors import ModelLoadingError
from mindconverter.graph.read_torch.read import read_torch


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x) * 2


class Touch:
    """Unpickles as a call that leaves a mark."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return open, (str(self.marker), "w")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program") / "net.pt2"
    size = torch.export.Dim("size")
    torch.export.save(torch.export.export(Net(), (torch.rand(2, 3),), dynamic_shapes=({0: size},)), path)
    return path


def rewrite(path: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Copy an archive with changed members, aligned or not: PyTorch's reader does not mind."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, change(name.partition("/")[2], source.read(name)))
    return target


def refuse(path: Path) -> str:
    with pytest.raises(ModelLoadingError) as caught:
        read_torch(path, [(2, 3)])
    return str(caught.value)


def set_node(model: dict[str, Any], target: str) -> None:
    model["graph_module"]["graph"]["nodes"][0]["target"] = target


def set_size(model: dict[str, Any], text: str) -> None:
    values = model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
    values[0]["as_expr"]["expr_str"] = text


def set_spec(model: dict[str, Any], spec: dict[str, Any]) -> None:
    model["graph_module"]["module_call_graph"][0]["signature"]["out_spec"] = json.dumps([1, spec])


MARK = "__import__('pathlib').Path('MARKER').touch()"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda model: set_node(model, "torch.hub.load"), "torch.hub.load"),
        (lambda model: set_node(model, "torch.ops.aten.from_file.default"), "from_file"),
        (lambda model: set_node(model, "torch.ops.load_library"), "load_library"),
        (lambda model: set_node(model, "_operator.methodcaller"), "methodcaller"),
        (lambda model: set_node(model, "#mine:call"), "#mine"),
        (lambda model: set_size(model, MARK), "__import__"),
        (lambda model: set_size(model, f'Symbol("{MARK}")'), "__import__"),
        (lambda model: set_size(model, "(lambda: exit())()"), "lambda"),
        (lambda model: set_size(model, "open('x', 'w')"), "open"),
        (
            lambda model: set_spec(
                model,
                {
                    "type": "builtins.dict",
                    "context": '[{"__enum__": true, "fqn": "antigravity:x", "name": "y"}]',
                    "children_spec": [],
                },
            ),
            "antigravity",
        ),
        (
            lambda model: set_spec(model, {"type": "collections.defaultdict", "context": "{}", "children_spec": []}),
            "defaultdict",
        ),
    ],
)
def test_a_program_that_names_code_is_refused(
    program: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None], named: str
) -> None:
    marker = tmp_path / "marker"

    def edit(name: str, data: bytes) -> bytes:
        if name != "models/model.json":
            return data
        model = json.loads(data)
        change(model)
        return json.dumps(model).replace("MARKER", str(marker)).encode()

    message = refuse(rewrite(program, tmp_path / "net.pt2", edit))
    assert named in message
    assert "Nothing of it has run" in message
    assert not marker.exists()


def test_objects_and_compiled_code_in_a_program_are_refused(program: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    bad = pickle.dumps(Touch(marker))
    path = tmp_path / "net.pt2"
    rewrite(program, path, lambda name, data: bad if name.endswith("model.pt") else data)
    assert "sample_inputs" in refuse(path)

    def as_object(name: str, data: bytes) -> bytes:
        if name.endswith("weights_config.json"):
            config = json.loads(data)
            next(iter(config["config"].values()))["use_pickle"] = True
            return json.dumps(config).encode()
        return bad if name.endswith("weight_0") else data

    assert "the object fc." in refuse(rewrite(program, path, as_object))
    for member, told in (("data/aotinductor/model/a.so", "compiled code"), ("Models/model.json", "Models/model.json")):
        rewrite(program, path, lambda _, data: data)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(f"net/{member}", b"{}")
        assert told in refuse(path)
    assert "damaged" in refuse(rewrite(program, path, lambda name, data: b"{" if "models/" in name else data))
    assert not marker.exists()


def test_guards_of_a_program_do_not_run(program: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    def edit(name: str, data: bytes) -> bytes:
        if name != "models/model.json":
            return data
        model = json.loads(data)
        model["guards_code"] = [MARK.replace("MARKER", str(marker))]
        return json.dumps(model).encode()

    graph = read_torch(rewrite(program, tmp_path / "net.pt2", edit), None)
    assert [value.name for value in graph.inputs] == ["x"]
    assert not marker.exists()


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("torch.save(x, 'MARKER')", "save"),
        ("ops.aten.save(x, 'MARKER')", "save"),
        ("ops.mine.op(x)", "ops.mine"),
        ('getattr(torch, "sa" "ve")(x, "MARKER")', "getattr"),
        ("torch.from_file('MARKER')", "from_file"),
    ],
)
def test_torchscript_that_opens_files_is_refused(tmp_path: Path, code: str, named: str) -> None:
    torch.jit.trace(Net(), torch.rand(2, 3)).save(str(tmp_path / "good.pt"))
    line = f"\n    {code.replace('MARKER', str(tmp_path / 'marker'))}\n    return "

    def edit(name: str, data: bytes) -> bytes:
        return data.replace(b"\n    return ", line.encode()) if name.startswith("code/") else data

    message = refuse(rewrite(tmp_path / "good.pt", tmp_path / "bad.pt", edit))
    assert named in message
    assert "Nothing of it has run" in message
    assert not (tmp_path / "marker").exists()


class Answer:
    """Stands for what models of transformers give."""

    def __init__(self, score: torch.Tensor, state: torch.Tensor) -> None:
        self.score, self.state = score, state


class Answering(Net):
    def forward(self, x: torch.Tensor) -> Any:
        return {"first": Answer(self.fc(x), x + 1)}


def test_a_program_may_give_the_class_of_a_package(tmp_path: Path) -> None:
    """The class is not looked up: its fields are the outputs."""
    torch.utils._pytree.register_pytree_node(
        Answer,
        lambda value: ([value.score, value.state], ["score", "state"]),
        lambda values, _: Answer(*values),
        serialized_type_name="absent.package.Answer",
    )
    program = torch.export.export(Answering().eval(), (torch.ones(2, 3),))
    torch.export.save(program, tmp_path / "answer.pt2")
    graph = read_torch(tmp_path / "answer.pt2", None)
    assert [value.name for value in graph.outputs] == ["first_score", "first_state"]
    assert any("a dict" in note for note in graph.notes)
