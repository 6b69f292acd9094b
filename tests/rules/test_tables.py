"""The tables: which rule holds, and where the records come from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mindconverter.errors import BadParameterError, RuleTableError
from mindconverter.rules import bundle, roots
from mindconverter.rules.bundle import BUNDLE_NAME, load_records, write_bundle
from mindconverter.rules.places import rules_root
from mindconverter.rules.source_files import digest, read_records, rule_files
from mindconverter.rules.tables import RuleTables, load_tables

ABS = "- {torch: torch.abs, to: mindspore.ops.abs}\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def cache_files() -> list[Path]:
    return sorted((Path(os.environ["XDG_CACHE_HOME"]) / "mindconverter").glob("*"))


def folder(path: Path, rules: str = "", **others: str) -> Path:
    """Write a folder of tables with one rule file."""
    path.mkdir(parents=True, exist_ok=True)
    text = "format: 1\n" + (f"rules:\n{rules}" if rules else "")
    (path / "table.yaml").write_text(text + "".join(f"{kind}:\n{records}" for kind, records in others.items()))
    return path


def of(root: Path) -> RuleTables:
    return RuleTables([root], load_records(root))


def target(found: RuleTables, name: str) -> str | None:
    rule = found.api_rule(name)
    return None if rule is None else rule.action.to


def test_shipped_rules_are_found_by_their_names() -> None:
    found = load_tables()
    assert target(found, "torch.nn.Linear") == "mindspore.nn.Dense"
    assert "torch.nn.Linear" in found.heads
    assert found.api_rule("torch.nn.Nothing") is None
    relu = found.operator_rule("", "Relu", 14)
    assert relu is not None
    assert relu.domain == "ai.onnx"
    assert found.operator_rule("com.example", "Relu", 14) is None
    assert found.policies["device"].parameter == "device"
    assert found.modules["mindspore.nn"].name == "nn"
    assert found.modules["torch.nn"].to == "mindspore.nn"


def test_a_rule_knows_its_place() -> None:
    rule = load_tables().api_rule("torch.nn.Linear")
    assert rule is not None
    assert rule.location.file == "torch/nn/linear.yaml"
    lines = (rules_root() / rule.location.file).read_text().splitlines()
    assert "torch.nn.Linear" in lines[rule.location.line - 1]


def test_an_overlay_wins(tmp_path: Path) -> None:
    first = folder(tmp_path / "one", "- {torch: torch.nn.Linear, to: mindspore.nn.Identity}\n")
    second = folder(tmp_path / "two", "- {torch: torch.nn.Bilinear, to: mindspore.nn.Flatten}\n")
    assert target(load_tables(), "torch.nn.Linear") == "mindspore.nn.Dense"
    assert target(load_tables([first]), "torch.nn.Linear") == "mindspore.nn.Identity"
    both = load_tables([first, second])
    assert target(both, "torch.nn.Linear") == "mindspore.nn.Identity"
    assert target(both, "torch.nn.Bilinear") == "mindspore.nn.Flatten"
    rule = both.api_rule("torch.nn.Linear")
    assert rule is not None
    assert rule.location.file == f"{first}/table.yaml"


LINEAR = "- {torch: torch.nn.Linear, to: mindspore.nn.Identity}\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"rules": LINEAR}, {"rules": "- {torch: torch.nn.Linear, to: mindspore.nn.Flatten}\n"}),
        (
            {"rules": "- {onnx: Relu, since: [6, 13], cell: mindspore.nn.ReLU}\n"},
            {"rules": "- {onnx: Relu, cell: Mine}\n"},
        ),
        (
            {"policies": "- {parameter: device, warn: Look at the device.}\n"},
            {"policies": "- {parameter: device, refuse: Not on a device.}\n"},
        ),
        ({"modules": "- {module: acme, to: mindspore.nn}\n"}, {"modules": "- {module: acme}\n"}),
    ],
)
def test_a_conflict_of_two_overlays_names_both_files(
    tmp_path: Path, first: dict[str, str], second: dict[str, str]
) -> None:
    one, two = folder(tmp_path / "one", **first), folder(tmp_path / "two", **second)
    for _ in range(2):  # from YAML, and from the cache
        with pytest.raises(RuleTableError) as failure:
            load_tables([one, two])
        assert f"{one}/table.yaml:3:3" in str(failure.value)
        assert f"{two}/table.yaml:3:3" in str(failure.value)
        load_tables([two])


def test_records_that_agree_or_hold_for_other_versions_are_no_conflict(tmp_path: Path) -> None:
    one = folder(
        tmp_path / "one",
        '- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: ">=2.8"}}\n'
        "- {onnx: Relu, since: [6], cell: mindspore.nn.ReLU}\n",
        modules="- {module: acme}\n",
    )
    two = folder(
        tmp_path / "two",
        '- {torch: torch.abs, to: mindspore.ops.neg, versions: {mindspore: "<2.8"}}\n'
        "- {onnx: Relu, since: [13], cell: mindspore.nn.ELU}\n",
        modules="- {module: acme}\n",
    )
    assert target(load_tables([one, two], target_version="2.7"), "torch.abs") == "mindspore.ops.neg"


def test_two_records_of_one_folder_are_a_conflict(tmp_path: Path) -> None:
    overlay = folder(tmp_path, LINEAR + "- {torch: torch.nn.Linear, to: mindspore.nn.Flatten}\n")
    with pytest.raises(
        RuleTableError, match=r"table.yaml:4:3: torch.nn.Linear has a record at \S+table.yaml:3:3 already"
    ):
        load_tables([overlay])


def test_a_helper_of_two_overlays_is_a_conflict(tmp_path: Path) -> None:
    overlays = [folder(tmp_path / name) for name in ("one", "two")]
    for overlay in overlays:
        (overlay / "helpers").mkdir()
        (overlay / "helpers" / "mine.py").write_text("_LIMIT = 1\n\n\ndef mine():\n    return _LIMIT\n")
    with pytest.raises(RuleTableError, match=r"two/helpers/mine.py:4: The helper 'mine' .*one/helpers/mine.py:4"):
        load_tables(overlays)
    assert load_tables(overlays[:1]).has_helper("mine")


def test_an_overlay_leaves_everything_else_alone(tmp_path: Path) -> None:
    overlay = folder(tmp_path, "- {torch: torch.nn.Linear, to: mindspore.nn.Identity}\n")
    plain, covered = load_tables(), load_tables([overlay])
    assert covered.heads == plain.heads
    assert covered.policies.keys() == plain.policies.keys()
    for name in sorted(plain.heads - {"torch.nn.Linear"}):
        assert target(covered, name) == target(plain, name)


def test_an_overlay_brings_policies_modules_and_helpers(tmp_path: Path) -> None:
    folder(
        tmp_path,
        policies="- {parameter: device, refuse: Choose the device elsewhere.}\n",
        modules="- {module: mindspore.nn, import: import mindspore.nn as layers}\n",
    )
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "mine.py").write_text("def mine():\n    pass\n\n\nclass Mine:\n    pass\n")
    found = load_tables([tmp_path])
    assert found.policies["device"].action.refuse[0].say == "Choose the device elsewhere."
    assert found.modules["mindspore.nn"].name == "layers"
    assert found.helper_file("mine") == found.helper_file("Mine") == tmp_path / "helpers" / "mine.py"


def test_a_helper_that_is_not_there_is_an_error() -> None:
    with pytest.raises(RuleTableError, match="nowhere"):
        load_tables().helper_file("nowhere")


def test_an_overlay_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadParameterError, match="gone"):
        load_tables([tmp_path / "gone"])


def test_packages_bring_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path / "their", "- {torch: torch.nn.Linear, to: mindspore.nn.Identity}\n")
    (tmp_path / "theirs.py").write_text(f"ROOT = {str(root)!r}\n\n\ndef root():\n    return ROOT\n")
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("theirs:root", "theirs:ROOT"):
        (info / "entry_points.txt").write_text(f"[{roots.ENTRY_POINTS}]\ntheirs = {name}\n")
        assert target(load_tables(), "torch.nn.Linear") == "mindspore.nn.Identity"
    overlay = folder(tmp_path / "mine", "- {torch: torch.nn.Linear, to: mindspore.nn.Flatten}\n")
    assert target(load_tables([overlay]), "torch.nn.Linear") == "mindspore.nn.Flatten"
    (info / "entry_points.txt").write_text(f"[{roots.ENTRY_POINTS}]\ntheirs = theirs:nowhere\n")
    with pytest.raises(RuleTableError, match=r"theirs, entry point 'theirs': .*cannot be found.*uninstall it"):
        load_tables()


def test_version_ranges_choose_the_rule(tmp_path: Path) -> None:
    found = of(
        folder(
            tmp_path,
            '- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: ">=2.10"}}\n'
            '- {torch: torch.abs, to: mindspore.ops.neg, versions: {mindspore: "<2.10"}}\n'
            '- {torch: torch.neg, to: mindspore.ops.neg, versions: {mindspore: "<2.10"}}\n',
        )
    )
    assert found.target_catalog.version.startswith("2.10")
    assert target(found, "torch.abs") == "mindspore.ops.abs"
    assert target(found, "torch.neg") is None


def test_operator_versions_choose_the_rule(tmp_path: Path) -> None:
    found = of(
        folder(
            tmp_path,
            "- {onnx: Relu, since: [1, 6], call: mindspore.ops.relu}\n"
            "- {onnx: Relu, since: [13], cell: mindspore.nn.ReLU}\n"
            "- {onnx: Gelu, domain: com.microsoft, call: mindspore.ops.gelu}\n",
        )
    )

    def chosen(domain: str, name: str, since: int) -> str | None:
        rule = found.operator_rule(domain, name, since)
        return None if rule is None else rule.action.cell or rule.action.call

    assert chosen("", "Relu", 6) == chosen("ai.onnx", "Relu", 1) == "mindspore.ops.relu"
    assert chosen("", "Relu", 13) == "mindspore.nn.ReLU"
    assert chosen("", "Relu", 14) is None
    assert chosen("", "Gelu", 1) is None
    assert chosen("com.microsoft", "Gelu", 1) == "mindspore.ops.gelu"


def test_an_unknown_target_version_lists_the_known_ones() -> None:
    with pytest.raises(BadParameterError, match=r"1\.0") as caught:
        _ = load_tables(target_version="1.0").target_catalog
    assert "2.10.0" in caught.value.advice


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ("- {torch: torch.abs, nothing: 1}\n", 3),
        ("- torch: torch.abs\n  to: mindspore.ops.abs\n  to: mindspore.ops.neg\n", 5),
        ("- torch: torch.abs\n  cases: [{to: mindspore.ops.abs}]\n", 4),
    ],
)
def test_a_wrong_table_is_an_error_with_its_place(rules: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(RuleTableError) as caught:
        load_tables([folder(tmp_path, rules)])
    assert caught.value.where.startswith(f"{tmp_path}/table.yaml:{line}:")


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ('- torch: torch.abs\n  args: {input: "input +"}\n', "table.yaml:4:10"),
        ('- torch: torch.abs\n  rewrite: "{input}("\n', "table.yaml:4:3"),
        ('- torch: torch.abs\n  weights: {gamma: "f("}\n', "table.yaml:4:13"),
        ('- torch: torch.abs\n  versions: {mindspore: "2"}\n', "table.yaml:4:14"),
        ('- torch: torch.abs\n  overloads:\n  - {signature: "(a", omit: a}\n', "table.yaml:5:6"),
    ],
)
def test_a_wrong_rule_is_an_error_with_its_place_when_it_is_asked_for(rules: str, place: str, tmp_path: Path) -> None:
    root = folder(tmp_path, rules)
    load_records(root)  # fills the cache
    for records in (list(read_records(root)), load_records(root)):
        with pytest.raises(RuleTableError) as caught:
            RuleTables([], records).api_rule("torch.abs")
        assert caught.value.where == place


# The bundle


def plain(root: Path) -> list[tuple[object, ...]]:
    return [
        (record.kind, record.data, record.file, record.line, record.column, record.index)
        for record in load_records(root)
    ]


def yaml_records(root: Path) -> list[tuple[object, ...]]:
    return [
        (record.kind, record.data, record.file, record.line, record.column, record.index)
        for record in read_records(root)
    ]


def test_the_bundle_is_what_the_files_say(tmp_path: Path) -> None:
    root = rules_root()
    write_bundle(root, tmp_path / BUNDLE_NAME)
    assert json.loads((tmp_path / BUNDLE_NAME).read_text())["digest"] == digest(root)
    first = plain(root)  # fills the cache
    assert cache_files()
    # As text, in which not-a-number is what it is: an example of a rule holds one.
    assert repr(plain(root)) == repr(first) == repr(yaml_records(root))


def test_a_bundle_beside_the_tables_is_read_in_place_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path, ABS)
    expected = yaml_records(root)
    write_bundle(root, root / BUNDLE_NAME)
    monkeypatch.setattr(bundle, "read_records", lambda root: pytest.fail("the YAML was parsed"))
    assert plain(root) == expected
    assert cache_files() == []


def test_the_cache_is_read_at_the_second_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = folder(tmp_path, ABS)
    expected = plain(root)
    monkeypatch.setattr(bundle, "read_records", lambda root: pytest.fail("the YAML was parsed"))
    assert plain(root) == expected


@pytest.mark.parametrize("change", ["edit", "add", "remove", "rename"])
def test_a_stale_bundle_is_ignored(change: str, tmp_path: Path) -> None:
    root = folder(tmp_path, ABS)
    (root / "other.yaml").write_text("format: 1\nrules:\n- {torch: torch.neg, to: mindspore.ops.neg}\n")
    write_bundle(root, root / BUNDLE_NAME)
    assert plain(root) == yaml_records(root)
    if change == "edit":
        folder(root, ABS.replace("ops.abs", "ops.neg"))
    elif change == "add":
        (root / "third.yaml").write_text("format: 1\nrules:\n- {torch: torch.tanh, to: mindspore.ops.tanh}\n")
    elif change == "remove":
        (root / "other.yaml").unlink()
    else:
        (root / "other.yaml").rename(root / "another.yaml")
    assert plain(root) == yaml_records(root)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"text"', "{}", '{"format": 1}', '{"format": 99, "digest": "", "records": []}', "\xff"],
)
def test_a_corrupted_cache_is_ignored_and_renewed(content: str, tmp_path: Path) -> None:
    root = folder(tmp_path, ABS)
    expected = plain(root)
    (cached,) = cache_files()
    cached.write_bytes(content.encode("latin-1"))
    assert plain(root) == expected
    assert json.loads(cached.read_text())["digest"] == digest(root)


def test_a_cache_with_records_of_another_form_is_ignored(tmp_path: Path) -> None:
    root = folder(tmp_path, ABS)
    expected = plain(root)
    (cached,) = cache_files()
    content = json.loads(cached.read_text())
    for records in ([["rules"]], {"a": 1}, 5, None):
        cached.write_text(json.dumps({**content, "records": records}))
        assert plain(root) == expected


def test_a_folder_that_cannot_be_written_needs_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    root = folder(tmp_path / "tables", ABS)
    assert plain(root) == yaml_records(root)


def test_a_bundle_is_whole_or_not_there(tmp_path: Path) -> None:
    root = folder(tmp_path / "tables", "- {torch: torch.abs, nothing: 1}\n")
    with pytest.raises(RuleTableError):
        write_bundle(root, tmp_path / "out" / BUNDLE_NAME)
    assert not list(tmp_path.rglob("*.json*"))


def test_only_tables_are_read(tmp_path: Path) -> None:
    root = folder(tmp_path, ABS)
    for name in ("helpers/a.yaml", "catalog/b.yaml", "deep/er/c.yml", "d.json"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("format: 1\n")
    assert [path.relative_to(root).as_posix() for path in rule_files(root)] == ["deep/er/c.yml", "table.yaml"]


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    root = folder(tmp_path)
    (root / "table.yaml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(RuleTableError, match=r"table\.yaml"):
        list(read_records(root))


def test_a_bundle_with_other_kinds_of_records_is_not_of_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(rules_root())
    monkeypatch.setattr("mindconverter.rules.source_files.KINDS", ("rules",))
    assert digest(rules_root()) != before
