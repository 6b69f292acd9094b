"""The generated catalogues: well-formed, true to what was measured, and fresh."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "rules" / "catalog"
TORCH = "torch-2.13.0.json"
TORCHVISION = "torchvision-0.28.0.json"
MINDSPORE = "mindspore-2.10.0.json"
ONNX = "onnx-1.23.json"
MEGABYTE = 1_000_000
KINDS = {"module", "class", "function", "method", "property", "value"}


@cache
def catalog(name: str) -> Any:
    return json.loads((DIRECTORY / name).read_text(encoding="utf-8"))


def signatures(name: str, api: str) -> list[str]:
    found: list[str] = catalog(name)["api"][api]["signatures"]
    return found


def parameters(signature: str) -> list[str]:
    definition = ast.parse(f"def f{signature}: ...").body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def installed(package: str) -> str:
    try:
        return version(package).split("+")[0]
    except PackageNotFoundError:
        return "none"


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the files are generated with Python 3.11")
@pytest.mark.parametrize(
    ("framework", "packages"),
    [
        ("torch", {TORCH: "torch"}),
        ("torchvision", {TORCHVISION: "torchvision"}),
        ("mindspore", {MINDSPORE: "mindspore"}),
        ("onnx", {ONNX: "onnx"}),
    ],
)
def test_file_is_what_the_installed_framework_says(framework: str, packages: dict[str, str]) -> None:
    for name, package in packages.items():
        if catalog(name)["version"] != installed(package):
            pytest.skip(f"{package} {installed(package)} is installed")
    command = [sys.executable, str(ROOT / "scripts" / "generate_catalog.py"), framework, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", [TORCH, TORCHVISION, MINDSPORE])
def test_every_signature_parses(name: str) -> None:
    for api, entry in catalog(name)["api"].items():
        assert entry["kind"] in KINDS, api
        for text in [*entry.get("signatures", ()), *entry.get("call", ())]:
            names = parameters(text)
            assert len(names) == len(set(names)), api
            assert entry["kind"] != "method" or names[:1] != ["self"], api


@pytest.mark.parametrize("name", [TORCH, TORCHVISION, MINDSPORE])
def test_aliases_lead_to_an_api_and_hide_none(name: str) -> None:
    data = catalog(name)
    assert not [target for target in data["aliases"].values() if target not in data["api"]]
    assert not set(data["aliases"]) & set(data["api"])


@pytest.mark.parametrize("name", [TORCH, TORCHVISION, MINDSPORE])
def test_bases_are_listed(name: str) -> None:
    api = (catalog(TORCH)["api"] if name == TORCHVISION else {}) | catalog(name)["api"]
    assert not [base for entry in api.values() for base in entry.get("bases", ()) if api[base]["kind"] != "class"]


@pytest.mark.parametrize("name", [TORCH, TORCHVISION, MINDSPORE, ONNX])
def test_file_is_compact_sorted_and_names_no_machine(name: str) -> None:
    text = (DIRECTORY / name).read_text(encoding="utf-8")
    assert len(text) < 2 * MEGABYTE
    for trace in ("0x", "site-packages", str(Path.home()), "/home/"):
        assert trace not in text
    names = list(catalog(name).get("api", ()))
    assert names == sorted(names)


def test_torch_layer_has_constructor_and_call() -> None:
    names = parameters(signatures(TORCH, "torch.nn.Conv2d")[0])
    assert names[:4] == ["in_channels", "out_channels", "kernel_size", "stride"]
    assert catalog(TORCH)["api"]["torch.nn.Conv2d"]["call"] == ["(input)"]


def test_torch_overloads_come_in_order() -> None:
    overloads = [parameters(text) for text in signatures(TORCH, "torch.max")]
    assert overloads == [["input", "out"], ["input", "other", "out"], ["input", "dim", "keepdim", "out"]]


def test_torch_recurrent_layer_hides_what_it_fills_itself() -> None:
    (text,) = signatures(TORCH, "torch.nn.LSTM")
    assert parameters(text)[:3] == ["input_size", "hidden_size", "num_layers"]


def test_torch_annotations_use_plain_words() -> None:
    assert "int | Sequence[int]" in signatures(TORCH, "torch.nn.functional.max_pool2d")[0]
    text = (DIRECTORY / TORCH).read_text(encoding="utf-8")
    assert not [word for word in (": _int", ": _float", ": _bool", ": _size", "Optional[") if word in text]


@pytest.mark.parametrize(
    ("name", "alias", "canonical"),
    [
        (TORCH, "torch.nn.modules.conv.Conv2d", "torch.nn.Conv2d"),
        (TORCH, "torch.nn.parameter.Parameter", "torch.nn.Parameter"),
        (TORCH, "torch.nn.modules.module.Module", "torch.nn.Module"),
        (TORCH, "torch.functional.einsum", "torch.einsum"),
        (TORCH, "torch.float", "torch.float32"),
        (TORCH, "torch.conv2d", "torch.nn.functional.conv2d"),
        (MINDSPORE, "mindspore.nn.layer.conv.Conv2d", "mindspore.nn.Conv2d"),
        (MINDSPORE, "mindspore.mint.nn.Linear", "mindspore.nn.Linear"),
        (MINDSPORE, "mindspore.common.dtype.float32", "mindspore.float32"),
    ],
)
def test_other_name_of_the_same_object_is_an_alias(name: str, alias: str, canonical: str) -> None:
    assert catalog(name)["aliases"][alias] == canonical


@pytest.mark.parametrize("api", ["torch.relu", "torch.absolute", "torch.nn.functional.relu", "torch.Tensor.size"])
def test_distinct_torch_object_is_no_alias(api: str) -> None:
    assert api in catalog(TORCH)["api"]


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        ("torch.nn", "module"),
        ("torch.Tensor", "class"),
        ("torch.Tensor.shape", "property"),
        ("torch.Tensor.__add__", "method"),
        ("torch.float32", "value"),
        ("torch.pi", "value"),
        ("torch.backends.cudnn.benchmark", "value"),
        ("torch.distributed.ReduceOp.SUM", "value"),
    ],
)
def test_torch_kind(api: str, kind: str) -> None:
    assert catalog(TORCH)["api"][api]["kind"] == kind


def test_mindspore_layer_has_constructor_call_and_platforms() -> None:
    entry = catalog(MINDSPORE)["api"]["mindspore.nn.Conv2d"]
    assert "pad_mode" in parameters(entry["signatures"][0])
    assert entry["call"] == ["(x)"]
    assert entry["platforms"] == ["Ascend", "GPU", "CPU"]


@pytest.mark.parametrize("method", ["cells_and_names", "set_train", "insert_child_to_cell", "parameters_and_names"])
def test_mindspore_cell_lists_its_methods(method: str) -> None:
    assert catalog(MINDSPORE)["api"][f"mindspore.nn.Cell.{method}"]["kind"] == "method"


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ("mindspore.nn.Adam", ["params", "learning_rate", "beta1"]),
        ("mindspore.nn.LSTM", ["input_size", "hidden_size", "num_layers"]),
        ("mindspore.Tensor", ["input_data", "dtype", "shape"]),
    ],
)
def test_mindspore_signature_behind_a_wrapper_is_found(api: str, expected: list[str]) -> None:
    assert parameters(signatures(MINDSPORE, api)[0])[:3] == expected


def test_mindspore_overloads_come_from_the_documentation() -> None:
    overloads = [parameters(text) for text in signatures(MINDSPORE, "mindspore.mint.max")]
    assert overloads == [["input"], ["input", "dim", "keepdim"], ["input", "other"]]


def test_mindspore_initializers_are_listed() -> None:
    api = catalog(MINDSPORE)["api"]
    for name in ("initializer", "Normal", "HeUniform", "XavierUniform", "Zero", "One", "Constant", "TruncatedNormal"):
        assert api[f"mindspore.common.initializer.{name}"]["signatures"]


def test_onnx_operator_has_its_versions() -> None:
    assert list(catalog(ONNX)["domains"]["ai.onnx"]["Conv"]) == ["1", "11", "22"]


def test_onnx_inputs_differ_between_versions() -> None:
    clip = catalog(ONNX)["domains"]["ai.onnx"]["Clip"]
    assert clip["6"]["inputs"] == [["input", "single"]]
    assert clip["11"]["inputs"] == [["input", "single"], ["min", "optional"], ["max", "optional"]]
    assert set(clip["6"]["attributes"]) == {"min", "max"}
    assert clip["11"]["attributes"] == {}


def test_onnx_attribute_tells_type_default_and_need() -> None:
    domain = catalog(ONNX)["domains"]["ai.onnx"]
    assert domain["Gemm"]["13"]["attributes"]["transB"] == {"type": "int", "required": False, "default": 0}
    assert domain["LeakyRelu"]["16"]["attributes"]["alpha"]["default"] == 0.01
    assert domain["Concat"]["13"]["attributes"]["axis"] == {"type": "int", "required": True}


def test_onnx_variadic_and_deprecated_are_told() -> None:
    domain = catalog(ONNX)["domains"]["ai.onnx"]
    assert domain["Concat"]["13"]["inputs"] == [["inputs", "variadic"]]
    assert domain["Upsample"]["10"]["deprecated"] is True
    assert "deprecated" not in domain["Resize"]["19"]


def test_onnx_other_domains_are_listed() -> None:
    domains = catalog(ONNX)["domains"]
    assert "TreeEnsemble" in domains["ai.onnx.ml"]
    assert domains["com.microsoft"]["SkipLayerNormalization"]["1"]["inputs"][3] == ["beta", "optional"]


def test_layers_tell_what_they_hold() -> None:
    norm = catalog(MINDSPORE)["weights"]["mindspore.nn.BatchNorm2d"]
    assert norm["gamma"] == {"rank": 1, "trained": True, "start": 1.0}
    assert norm["moving_mean"] == {"rank": 1, "trained": False, "start": 0.0}
    assert catalog(TORCH)["weights"]["torch.nn.Conv1d"]["weight"] == {"rank": 3, "trained": True}
    assert "weight_hh_l0_reverse" in catalog(TORCH)["weights"]["torch.nn.LSTM"]  # what a flag brings
    for name in (TORCH, MINDSPORE):
        assert not set(catalog(name)["weights"]) - set(catalog(name)["api"])
