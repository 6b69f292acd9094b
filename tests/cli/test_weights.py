"""The command `mindconverter weights` writes checkpoints that converted scripts load."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mindconverter.cli.main import main

SCRIPT = """\
from mindspore import nn


def build():
    return nn.SequentialCell(nn.Conv2d(3, 4, 3, has_bias=True), nn.BatchNorm2d(4))


def broken():
    return undefined


NUMBER = int
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    import torch

    (tmp_path / "model.py").write_text(SCRIPT, encoding="utf-8")
    source = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    torch.save(source.state_dict(), tmp_path / "model.pth")
    torch.save({**source.state_dict(), "extra": torch.ones(1)}, tmp_path / "extra.pth")
    return tmp_path


def run(folder: Path, checkpoint: str, network: str, *more: str) -> int:
    output = folder / "out" / "model.ckpt"
    arguments = ["--checkpoint", str(folder / checkpoint), "--network", str(folder / network), "--output", str(output)]
    return main(["weights", *arguments, *more])


def test_the_checkpoint_is_written_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import mindspore
    import torch

    assert run(folder, "model.pth", "model.py:build", "--strict") == 0
    assert "Wrote 6 parameters" in capsys.readouterr().out
    found = mindspore.load_checkpoint(str(folder / "out" / "model.ckpt"))
    expected = torch.load(folder / "model.pth")["0.weight"]
    np.testing.assert_array_equal(found["0.weight"].asnumpy(), expected.numpy())


def test_what_has_no_place_is_listed_and_fails_a_strict_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "extra.pth", "model.py:build") == 0
    assert "without a place in the network: extra" in capsys.readouterr().out
    assert run(folder, "extra.pth", "model.py:build", "--strict") == 1


@pytest.mark.parametrize(
    ("checkpoint", "network", "message"),
    [
        ("absent.pth", "model.py:build", "cannot be read"),
        ("model.py", "model.py:build", "no checkpoint of weights"),
        ("model.pth", "absent.py:build", "does not name a network"),
        ("model.pth", "model.py", "does not name a network"),
        ("model.pth", "model.py:absent", "has no 'absent'"),
        ("model.pth", "model.py:broken", "NameError"),
        ("model.pth", "model.py:NUMBER", "not a network"),
    ],
)
def test_failures_are_messages(
    folder: Path, checkpoint: str, network: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, checkpoint, network) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert not (folder / "out").exists()
