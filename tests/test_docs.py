"""The documents tell the truth about what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mindconverter import errors
from mindconverter.errors import MindConverterError

ROOT = Path(__file__).parents[1]
ERRORS = [MindConverterError, *MindConverterError.__subclasses__()]


def test_the_codes_are_distinct() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_is_documented(error: type[MindConverterError]) -> None:
    text = (ROOT / "docs" / "errors.md").read_text()
    (section,) = re.findall(rf"^## {error.code} {error.title}\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
    assert "*Usual cause:*" in section
    assert "*Next step:*" in section


def test_no_documented_code_is_gone() -> None:
    documented = re.findall(r"^## (\d{7}) ", (ROOT / "docs" / "errors.md").read_text(), flags=re.M)
    assert documented == sorted(error.code for error in ERRORS)


def test_the_title_of_an_error_is_the_name_of_its_class() -> None:
    for error in ERRORS[1:]:
        assert getattr(errors, error.title) is error


def test_the_check_runs_the_test_command_of_the_readme() -> None:
    last = (ROOT / ".ci" / "run").read_text().splitlines()[-1]
    assert f"\n    {last}\n" in (ROOT / "README.md").read_text()


def test_the_example_of_the_readme_is_what_the_converter_writes() -> None:
    from mindconverter import convert_source

    before, after, *_ = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.S)
    assert convert_source(before).code == after


def test_the_files_that_the_readme_links_to_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
