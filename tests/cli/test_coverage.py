"""``mindconverter rules coverage``: what the tables cover, and the documents that show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mindconverter.cli.main import main
from mindconverter.rules.coverage import Status, operator_coverage
from mindconverter.rules.tables import load_tables

ROOT = Path(__file__).parents[2]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["rules", "coverage", *arguments]) == 0
    return capsys.readouterr().out


def test_an_operator_is_listed_with_versions_rule_tests_and_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = [line for line in printed(capsys, "--onnx", "--format", "markdown").splitlines() if "| Conv |" in line]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1:4] == ["1, 11, 22", "mapped", "onnx/conv.yaml"]
    assert int(cells[4]) > 0
    assert cells[5].endswith(" passed")


def test_every_operator_of_the_specification_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    listed = {(item["domain"], item["name"]) for item in json.loads(printed(capsys, "--onnx", "--format", "json"))}
    domains = load_tables().operators.domains
    assert listed == {(domain, name) for domain, operators in domains.items() for name in operators}


def test_a_table_of_ones_own_counts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = json.loads(printed(capsys, "--format", "json"))
    name = next(name for item in before for name in (*item["missing"], *item["refused"]))
    (tmp_path / "mine.yaml").write_text(f"format: 1\nrules:\n- torch: {name}\n  to: mindspore.ops.abs\n")
    after = json.loads(printed(capsys, "--format", "json", "--rules", str(tmp_path)))
    assert name in {name for item in after for name in item["mapped"]}


def test_a_name_is_mapped_refused_or_missing_and_never_two_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    for item in json.loads(printed(capsys, "--format", "json")):
        names = [*item["mapped"], *item["refused"], *item["missing"]]
        assert len(names) == len(set(names))
        assert set(item["proved"]) <= set(item["mapped"])


def test_what_is_missing_is_listed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    missing = {name for item in json.loads(printed(capsys, "--format", "json")) for name in item["missing"]}
    assert set(printed(capsys, "--missing").split()) == missing


def test_every_version_of_a_mapped_operator_has_a_rule() -> None:
    """A model of opset 7 or newer never meets a version that its operator's rules leave out."""
    found = operator_coverage(load_tables())
    left = {f"{item.domain}::{item.name}": item.open_versions for item in found if item.status is not Status.MISSING}
    assert {name: versions for name, versions in left.items() if versions} == {}


@pytest.mark.parametrize(("page", "arguments"), [("coverage_onnx.md", ["--onnx"]), ("coverage_torch.md", [])])
def test_the_page_of_the_documentation_is_fresh(
    page: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    table = printed(capsys, *arguments, "--format", "markdown")
    assert (ROOT / "docs" / page).read_text(encoding="utf-8").endswith(f"\n\n{table}"), (
        f"Write docs/{page} anew: python scripts/write_coverage.py"
    )
