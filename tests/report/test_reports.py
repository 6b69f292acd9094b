"""The reports of a conversion, in all their forms."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from mindconverter.errors import BadParameterError, ReportGenerationError
from mindconverter.report.diagnostics import Diagnostic, Outcome
from mindconverter.report.report import Report
from mindconverter.report.reports import SUFFIXES, report_formats, write_reports
from tests.report.sarif_schema import SARIF
from tests.report.test_text import DIAGNOSTICS, MANUAL_FORM

SCRIPT = "import torch\n" + "#\n" * 7 + "x = nn.Dropout(a < b)\n" + "#\n" * 147 + 'y = nn.Fold("<script>")\n'
NOTE = Diagnostic(Outcome.NOTE, "net", say="The outputs are a <dictionary> & more.")


def report(folder: Path) -> Report:
    (folder / "resnet.py").write_text(SCRIPT)
    return Report("resnet", "resnet.py", "MindSpore 2.10", [*DIAGNOSTICS, NOTE], folder / "resnet.py")


class Page(HTMLParser):
    """Collects the elements, and the texts of the rows of the table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open:
            self.rows[-1][-1] += data


def test_each_form_is_written_beside_the_text(tmp_path: Path) -> None:
    path = write_reports(report(tmp_path), tmp_path / "reports", frozenset(SUFFIXES))
    assert path == tmp_path / "reports" / "report_of_resnet.txt"
    names = sorted(each.name for each in path.parent.iterdir())
    assert names == [f"report_of_resnet.{suffix}" for suffix in ("html", "json", "sarif", "txt")]
    expected = MANUAL_FORM.replace(
        "[Start Convert]\n",
        "[Start Convert]\n[Note] The target is MindSpore 2.10.\n[Note] The outputs are a <dictionary> & more.\n",
    )
    assert path.read_text() == expected


def test_only_the_forms_that_are_wanted_are_written(tmp_path: Path) -> None:
    write_reports(report(tmp_path), tmp_path / "reports", report_formats("html"))
    assert sorted(each.suffix for each in (tmp_path / "reports").iterdir()) == [".html", ".txt"]
    assert report_formats("text") == {"text"}
    assert report_formats("json, sarif") == {"text", "json", "sarif"}
    with pytest.raises(BadParameterError, match="report format 'xml'"):
        report_formats("json,xml")


def test_a_report_that_cannot_be_written_is_a_report_error(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")
    with pytest.raises(ReportGenerationError) as caught:
        write_reports(report(tmp_path), tmp_path / "reports", report_formats("text"))
    assert caught.value.code == "2000003"


def test_sarif_has_the_places_that_a_scanner_shows(tmp_path: Path) -> None:
    write_reports(report(tmp_path), tmp_path, report_formats("sarif"))
    data = json.loads((tmp_path / "report_of_resnet.sarif").read_text())
    jsonschema.validate(data, SARIF)
    results = data["runs"][0]["results"]
    assert [result["level"] for result in results] == ["none", "none", "note", "warning", "error", "note"]
    assert [result["kind"] for result in results][:2] == ["pass", "pass"]
    left = results[4]
    assert left["ruleId"] == "unconverted"
    assert left["message"]["text"] == "nn.Fold is not converted. Use ops.fold instead."
    place = left["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 157, "startColumn": 24}
    assert place["artifactLocation"]["uri"] == (tmp_path / "resnet.py").as_uri()
    assert "region" not in results[5]["locations"][0]["physicalLocation"]


def test_the_page_shows_findings_and_script_and_can_be_filtered(tmp_path: Path) -> None:
    write_reports(report(tmp_path), tmp_path, report_formats("html"))
    text = (tmp_path / "report_of_resnet.html").read_text()
    page = Page(text)
    assert page.open == []
    assert "2 converted, 1 of them with a warning, 1 to be reviewed, 1 left (50.0 % converted)." in text
    rows = [row for row in page.rows if row]
    assert ["not converted", "157:23", "nn.Fold", "", "Use ops.fold instead."] in rows
    assert ["note", "", "net", "", "The outputs are a <dictionary> & more."] in rows
    boxes = [attributes["value"] for tag, attributes in page.seen if tag == "input"]
    assert boxes == ["unconverted", "review", "warned", "converted", "inserted", "note"]
    assert all(f".without-{box} tr.{box} {{ display: none; }}" in text for box in boxes)
    places = {attributes["id"] for tag, attributes in page.seen if tag == "a" and "id" in attributes}
    assert {"L1", "L9", "L157"} <= places
    # Line 9 has a warning and something to review: it looks like the latter.
    assert re.search(r'<mark class="review" title="[^"]*">x = nn.Dropout\(a &lt; b\)</mark>', text)
    assert "y = nn.Fold(&quot;&lt;script&gt;&quot;)" in text


def test_the_page_loads_nothing(tmp_path: Path) -> None:
    write_reports(report(tmp_path), tmp_path, report_formats("html"))
    page = Page((tmp_path / "report_of_resnet.html").read_text())
    assert not [attributes for _, attributes in page.seen if attributes.keys() & {"src"}]
    assert all(str(attributes["href"]).startswith("#") for _, attributes in page.seen if "href" in attributes)
