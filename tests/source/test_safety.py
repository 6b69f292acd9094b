"""Whatever happens, the user gets Python: a conversion that is none is reported, and the script stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter import convert_script
from mindconverter.cli.main import main
from mindconverter.source.edit.edit import Edits
from tests.source.conversion import convert

CODE = "import torch\n\nx = torch.relu(y)\n"


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every conversion end in something that is not Python."""
    render = Edits.render
    monkeypatch.setattr(Edits, "render", lambda *given, **named: render(*given, **named).replace("x = ", "x = = "))


@pytest.mark.usefixtures("_broken")
def test_a_conversion_that_is_not_python_leaves_the_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.py", "b.py"):
        (tmp_path / "in" / name).write_text(CODE, encoding="utf-8")
    (tmp_path / "in" / "c.py").write_text("import torch\nprint(torch.float32)\n", encoding="utf-8")
    results = convert_script(tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out" / "a.py").read_text(encoding="utf-8") == CODE
    assert "mindspore.float32" in (tmp_path / "out" / "c.py").read_text(encoding="utf-8")
    assert "[2000002] ScriptGenerationError" in results[0].diagnostics[0].say
    assert "Report this mistake" in (tmp_path / "out" / "report_of_a.txt").read_text(encoding="utf-8")
    options = ["--output", str(tmp_path / "one"), "--report", str(tmp_path / "one")]
    assert main(["--in_file", str(tmp_path / "in" / "a.py"), *options, "--strict"]) == 1
    assert (tmp_path / "one" / "a.py").read_text(encoding="utf-8") == CODE


def test_a_bare_generator_gets_parentheses_beside_another_argument() -> None:
    code = "from torch import nn\n\nlayers = nn.ModuleList()\nlayers.extend(nn.ReLU() for _ in range(3))\n"
    assert "extend_cells(layers, (nn.ReLU() for _ in range(3)))" in convert(code).code
