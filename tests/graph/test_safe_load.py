"""A file may name only layers of torch and what is defined below the project's folder."""

from __future__ import annotations

import functools
import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from mindconverter.errors import ModelLoadingError
from mindconverter.graph.read_torch.project_modules import find_module
from mindconverter.graph.read_torch.safe_load import load_module


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


def refuse(path: Path, project: Path | None = None) -> str:
    with pytest.raises(ModelLoadingError) as caught, load_module(path, project):
        pass
    return str(caught.value)


def write_raw(path: Path, pickled: bytes) -> Path:
    """Write an archive as torch.save does, around a pickle of one's own."""
    buffer = io.BytesIO()
    torch.save({}, buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, pickled if name.endswith("/data.pkl") else source.read(name))
    return path


def named(module: str, name: str, *, call: bytes = b")R") -> bytes:
    """Return a pickle that names something, and calls it with nothing."""
    return b"\x80\x02c" + module.encode() + b"\n" + name.encode() + b"\n" + call + b"."


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if name.startswith("mc_"):
            del sys.modules[name]


def save_in_child(folder: Path, code: str, target: Path) -> Path:
    """Save a module from a process of its own, so that nothing of it is imported here."""
    script = f"import torch\n{code}\ntorch.save(model, {str(target)!r})\n"
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, env={**os.environ, "PYTHONPATH": "."})
    return target


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_a_call_of_the_shell_is_refused_and_does_not_run(tmp_path: Path, zipped: bool) -> None:
    marker = tmp_path / "marker"
    path = tmp_path / "model.pth"
    torch.save(Call(os.system, f"touch {marker}"), path, _use_new_zipfile_serialization=zipped)
    message = refuse(path, tmp_path)
    assert ("posix.system" in message) == zipped
    assert not marker.exists()


def test_a_plain_pickle_is_refused_and_does_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    path = tmp_path / "model.pth"
    path.write_bytes(pickle.dumps(Call(os.system, f"touch {marker}")))
    assert "since version 1.6" in refuse(path, tmp_path)
    assert not marker.exists()


@pytest.mark.parametrize(
    "name",
    [
        "builtins.eval",
        "builtins.getattr",
        "builtins.__import__",
        "functools.reduce",
        "importlib.import_module",
        "subprocess.Popen",
        "torch.load",
        "torch.hub.load",
        "torch.serialization.load",
        "torch.utils.cpp_extension.load_inline",
        "torch.fx.graph_module.reduce_graph_module",
        "torch.nn.modules.module.warnings",
        "torch.nn.functional.boolean_dispatch",
        "torch._C._nn._parse_to",
        "torch._C._nn.adaptive_avg_pool2d",
        "torch._C._import_ir_module",
        "torch.nn.functional.handle_torch_function",
        "torch.nn.functional.importlib.import_module",
        "torch.nn.modules.module.torch",
        "torch.nn.parallel.distributed.DistributedDataParallel",
        "torch.jit.load",
        "mindconverter.graph.read_torch.safe_load.load_module",
    ],
)
def test_what_is_no_layer_is_refused_by_name(tmp_path: Path, name: str) -> None:
    module, _, attribute = name.rpartition(".")
    path = write_raw(tmp_path / "model.pth", named(module, attribute))
    message = refuse(path, tmp_path)
    assert name in message
    assert "Nothing of it has run." in message


def test_a_name_split_elsewhere_is_refused(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "model.pth", named("torch", "serialization.load"))
    assert "torch.serialization.load" in refuse(path, tmp_path)


def test_a_module_outside_the_project_is_not_imported(tmp_path: Path, project: Path) -> None:
    marker = tmp_path / "marker"
    (tmp_path / "mc_outside.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Net: pass\n")
    path = write_raw(tmp_path / "model.pth", named("mc_outside", "Net"))
    assert "mc_outside.Net" in refuse(path, project)
    assert not marker.exists()


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path, project: Path) -> None:
    marker = tmp_path / "marker"
    (tmp_path / "mc_real.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Net: pass\n")
    (project / "mc_link.py").symlink_to(tmp_path / "mc_real.py")
    path = write_raw(tmp_path / "model.pth", named("mc_link", "Net"))
    assert "mc_link.Net" in refuse(path, project)
    assert not marker.exists()


def test_one_refused_name_keeps_the_allowed_ones_from_being_imported(tmp_path: Path, project: Path) -> None:
    marker = tmp_path / "marker"
    (project / "mc_good.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Net: pass\n")
    pickled = b"\x80\x02cmc_good\nNet\ncos\nsystem\n\x86."
    assert "os.system" in refuse(write_raw(tmp_path / "model.pth", pickled), project)
    assert not marker.exists()


def test_what_a_project_only_imports_is_refused(tmp_path: Path, project: Path) -> None:
    marker = tmp_path / "marker"
    (project / "mc_gadget.py").write_text("from os import system\nfrom subprocess import Popen\n")
    pickled = named(
        "mc_gadget",
        "system",
        call=b"X" + len(f"touch {marker}").to_bytes(4, "little") + f"touch {marker}".encode() + b"\x85R",
    )
    assert "mc_gadget.system" in refuse(write_raw(tmp_path / "a.pth", pickled), project)
    assert "mc_gadget.Popen" in refuse(write_raw(tmp_path / "b.pth", named("mc_gadget", "Popen")), project)
    assert not marker.exists()


def test_a_module_of_the_same_name_elsewhere_is_not_taken(tmp_path: Path, project: Path) -> None:
    (project / "json").mkdir()
    (project / "json" / "__init__.py").write_text("class Net: pass\n")
    path = write_raw(tmp_path / "model.pth", named("json", "Net"))
    assert "Another module named json" in refuse(path, project)


def test_a_class_of_the_main_script_gets_advice(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "model.pth", named("__main__", "Net"))
    assert "move it to a module of the project" in refuse(path, tmp_path)


def test_a_module_of_the_project_loads(tmp_path: Path, project: Path) -> None:
    (project / "mc_pkg").mkdir()
    (project / "mc_pkg" / "__init__.py").write_text("")
    (project / "mc_pkg" / "net.py").write_text(
        "import torch\n"
        "from collections import OrderedDict\n"
        "def swish(x):\n    return x * torch.sigmoid(x)\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.body = torch.nn.Sequential(OrderedDict(fc=torch.nn.Linear(3, 2)))\n"
        "        self.act = swish\n"
        "        self.other = torch.nn.functional.relu\n"
        "        self.tags = {'a'}\n"
        "    def forward(self, x):\n        return self.other(self.act(self.body(x)))\n"
    )
    path = save_in_child(project, "from mc_pkg.net import Net\nmodel = Net()", tmp_path / "model.pth")
    before = list(sys.path), set(torch.serialization.get_safe_globals())
    with load_module(path, project) as module:
        assert module(torch.zeros(1, 3)).shape == (1, 2)
        assert type(module).__module__ == "mc_pkg.net"
    assert (list(sys.path), set(torch.serialization.get_safe_globals())) == before


def test_partial_functions_and_native_activations_load(tmp_path: Path, project: Path) -> None:
    (project / "mc_partial.py").write_text(
        "import torch\n"
        "from functools import partial\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.norm = partial(torch.nn.LayerNorm, eps=1e-6)\n"
        "        self.first = self.norm(3)\n"
        "        self.act = torch.nn.functional.gelu\n"
        "    def forward(self, x):\n        return self.act(self.first(x))\n"
    )
    path = save_in_child(project, "import mc_partial\nmodel = mc_partial.Net()", tmp_path / "model.pth")
    with load_module(path, project) as module:
        assert module(torch.zeros(1, 3)).shape == (1, 3)
        assert module.norm.keywords == {"eps": 1e-6}


def test_a_partial_function_holds_what_is_allowed_only(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    path = tmp_path / "model.pth"
    torch.save({"call": functools.partial(os.system, f"touch {marker}")}, path)
    assert "posix.system" in refuse(path, tmp_path)
    assert not marker.exists()


def test_the_only_module_of_a_checkpoint_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save({"epoch": 1, "model": torch.nn.Linear(2, 3), "ema": None}, path)
    with load_module(path, None) as module:
        assert module(torch.zeros(1, 2)).shape == (1, 3)
    torch.save({"a": torch.nn.Linear(2, 3), "b": torch.nn.Linear(2, 3)}, path)
    assert "several modules: a, b" in refuse(path)


def test_the_folder_of_a_package_itself_may_be_named(tmp_path: Path, project: Path) -> None:
    package = project / "mc_package"
    package.mkdir()
    (package / "__init__.py").write_text("import torch\nclass Net(torch.nn.Linear): pass\n")
    path = save_in_child(project, "from mc_package import Net\nmodel = Net(2, 2)", tmp_path / "model.pth")
    with load_module(path, package) as module:
        assert module(torch.zeros(1, 2)).shape == (1, 2)
    assert find_module("mc_package", package / "..") is not None
    (project / "mc_sibling.py").write_text("")
    assert find_module("mc_sibling", package) is None


def test_layers_alone_need_no_project(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save(torch.nn.Sequential(torch.nn.TransformerEncoderLayer(8, 2), torch.nn.Linear(8, 2)), path)
    with load_module(path, None) as module:
        assert isinstance(module, torch.nn.Sequential)


def test_an_installed_package_needs_to_be_named(tmp_path: Path, project: Path) -> None:
    path = write_raw(tmp_path / "model.pth", named("torchvision.models.resnet", "ResNet"))
    message = refuse(path, project)
    assert "torchvision.models.resnet.ResNet" in message
    assert "folder of an installed package" in message


def test_a_state_dict_is_answered_with_what_to_save(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save(torch.nn.Linear(2, 2).state_dict(), path)
    assert "--model_entry" in refuse(path)


def test_a_scripted_module_is_answered_with_what_to_save(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), str(path))
    assert "TorchScript" in refuse(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\x80\x02."])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    refuse(path)


@pytest.mark.parametrize("pickled", [b"", b"\x80\x02", b"\x80\x02\xff.", b"\x80\x05\x8c\x02os\x8c\x06system\x93)R."])
def test_a_damaged_pickle_is_refused(tmp_path: Path, pickled: bytes) -> None:
    assert "damaged" in refuse(write_raw(tmp_path / "model.pth", pickled))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refuse(tmp_path / "model.pth")
