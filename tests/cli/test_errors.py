"""A failing command says what to do next, without a traceback, and ends with a status that a script can use."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = "import torch.nn as nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"
UNKNOWN = "import torch\n\n\ndef f(x):\n    return torch.no_such_function(x)\n"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mindconverter", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def assert_explained(result: subprocess.CompletedProcess[str], code: str, *words: str) -> None:
    """Check for status 2 and one message with ``code`` and ``words``, and nothing else printed."""
    assert result.returncode == 2
    assert result.stdout == ""
    assert re.fullmatch(rf"\[{code}\] [A-Za-z]+: .+\n", result.stderr), result.stderr
    for word in words:
        assert word in result.stderr


def test_no_input_names_both_options(tmp_path: Path) -> None:
    assert_explained(run(cwd=tmp_path), "0000002", "--in_file", "--model_file")


def test_an_output_alone_is_not_an_input(tmp_path: Path) -> None:
    assert_explained(run("--output", "here", cwd=tmp_path), "0000002", "--in_file", "--model_file")
    assert not (tmp_path / "here").exists()


def test_an_unknown_option_is_named(tmp_path: Path) -> None:
    assert_explained(run("--in_fille", "a.py", cwd=tmp_path), "0000003", "--in_fille")


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert_explained(run("--in_file", "gone.py", cwd=tmp_path), "0000003", "gone.py")
    assert not (tmp_path / "output").exists()


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("--model_file", "gone.onnx", "--shape", "1,3", cwd=tmp_path)
    assert_explained(result, "0000003", "gone.onnx")


def test_a_model_of_an_unknown_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.xyz").write_bytes(b"?")
    assert_explained(run("--model_file", "model.xyz", cwd=tmp_path), "0000001", "model.xyz")


def test_a_broken_model_is_a_loading_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"this is not a model")
    assert_explained(run("--model_file", "model.onnx", cwd=tmp_path), "1000001", "model.onnx")
    assert list(tmp_path.glob("output/*")) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODEL)
    (tmp_path / "taken").write_text("a file")
    assert_explained(run("--in_file", "net.py", "--output", "taken", cwd=tmp_path), "2000002", "taken", "--output")
    assert (tmp_path / "taken").read_text() == "a file"


def test_debug_shows_the_traceback_before_the_message(tmp_path: Path) -> None:
    result = run("--debug", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("Traceback")
    assert result.stderr.splitlines()[-1].startswith("[0000002]")


def test_a_conversion_says_what_was_done(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODEL)
    result = run("--in_file", "net.py", "--report", "reports", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 script" in result.stdout
    assert "0 not converted" in result.stdout
    assert (tmp_path / "output" / "net.py").exists()
    assert (tmp_path / "reports" / "report_of_net.txt").exists()


def test_what_is_left_is_shown_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(UNKNOWN)
    result = run("--in_file", "net.py", cwd=tmp_path)
    assert result.returncode == 0
    assert "net.py:5:11" in result.stdout
    assert "torch.no_such_function" in result.stdout


def test_strict_fails_when_something_is_left(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(UNKNOWN)
    assert run("--in_file", "net.py", "--strict", cwd=tmp_path).returncode == 1
    assert (tmp_path / "output" / "net.py").exists()


def test_strict_passes_when_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODEL)
    assert run("--in_file", "net.py", "--strict", cwd=tmp_path).returncode == 0


def test_the_script_wins_over_the_model(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODEL)
    result = run("--in_file", "net.py", "--model_file", "gone.onnx", cwd=tmp_path)
    assert result.returncode == 0
    assert (tmp_path / "output" / "net.py").exists()


def test_a_reader_that_has_gone_gets_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(MODEL)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mindconverter", "--in_file", "net.py"]
    result = subprocess.run(command, cwd=tmp_path, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (result.returncode, result.stderr) == (1, "")


def test_an_unforeseen_failure_is_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from mindconverter.cli import main as entry

    def fail(arguments: list[str]) -> int:
        raise KeyError("surprise\nsecond line")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry, "_dispatch", fail)
        assert entry.main([]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("[0000000] UnknownError: KeyError: ")
    assert "--debug" in printed
    assert "Traceback" not in printed


def test_an_interrupt_ends_with_its_usual_status(capsys: pytest.CaptureFixture[str]) -> None:
    from mindconverter.cli import main as entry

    def interrupt(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry, "_dispatch", interrupt)
        assert entry.main([]) == 130
    assert "Traceback" not in capsys.readouterr().err
