"""Drafts of rules: for what has a rule already, made without that rule, they say what the rule says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from mindconverter.rules.build import build_rule
from mindconverter.rules.draft.draft import draft_rule, target_side
from mindconverter.rules.draft.habits import Habits, learn_habits
from mindconverter.rules.draft.rank import Targets
from mindconverter.rules.draft.subject import Side, api_side, operator_side
from mindconverter.rules.draft.text import file_head, record_text, schema_of
from mindconverter.rules.lint import Severity, run_lint
from mindconverter.rules.model import Rule
from mindconverter.rules.places import schemas_root
from mindconverter.rules.tables import RuleTables, load_tables

FOLDS = 4


@cache
def tables() -> RuleTables:
    return load_tables()


@cache
def rules() -> tuple[Rule, ...]:
    records = (record for record in tables().records if record.kind == "rules")
    return tuple(build_rule(record.data, record.locate) for record in records)


@cache
def targets() -> Targets:
    return Targets(tables().target_catalog)


def without(*hidden: Rule) -> Habits:
    """Return what the rules show other than some."""
    left = {id(rule) for rule in hidden}
    return learn_habits([rule for rule in rules() if id(rule) not in left], tables())


def drafted(*names: str, to: str | None = None) -> str:
    """Return the file with the drafts for names, made without the rules that these have."""
    habits = without(*(rule for rule in rules() if rule.head in names))
    chosen = None if to is None else target_side(targets(), to)
    texts = [record_text(draft_rule(source(name), tables(), targets(), habits, chosen), habits) for name in names]
    return file_head(tables(), schema_of(None, schemas_root())) + "".join(texts)


def source(name: str) -> Side:
    api = tables().source_catalog.find(name)
    found = api_side(api) if api is not None else operator_side(tables(), "", name)
    assert found is not None
    return found


def record_of(name: str) -> dict[str, object]:
    (record,) = yaml.safe_load(drafted(name))["rules"]
    assert isinstance(record, dict)
    return record


def test_drafts_agree_with_the_plain_rules_that_exist() -> None:
    plain = [
        rule
        for rule in rules()
        if rule.action.to and not (rule.domain or rule.overloads or rule.cases)
        if tables().source_catalog.find(rule.head) is not None
    ]
    same_target = same_arguments = 0
    for fold in range(FOLDS):
        hidden = plain[fold::FOLDS]
        habits = without(*hidden)
        for rule in hidden:
            draft = draft_rule(source(rule.head), tables(), targets(), habits)
            assert rule.action.to is not None
            if draft.target is not None and draft.target.name == tables().target_catalog.canonical(rule.action.to):
                same_target += 1
                given = {name: value.text for name, value in rule.action.args.items()}
                same_arguments += {item: value for part in draft.parts for item, value in part.args} == given
    assert len(plain) > 600
    assert same_target / len(plain) >= 0.8
    assert same_arguments / same_target >= 0.9


DRAFTED = ("torch.nn.Conv2d", "torch.max", "torch.cumsum", "torch.Tensor.cumsum", "torch.optim.Adam", "Gelu", "Einsum")


def test_a_draft_has_nothing_for_lint_to_find(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(drafted(*DRAFTED))
    errors = [finding for finding in run_lint([tmp_path / "new.yaml"]) if finding.severity is Severity.ERROR]
    assert [f"{finding.location}: {finding.message}" for finding in errors] == []


def test_a_parameter_of_another_name_is_given_as_other_rules_do() -> None:
    assert record_of("torch.cumsum")["args"] == {"x": "input", "axis": "dim"}
    assert "# axis gets dim, as in " in drafted("torch.cumsum")


def test_a_parameter_without_a_place_is_refused_where_it_matters() -> None:
    record = record_of("torch.nn.Conv2d")
    assert record["omit"] == "padding_mode"
    assert [item["when"] for item in record["refuse"]] == ["padding_mode != 'zeros'"]  # type: ignore[attr-defined]
    assert record["args"] == {"group": "groups", "has_bias": "bias"}


def test_a_default_that_differs_is_pointed_out_and_given_in_the_example() -> None:
    text = drafted("torch.nn.Conv2d")
    assert "# The default of bias is True, that of the target False" in text
    assert 'source: "torch.nn.Conv2d(4, 6, 3, bias=False)"' in text


def test_each_signature_may_have_a_target_of_its_own() -> None:
    overloads = record_of("torch.max")["overloads"]
    assert [overload.get("to") for overload in overloads] == [None, "mindspore.ops.maximum", None]  # type: ignore[attr-defined]


def test_a_method_gives_its_receiver_to_a_function() -> None:
    draft = drafted("torch.Tensor.cumsum", to="mindspore.ops.cumsum")
    (record,) = yaml.safe_load(draft)["rules"]
    assert record["to"] == "mindspore.ops.cumsum"
    assert record["args"] == {"x": "self", "axis": "dim"}


def test_other_targets_stand_in_comments() -> None:
    assert "# Other targets: mindspore." in drafted("torch.roll")


def test_an_operator_becomes_a_function_for_the_versions_that_take_the_same() -> None:
    record = record_of("Gelu")
    assert (record["onnx"], record["since"], record["call"]) == ("Gelu", [20], "mindspore.ops.gelu")
    assert record["args"] == {"input": "X"}


@pytest.mark.parametrize("name", ["torch.special.psi", "LayerNormalization"])
def test_a_name_like_no_target_is_refused_until_someone_knows_better(name: str) -> None:
    record = record_of(name)
    assert set(record) <= {"torch", "onnx", "since", "refuse"}
    assert str(record["refuse"]).endswith(".")
