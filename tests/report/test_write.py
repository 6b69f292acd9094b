"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from mindconverter.errors import CheckpointGenerationError, ReportGenerationError, ScriptGenerationError
from mindconverter.report.write import atomic_write_bytes, atomic_write_text, replacing


def test_text_is_written_in_utf8_with_its_line_endings(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    atomic_write_text(path, "x = 'é'\r\ny = 1\n", ScriptGenerationError)
    assert path.read_bytes() == "x = 'é'\r\ny = 1\n".encode()


def test_missing_folders_are_created(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.bin"
    atomic_write_bytes(path, b"\x00\x01", ScriptGenerationError)
    assert path.read_bytes() == b"\x00\x01"


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("old")
    atomic_write_text(path, "new", ScriptGenerationError)
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]


def test_the_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    path = tmp_path / "a.py"
    atomic_write_text(path, "", ScriptGenerationError)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    path.write_bytes(b"old")

    def write_a_part_and_fail() -> None:
        with replacing(path, CheckpointGenerationError) as temporary:
            temporary.write_bytes(b"half of th")
            raise ValueError("the library gave up")

    with pytest.raises(ValueError, match="gave up"):
        write_a_part_and_fail()
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.ckpt"]


def test_the_target_is_untouched_while_the_writer_is_at_work(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    path.write_bytes(b"old")
    with replacing(path, CheckpointGenerationError) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".ckpt")
    assert path.read_bytes() == b"new"


def test_a_writer_that_wrote_nothing_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    with pytest.raises(CheckpointGenerationError), replacing(path, CheckpointGenerationError):
        pass
    assert not path.exists()


def test_a_file_left_read_only_by_its_writer_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "model.ckpt"
    with replacing(path, CheckpointGenerationError) as temporary:
        temporary.write_bytes(b"new")
        temporary.chmod(stat.S_IRUSR)
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ScriptGenerationError, ReportGenerationError, CheckpointGenerationError])
def test_a_folder_that_is_a_file_is_reported_as_the_error_of_that_output(tmp_path: Path, error: type) -> None:
    (tmp_path / "output").write_text("I am a file")
    with pytest.raises(error) as caught:
        atomic_write_text(tmp_path / "output" / "a.py", "", error)
    assert caught.value.where == str(tmp_path / "output" / "a.py")
    assert "--output" in caught.value.advice
    assert (tmp_path / "output").read_text() == "I am a file"


def test_a_target_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "a.py"
    target.mkdir()
    with pytest.raises(ScriptGenerationError):
        atomic_write_text(target, "x", ScriptGenerationError)
    assert os.listdir(tmp_path) == ["a.py"]
