"""What the expression language and the catalogue offer to operator rules."""

from __future__ import annotations

import ast

import pytest

from mindconverter.rules.expr import ExpressionError
from mindconverter.rules.tables import load_tables
from mindconverter.rules.template import fill, parse_template
from mindconverter.rules.values import Unknown, source_value


def filled(template: str, **scope: object) -> str:
    return ast.unparse(ast.fix_missing_locations(fill(parse_template(template), scope)))


def test_api_is_written_as_a_name() -> None:
    assert filled("{x}.astype({api('mindspore.' + kind)})", x=2, kind="int64") == "2 .astype(mindspore.int64)"


def test_api_of_an_unknown_name_cannot_be_written() -> None:
    with pytest.raises(ExpressionError):
        filled("{x}.astype({api(kind)})", x=2, kind=Unknown())


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("slice(1, 3, None)", "a[1:3]"),
        ("slice(None, None, -1)", "a[::-1]"),
        ("(slice(None, None, None), slice(-2, None, 2))", "a[:, -2::2]"),
        ("tuple(slice(i, None, None) for i in (1, 2))", "a[1:, 2:]"),
    ],
)
def test_slices_are_written_as_an_index(expression: str, text: str) -> None:
    found = filled(f"{{a}}[{{{expression}}}]", a=source_value("a"))
    assert found.replace("__hole_a__", "a") == text


def test_other_names_are_those_of_versions_before_and_after() -> None:
    operators = load_tables().operators
    assert operators.other_names("ai.onnx", "MaxPool", 1) == {"ceil_mode": 0, "dilations": None, "storage_order": 0}
    assert operators.other_names("ai.onnx", "Add", 14)["broadcast"] == 0


def test_other_names_leave_out_what_the_version_has() -> None:
    operators = load_tables().operators
    assert "axes" not in operators.other_names("ai.onnx", "ReduceMean", 18)
    assert "axes" not in operators.other_names("ai.onnx", "ReduceMean", 13)
    assert "noop_with_empty_axes" in operators.other_names("ai.onnx", "ReduceMean", 13)


def test_since_lists_versions_that_exist_and_no_version_twice() -> None:
    tables = load_tables()
    seen: set[tuple[str, str, int]] = set()
    for record in tables.records:
        if record.kind != "rules" or "onnx" not in record.data:
            continue
        domain, head = str(record.data.get("domain", "ai.onnx")), str(record.data["onnx"])
        since = record.data["since"]
        assert isinstance(since, list)
        assert set(since) <= set(tables.operators.versions(domain, head)), f"{record.file}:{record.line}"
        for version in since:
            assert (domain, head, version) not in seen, f"{record.file}:{record.line}: {head} {version} stands twice"
            seen.add((domain, head, version))
