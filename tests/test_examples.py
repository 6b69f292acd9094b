"""The example that the README's first command runs works from any folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "quickstart.py"


@pytest.mark.slow
def test_the_quickstart_converts_a_real_model(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, str(EXAMPLE)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (difference,) = re.findall(r"largest relative difference to PyTorch: (\S+)", run.stdout)
    assert float(difference) < 1e-4
    written = {path.name for path in (tmp_path / "output").iterdir()}
    assert {"resnet18.py", "resnet18.ckpt", "weight_map_of_resnet18.json", "report_of_resnet18.txt"} <= written
