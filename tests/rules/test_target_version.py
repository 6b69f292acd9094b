"""The version that a conversion is for: asked for, installed, or the newest known."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from mindconverter import convert_source
from mindconverter.cli.main import main
from mindconverter.errors import BadParameterError
from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.lint import run_lint
from mindconverter.rules.tables import known_versions, load_tables
from mindconverter.rules.target_version import TargetVersion, choose_version

KNOWN = ("2.9.0", "2.10.0", "2.7.2")


def install(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    original = importlib.metadata.version

    def found(package: str) -> str:
        if package != "mindspore":
            return original(package)
        if version is None:
            raise importlib.metadata.PackageNotFoundError(package)
        return version

    monkeypatch.setattr(importlib.metadata, "version", found)


@pytest.mark.parametrize(
    ("wanted", "installed", "version"),
    [
        ("2.7", "2.10.0", "2.7.2"),
        ("2.7.0", None, "2.7.2"),
        ("2.7.1.post1", None, "2.7.2"),
        ("2.10.0rc1", None, "2.10.0"),
        (None, "2.9.1", "2.9.0"),
        (None, None, "2.10.0"),
    ],
)
def test_a_version_means_its_series(
    wanted: str | None, installed: str | None, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, installed)
    assert choose_version("mindspore", wanted, KNOWN) == TargetVersion(version)


@pytest.mark.parametrize(("wanted", "installed"), [("2.11", "2.7.0"), (None, "3.0.0")])
def test_a_newer_version_means_the_newest_with_a_note(
    wanted: str | None, installed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, installed)
    found = choose_version("mindspore", wanted, KNOWN)
    assert found.version == "2.10.0"
    assert f"mindspore {wanted or installed} is newer" in found.note


@pytest.mark.parametrize("wanted", ["2.6.1", "2.8", "2", "new", ""])
def test_another_version_is_an_error_that_lists_the_known_ones(wanted: str) -> None:
    with pytest.raises(BadParameterError, match=repr(wanted)) as caught:
        choose_version("mindspore", wanted, KNOWN)
    assert "2.7.2, 2.9.0, 2.10.0" in caught.value.advice


def test_an_installed_version_that_is_too_old_is_an_error_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "2.6.0")
    with pytest.raises(BadParameterError, match=r"installed mindspore 2\.6\.0 is older") as caught:
        choose_version("mindspore", None, KNOWN)
    assert "--target_version" in caught.value.advice


def test_the_command_line_names_the_known_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "net.py").write_text("import torch\n")
    arguments = ["--in_file", str(tmp_path / "net.py"), "--output", str(tmp_path / "out")]
    assert main([*arguments, "--target_version", "2.6"]) == 2
    told = capsys.readouterr().err
    assert all(version in told for version in known_versions())
    assert main([*arguments, "--target_version", "2.11"]) == 0
    assert "mindspore 2.11 is newer" in capsys.readouterr().out
    assert "[Note] The target is mindspore 2.10.0." in (tmp_path / "out" / "report_of_net.txt").read_text()


def test_a_conversion_for_a_newer_version_says_so() -> None:
    found = convert_source("import torch\nx = torch.abs(y)\n", target_version="2.11")
    assert [item.say for item in found.diagnostics if item.outcome is Outcome.NOTE]
    same = convert_source("import torch\nx = torch.abs(y)\n", target_version="2.10")
    assert same.code == found.code
    assert not [item for item in same.diagnostics if item.outcome is Outcome.NOTE]


def test_the_catalogue_of_an_older_version_has_what_differs() -> None:
    old, new = (load_tables(target_version=version).target_catalog for version in ("2.7", "2.10"))
    assert (old.title, new.title) == ("mindspore 2.7.2", "mindspore 2.10.0")
    assert old.find("mindspore.mint.vdot") is None
    assert new.find("mindspore.mint.vdot") is not None
    assert new.canonical("mindspore.mint.optim.fused_adamw.FusedAdamW") in new.entries
    texts = [catalog.entries["mindspore.value_and_grad"]["signatures"] for catalog in (old, new)]
    assert ["sens_param" in str(text) for text in texts] == [False, True]
    assert old.entries["mindspore.nn.Conv2d"] == new.entries["mindspore.nn.Conv2d"]
    for catalog in (old, new):
        assert not [target for target in catalog.aliases.values() if target not in catalog.entries]


def test_lint_does_not_depend_on_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "1.0")
    table = tmp_path / "table.yaml"
    table.write_text(
        "# yaml-language-server: $schema=rules.schema.json\n"
        "format: 1\nrules:\n- {torch: torch.abs, to: mindspore.ops.abs, examples: [{source: 'torch.abs(x)'}]}\n"
    )
    assert run_lint([table]) == ()
