"""Files and folders."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mindconverter import convert_script, convert_source
from mindconverter.cli.main import main
from mindconverter.errors import BadParameterError, ScriptGenerationError
from tests.source.conversion import report

NET = "from torch import nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("report_of_")
    }


def test_a_file_and_its_report(tmp_path: Path) -> None:
    write(tmp_path, {"net.py": "import torch\nx = torch.foo\n"})
    (result,) = convert_script(tmp_path / "net.py", tmp_path / "out", tmp_path / "reports")
    assert result.source == tmp_path / "net.py"
    assert result.output == tmp_path / "out" / "net.py"
    assert result.output.read_text() == "import torch\nx = torch.foo\n"
    assert result.report == tmp_path / "reports" / "report_of_net.txt"
    assert result.report.read_text().splitlines() == [
        "[Start Convert]",
        "[Note] The target is mindspore 2.10.0.",
        "line 1:0: [UnConvert] 'import torch' didn't convert. It stays for what is not converted.",
        "line 2:4: [UnConvert] 'torch.foo' didn't convert. There is no rule for torch.foo. Convert it by hand, or add a"
        " rule by --rules.",
        "[Convert Over]",
    ]


def test_a_report_beside_the_script_without_a_folder_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"net.py": "import torch\n"})
    (result,) = convert_script(str(tmp_path / "net.py"), str(tmp_path / "out"))
    assert result.report == tmp_path / "out" / "report_of_net.txt"


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + "import torch  # é\r\n".encode(),
        "# -*- coding: latin-1 -*-\nimport torch  # é\n".encode("latin-1"),
        "import torch  # é".encode(),
    ],
)
def test_the_encoding_stays(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, {"net.py": data})
    (result,) = convert_script(tmp_path / "net.py", tmp_path / "out")
    assert result.output.read_bytes() == data.replace(b"torch", b"mindspore")


def test_a_file_without_the_framework_is_the_same_bytes(tmp_path: Path) -> None:
    data = b"x = 1\r\n\ty = '\xc3\xa9'"
    write(tmp_path, {"net.py": data})
    (result,) = convert_script(tmp_path / "net.py", tmp_path / "out")
    assert result.output.read_bytes() == data


def test_a_script_that_is_not_python(tmp_path: Path) -> None:
    write(tmp_path, {"net.py": "import torch\nx = (\n"})
    with pytest.raises(ScriptGenerationError, match=r"net\.py:2:\d+: The script is not Python"):
        convert_script(tmp_path / "net.py", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("code", ["import torch\nprint 'x'\n", "import torch\n\tx = 1\n", "import torch\n\0"])
def test_a_text_that_is_not_python(code: str) -> None:
    with pytest.raises(ScriptGenerationError, match="2000002"):
        convert_source(code)


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(BadParameterError, match="There is no file or folder"):
        convert_script(tmp_path / "net.py", tmp_path / "out")


def test_a_result_never_takes_the_place_of_its_source(tmp_path: Path) -> None:
    write(tmp_path, {"net.py": NET})
    for path in (tmp_path, tmp_path / "net.py"):
        with pytest.raises(BadParameterError, match="take the place"):
            convert_script(path, tmp_path)
    assert (tmp_path / "net.py").read_text() == NET


PROJECT: dict[str, str | bytes] = {
    "train.py": (
        "import torch\nfrom models.net import Net\n\nnet = Net(nums)\nprint(net.forward(torch.flatten(x, 1)))\n"
    ),
    "models/__init__.py": "from .net import Net\n",
    "models/base.py": NET,
    "models/net.py": (
        "from .base import Base\nfrom torch import nn\n\n\nclass Net(Base):\n    def __init__(self, sizes):\n"
        "        super().__init__()\n        self.a = nn.Conv2d(*sizes)\n\n    def forward(self, x):\n"
        "        return super().forward(self.a(x))\n"
    ),
    "models/plain.py": "from .base import Base\n\n\nclass Other(Base):\n    def forward(self, x):\n        return x\n",
    "data/image.bin": bytes(range(256)),
    "broken.py": "import torch\nprint 'x'\n",
    "other.py": b"x = 1\r\n",
    "__pycache__/net.pyc": b"\0",
}


def test_a_folder_becomes_the_same_tree(tmp_path: Path) -> None:
    root, out = write(tmp_path / "in", PROJECT), tmp_path / "out"
    calls: list[tuple[str, int, int]] = []
    results = convert_script(root, out, progress=lambda *call: calls.append(call))
    found = tree(out)
    summary = {"summary_of_conversion.txt", "summary_of_conversion.json"}
    assert sorted(found) == sorted({*PROJECT, *summary, "mindspore_helpers.py"} - {"__pycache__/net.pyc"})
    assert (out / "data/image.bin").read_bytes() == PROJECT["data/image.bin"]
    assert (out / "other.py").read_bytes() == b"x = 1\r\n"
    assert found["broken.py"] == PROJECT["broken.py"]
    assert found["models/__init__.py"] == PROJECT["models/__init__.py"]
    assert found["train.py"].endswith("print(net.construct(ops.flatten(x, start_dim=1)))\n")
    assert "from mindspore_helpers import Conv2d\n" in found["models/net.py"]
    assert "self.a = Conv2d(*sizes)" in found["models/net.py"]
    assert "return super().construct(self.a(x))" in found["models/net.py"]
    assert "def construct(self, x):" in found["models/plain.py"]
    assert found["mindspore_helpers.py"].count("class Conv2d") == 1
    assert calls[-1][1] == calls[-1][2]
    by_name = {result.source.relative_to(root).as_posix(): result for result in results}
    assert set(by_name) == {name for name in PROJECT if name.endswith(".py")}
    assert by_name["other.py"].report is None
    (broken,) = report(by_name["broken.py"].diagnostics)
    assert broken.startswith("line 2:0: [UnConvert] 'broken.py' didn't convert. The file is not Python")


def test_several_processes_give_the_same_result(tmp_path: Path) -> None:
    root = write(tmp_path / "in", PROJECT)
    calls: list[tuple[str, int, int]] = []
    one = convert_script(root, tmp_path / "one", workers=1)
    two = convert_script(root, tmp_path / "two", workers=2, progress=lambda *call: calls.append(call))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert [result.diagnostics for result in one] == [result.diagnostics for result in two]
    assert [done for _, done, _ in calls] == list(range(1, len(calls) + 1))


def test_an_error_in_another_process_is_the_same_error(tmp_path: Path) -> None:
    root = write(tmp_path / "in", PROJECT)
    write(tmp_path / "out", {"train.py/file": ""})
    with pytest.raises(ScriptGenerationError, match=r"train\.py"):
        convert_script(root, tmp_path / "out", workers=2)


DEEP = "import torch\nx = torch.relu(" + " + ".join(["y"] * 900) + ")\n"
"""A script at which the converter fails, though Python reads it."""


@pytest.fixture
def usual_recursion() -> Iterator[None]:
    """Set the limit that Python begins with, which PyTorch raises for its whole process."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("usual_recursion")
def test_a_script_at_which_the_converter_fails_costs_the_others_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files: dict[str, str | bytes] = {
        **PROJECT,
        "deep.py": DEEP,
        "models/plain.py": f"import deep\n{PROJECT['models/plain.py']!s}",
    }
    root, out = write(tmp_path / "in", files), tmp_path / "out"
    assert main(["--in_file", str(root), "--output", str(out)]) == 2
    message = capfd.readouterr().err
    assert f"{root / 'deep.py'}: [2000002] ScriptGenerationError: The converter failed at this script" in message
    assert "Report this mistake" in message
    assert "Traceback" not in message
    assert (out / "deep.py").read_text() == DEEP
    assert "def construct" in (out / "models/plain.py").read_text()
    assert "(RecursionError" in (out / "report_of_deep.txt").read_text()
    assert main(["--in_file", str(root / "deep.py"), "--output", str(tmp_path / "one")]) == 2
    message = capfd.readouterr().err
    assert "deep.py: The converter failed at this script (RecursionError" in message
    assert "Traceback" not in message


def test_the_summary_of_a_folder_has_the_share_of_each_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a/net.py": NET, "b.py": "import torch\nx = torch.foo\n", "c.py": "x = 1\n"}
    convert_script(write(tmp_path / "in", files), tmp_path / "out", tmp_path / "reports")
    lines = (tmp_path / "reports/summary_of_conversion.txt").read_text().splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["a/net.py", "3", "0", "0", "0", "100.0%"],
        ["b.py", "0", "0", "0", "2", "0.0%"],
        ["total", "3", "0", "0", "2", "60.0%"],
        ["1", "more", "files", "have", "nothing", "to", "convert."],
    ]
    data = json.loads((tmp_path / "reports/summary_of_conversion.json").read_text())
    assert [(entry["file"], entry["left"], entry["share_converted"]) for entry in data["files"]] == [
        ("a/net.py", 0, 1.0),
        ("b.py", 2, 0.0),
        ("c.py", 0, None),
    ]
    assert data["total"]["share_converted"] == 0.6


def test_a_report_for_machines(tmp_path: Path) -> None:
    root = write(tmp_path / "in", {"net.py": "import torch\nx = torch.foo\n"})
    convert_script(root / "net.py", tmp_path / "file", report_format="json,html")
    convert_script(root, tmp_path / "folder", report_format="html,json")
    for folder in ("file", "folder"):
        assert "x = torch.foo</mark>" in (tmp_path / folder / "report_of_net.html").read_text()
        data = json.loads((tmp_path / folder / "report_of_net.json").read_text())
        assert (data["converted"], data["left"], data["share_converted"]) == (0, 2, 0.0)
        assert data["findings"][1]["source"] == "torch.foo"
        assert (data["findings"][1]["line"], data["findings"][1]["column"]) == (2, 4)
        assert (tmp_path / folder / "report_of_net.txt").exists()
    with pytest.raises(BadParameterError, match="report format"):
        convert_script(root, tmp_path / "out", report_format="xml")


def test_a_notebook_is_copied_and_named(tmp_path: Path) -> None:
    cell = '{"cells": [{"cell_type": "code", "source": ["import torch"]}]}'
    root = write(tmp_path / "in", {"demo.ipynb": cell, "other.ipynb": "{}", "net.py": NET})
    results = convert_script(root, tmp_path / "out")
    assert (tmp_path / "out/demo.ipynb").read_text() == cell
    assert [result.source.name for result in results] == ["demo.ipynb", "net.py"]
    (line,) = report(results[0].diagnostics)
    assert "'demo.ipynb' didn't convert. Notebooks are copied as they are." in line


def test_the_helpers_of_a_package_are_imported_relatively(tmp_path: Path) -> None:
    root = write(tmp_path / "pkg", {**PROJECT, "__init__.py": ""})
    convert_script(root, tmp_path / "out")
    assert "from ..mindspore_helpers import Conv2d\n" in (tmp_path / "out/models/net.py").read_text()


def test_a_second_conversion_changes_nothing(tmp_path: Path) -> None:
    root = write(tmp_path / "in", PROJECT)
    convert_script(root, tmp_path / "one")
    convert_script(tmp_path / "one", tmp_path / "two")
    first, second = tree(tmp_path / "one"), tree(tmp_path / "two")
    for folder in (first, second):
        for name in ("summary_of_conversion.txt", "summary_of_conversion.json"):
            del folder[name]
    assert first == second


def test_an_output_within_the_folder_is_not_converted_again(tmp_path: Path) -> None:
    root = write(tmp_path / "in", {"net.py": NET})
    convert_script(root, root / "output")
    convert_script(root, root / "output")
    assert sorted(name for name in tree(root) if name.endswith(".py")) == ["net.py", "output/net.py"]


def test_the_result_of_a_folder_runs(tmp_path: Path) -> None:
    script = "import torch\nfrom models.net import Net\n\nnet = Net((1, 2, 3))\nprint(type(net.a).__name__)\n"
    root = write(tmp_path / "in", {**PROJECT, "train.py": script})
    convert_script(root, tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path / "out", capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout.strip().endswith("Conv2d"), done.stderr


def test_what_star_imports_of_the_project_bring(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pkg/__init__.py": "",
        "pkg/base.py": "import torch\nimport torch.nn.functional as F\n\nx = F.relu(torch.abs(y))\n",
        "pkg/listed.py": "import torch\n\n__all__ = ['x']\nx = torch.abs(y)\n",
        "pkg/net.py": "from .base import *\n\ny = F.silu(x)\nz = torch.flatten(x, 1)\n",
        "pkg/other.py": "from .listed import *\n\nz = torch.flatten(x, 1)\n",
    }
    convert_script(write(tmp_path / "in", files), tmp_path / "out")
    found = tree(tmp_path / "out")
    assert found["pkg/net.py"].endswith("y = ops.silu(x)\nz = ops.flatten(x, start_dim=1)\n")
    assert "from mindspore import ops\n" in found["pkg/net.py"]
    assert found["pkg/other.py"] == files["pkg/other.py"]


def test_a_class_whose_base_comes_by_a_star_import(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "parts.py": "import torch.nn as nn\n\n\nclass Part(nn.Module):\n    def forward(self, x):\n        return x\n",
        "net.py": "from parts import *\n\n\nclass Net(nn.Module):\n"
        "    def forward(self, x):\n        return Part()(x)\n\n\n"
        "class More(Part):\n    def forward(self, x):\n        return super().forward(x)\n\n\nnet = Net().eval()\n",
        "run.py": "from net import *\n\nmore = More()\nmore.train(False)\n",
    }
    convert_script(write(tmp_path / "in", files), tmp_path / "out")
    found = tree(tmp_path / "out")
    assert "class Net(nn.Cell):\n    def construct(self, x):\n        return Part()(x)\n" in found["net.py"]
    assert "class More(Part):\n    def construct(self, x):\n        return super().construct(x)\n" in found["net.py"]
    assert found["net.py"].endswith("net = Net().set_train(False)\n")
    assert found["run.py"] == "from net import *\n\nmore = More()\nmore.set_train(False)\n"


def test_scripts_in_plain_folders_run_from_where_they_lie(tmp_path: Path) -> None:
    net = "from torch import nn\n\n\nclass {0}(nn.Module):\n    def forward(self, x):\n        return x\n"
    run = "import torch\n\nfrom models import Net\n\nnet = Net().eval()\nprint(torch.Tensor(eval('[2.0]')))\n"
    files: dict[str, str | bytes] = {
        "examples/first/models.py": net.format("Net"),
        "examples/first/run.py": run,
        "examples/second/models.py": net.format("Other"),
        "tools/run.py": "import torch\n\nfrom tools import more\n\nx = torch.Tensor(eval(more.NUMBERS))\n",
        "tools/more.py": "NUMBERS = '[1.0]'\n",
    }
    convert_script(write(tmp_path / "in", files), tmp_path / "out")
    found = tree(tmp_path / "out")
    assert "net = Net().set_train(False)\n" in found["examples/first/run.py"]
    assert {name for name in found if "mindspore_helpers" in name} == {
        "examples/first/mindspore_helpers.py",
        "mindspore_helpers.py",
    }
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=tmp_path / "out/examples/first", capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[2.]", done.stderr


def test_what_a_script_has_from_another_one_is_converted(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pkg/__init__.py": "",
        "pkg/compat.py": "from torch import nn\nimport torch.nn.functional as F\nOWN = 1\n",
        "pkg/net.py": "from .compat import F, OWN, nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n"
        "        return F.relu(x) + OWN\n",
        "pkg/rest.py": "from .compat import nn\n\nx = nn.no_such_layer()\n",
    }
    convert_script(write(tmp_path / "in", files), tmp_path / "out")
    found = tree(tmp_path / "out")
    assert found["pkg/net.py"].startswith("from .compat import OWN\nfrom mindspore import nn, ops\n")
    assert found["pkg/net.py"].endswith(
        "class Net(nn.Cell):\n    def construct(self, x):\n        return ops.relu(x) + OWN\n"
    )
    assert found["pkg/rest.py"] == "from torch import nn\n\nx = nn.no_such_layer()\n"


def test_an_import_with_a_fallback_stays_for_others(tmp_path: Path) -> None:
    code = "try:\n    from torch import _assert\nexcept ImportError:\n    def _assert(a, b):\n        assert a, b\n"
    files: dict[str, str | bytes] = {"a.py": code, "b.py": "from a import _assert\n_assert(1, 2)\n"}
    convert_script(write(tmp_path / "in", files), tmp_path / "out")
    assert tree(tmp_path / "out")["a.py"] == code
