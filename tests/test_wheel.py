"""The wheel works by itself, without the repository beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("mindconverter-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.mark.parametrize("folder", ["rules", "schemas"])
def test_tables_and_schemas_travel_whole(unpacked: Path, folder: str) -> None:
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True)
    names = tracked.stdout.split()
    assert names
    assert [name for name in names if not (unpacked / "mindconverter" / "_data" / name).is_file()] == []


def test_the_compiled_bundle_is_in_the_wheel(unpacked: Path) -> None:
    assert (unpacked / "mindconverter" / "_data" / "rules" / "bundle.json").stat().st_size > 1000


def test_the_wheel_is_typed_and_licensed(unpacked: Path) -> None:
    assert (unpacked / "mindconverter" / "py.typed").is_file()
    assert list(unpacked.glob("mindconverter-*.dist-info/licenses/LICENSE"))


def test_the_wheel_holds_no_tests(unpacked: Path) -> None:
    assert {path.name.split("-")[0] for path in unpacked.iterdir()} == {"mindconverter"}


def test_a_script_is_converted_without_the_repository(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("import torch.nn as nn\n\nlayer = nn.Linear(3, 4)\n")
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import mindconverter.__main__ as m; print(m.__file__); m.main(['--in_file', 'net.py'])",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith(str(unpacked))
    assert "import torch" not in (tmp_path / "output" / "net.py").read_text()
