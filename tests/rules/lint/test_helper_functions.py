"""What reading the helpers of a folder of tables demands."""

from __future__ import annotations

from pathlib import Path

import pytest

from mindconverter.errors import RuleTableError
from mindconverter.rules.lint.helper_functions import read_helpers


def folder(root: Path, **files: str) -> Path:
    helpers = root / "helpers"
    helpers.mkdir(parents=True)
    for name, text in files.items():
        helpers.joinpath(f"{name}.py").write_text(text, encoding="utf-8")
    return root


def test_two_files_of_a_folder_that_define_one_name_are_an_error(tmp_path: Path) -> None:
    root = folder(tmp_path, first="def halved(x): ...\n", second="import math\ndef halved(x, y): ...\n")
    with pytest.raises(RuleTableError, match=r"second\.py:2.*halved.*first\.py"):
        read_helpers([root])


def test_a_later_folder_defines_a_name_anew(tmp_path: Path) -> None:
    first = folder(tmp_path / "first", one="def halved(x): ...\n")
    second = folder(tmp_path / "second", two="def halved(x, y): ...\n")
    found = read_helpers([first, second]).signature("halved")
    assert found is not None
    assert [each.name for each in found.parameters] == ["x", "y"]


def test_a_name_that_is_imported_from_another_file_is_no_second_definition(tmp_path: Path) -> None:
    root = folder(tmp_path, first="def halved(x): ...\n", second="from first import halved\ndef third(x): ...\n")
    assert set(read_helpers([root]).definitions) == {"halved", "third"}
