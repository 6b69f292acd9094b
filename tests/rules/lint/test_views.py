"""What lint finds, in the forms that other tools read."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from mindconverter.cli.main import main
from mindconverter.rules.lint import CHECKS, Finding, Severity
from mindconverter.rules.lint.views.github import render_github
from mindconverter.rules.location import Location
from tests.report.sarif_schema import SARIF

ROOT = Path(__file__).parents[3]
TEXT = """\
# yaml-language-server: $schema=rules.schema.json
format: 1
rules:
- torch: torch.abs
  to: mindspore.ops.abs
  omit: inplace
- torch: torch.neg
  to: mindspore.ops.negate
"""


def lint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(["rules", "lint", *arguments])
    return status, capsys.readouterr().out


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my rules.yaml").write_text(TEXT)
    return "my rules.yaml"


def test_json_is_as_its_schema_says(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = lint(capsys, file, "--format", "json")
    data = json.loads(out)
    jsonschema.validate(data, json.loads((ROOT / "schemas" / "lint.schema.json").read_text()))
    assert status == 1
    assert {**data, "findings": len(data["findings"])} == {
        "format": 1,
        "files": 1,
        "errors": 2,
        "warnings": 2,
        "findings": 4,
    }
    (found,) = [item for item in data["findings"] if item["code"] == "R006"]
    assert (found["file"], found["line"], found["column"], found["severity"]) == (file, 8, 3, "error")
    assert "Did you mean" in found["advice"]


def test_sarif_is_as_its_specification_says(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = lint(capsys, file, "--format", "sarif")
    data = json.loads(out)
    jsonschema.validate(data, SARIF)
    (run,) = data["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.code for check in CHECKS]
    assert all("*Good:*" in rule["help"]["markdown"] for rule in rules)
    assert rules[0]["helpUri"].endswith("#r001-the-file-is-plain-yaml")
    assert len(run["results"]) == 4
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (found,) = [result for result in run["results"] if result["ruleId"] == "R006"]
    place = found["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "my%20rules.yaml"}, "region": {"startLine": 8, "startColumn": 3}}
    assert [result["level"] for result in run["results"] if result["ruleId"] == "R017"] == ["warning", "warning"]


def test_annotations_are_lines_that_github_reads(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = lint(capsys, file, "--format", "github", "--select", "R010")
    assert out == (
        "::error file=my rules.yaml,line=6,col=3,title=R010::"
        "The source has no parameter 'inplace' to omit. Remove the entry.\n"
    )
    assert status == 1


def test_annotations_escape_what_would_end_them() -> None:
    place = Location("a,b:c%.yaml", 2, 3)
    (line,) = render_github([Finding("R001", place, "100 %\nor: less, or\r", "Do it.", Severity.WARNING)])
    assert line == "::warning file=a%2Cb%3Ac%25.yaml,line=2,col=3,title=R001::100 %25%0Aor: less, or%0D Do it."


def test_findings_go_to_a_file(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = lint(capsys, file, "--format", "json", "--output", str(tmp_path / "new" / "lint.json"))
    assert out == "1 file: 2 errors, 2 warnings.\n"
    assert json.loads((tmp_path / "new" / "lint.json").read_text())["errors"] == 2


@pytest.mark.parametrize(
    ("arguments", "status", "lines"),
    [
        (["--select", "R017"], 0, ["R017 w", "R017 w", "1 file: 0 errors, 2 warnings."]),
        (["--select", "R006,R010", "--ignore", "R010"], 1, ["R006 ", "1 file: 1 error, 0 warnings."]),
        (["--select", "R006", "--select", "R010"], 1, ["R010 ", "R006 ", "1 file: 2 errors, 0 warnings."]),
        (["--ignore", "R006, R010", "--quiet"], 0, []),
        (["--quiet"], 1, ["R010 ", "R006 "]),
        (
            ["--statistics"],
            1,
            ["R010 ", "R006 ", " 1 error    R006 ", " 1 error    R010 ", " 2 warnings R017 ", "1 file: 2 errors, 2 w"],
        ),
    ],
)
def test_what_is_shown_can_be_chosen(
    arguments: list[str], status: int, lines: list[str], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out = lint(capsys, file, *arguments)
    assert found == status
    assert len(out.splitlines()) == len(lines)
    assert all(part in line for part, line in zip(lines, out.splitlines(), strict=True))


def test_a_wrong_choice_is_explained(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "lint", file, "--select", "R999"]) == 2
    assert "R999" in capsys.readouterr().err
    assert main(["rules", "lint", file, "--statistics", "--format", "json"]) == 2
    assert "--statistics" in capsys.readouterr().err
