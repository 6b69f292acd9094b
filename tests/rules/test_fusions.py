"""Every fusion holds for its examples, changes no number, and lets alone whatever comes near to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from mindconverter.graph.convert import convert_model
from mindconverter.report.diagnostics import Outcome
from mindconverter.rules.fusion import Fusion
from tests.rules import fusion_examples as harness

FUSIONS = harness.tables().fusions


@pytest.mark.parametrize("case", harness.cases(), ids=lambda case: case.name)
def test_an_example_becomes_what_the_fusion_says(case: harness.Case, tmp_path: Path) -> None:
    before, after = harness.fused_graph(case, tmp_path)
    made = (*case.fusion.becomes.inner, case.fusion.becomes)
    kept = [node for node in after.nodes if any(node is own for own in before.nodes)]
    assert bool(kept) == any(name in case.fusion.pattern.definitions for name in case.fusion.becomes.variables)
    assert [node.op_type for node in after.nodes if node not in kept] == [part.operator for part in made]
    assert set(after.nodes[-1].fused) == {node.name for node in before.nodes if node not in kept}


@pytest.mark.parametrize("case", harness.telling_cases(), ids=lambda case: case.name)
def test_a_fusion_changes_no_number(case: harness.Case, tmp_path: Path) -> None:
    mindspore = pytest.importorskip("mindspore")
    onnxruntime = pytest.importorskip("onnxruntime")
    mindspore.runtime.launch_blocking()
    model, feeds = harness.build_model(case)
    onnx.save(model, str(tmp_path / "pattern.onnx"))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (wanted,) = session.run(None, dict(feeds))
    results = []
    rules = harness.own_tables(case.fusion, tmp_path / "rules")
    for fusion in (True, False):
        folder = tmp_path / f"fusion_{fusion}"
        conversion = convert_model(tmp_path / "pattern.onnx", output=folder, fusion=fusion, rules=rules)
        assert all(found.outcome is not Outcome.UNCONVERTED for found in conversion.diagnostics)
        result = conversion.load()(*map(mindspore.Tensor, feeds.values())).asnumpy()
        assert result.dtype == wanted.dtype
        np.testing.assert_allclose(result, wanted, rtol=1e-4, atol=1e-5)
        results.append(result)
    np.testing.assert_allclose(*results, rtol=1e-5, atol=1e-6)


def near_misses(fusion: Fusion) -> list[harness.Case]:
    """Return the first example with each number of the pattern a little off."""
    first = harness.Case(fusion, fusion.examples[0], opset=(fusion.examples[0].opsets or (17,))[-1])
    found = []
    for way in range(harness.ways(fusion)):
        builder = harness._Builder(replace(first, way=way))
        builder.build()
        found += [replace(first, way=way, spoiled=number) for number in range(builder.literals)]
    return found


@pytest.mark.parametrize("fusion", FUSIONS, ids=lambda fusion: fusion.name)
def test_another_number_is_another_operation(fusion: Fusion, tmp_path: Path) -> None:
    for case in near_misses(fusion):
        before, after = harness.fused_graph(case, tmp_path)
        assert [node.name for node in after.nodes] == [node.name for node in before.nodes], case


@pytest.mark.parametrize("fusion", FUSIONS, ids=lambda fusion: fusion.name)
@pytest.mark.parametrize("use", ["shown", "read"])
def test_an_inner_value_that_is_used_elsewhere_stays(fusion: Fusion, use: str, tmp_path: Path) -> None:
    first = harness.Case(fusion, fusion.examples[0], opset=(fusion.examples[0].opsets or (17,))[-1])
    builder = harness._Builder(first)
    builder.build()
    count = len([node for node in builder.nodes if node.op_type != "Constant"]) - 1
    for number in range(count):
        before, after = harness.fused_graph(replace(first, **{use: number}), tmp_path)
        used = next(node.outputs[0] for node in before.nodes if node.outputs[0] == _inner(builder, number))
        assert any(used in node.outputs for node in after.nodes)


def _inner(builder: harness._Builder, number: int) -> str:
    return str([node.output[0] for node in builder.nodes if node.op_type != "Constant"][number])


@pytest.mark.parametrize("case", harness.counterexamples(), ids=lambda case: case.name)
def test_a_counterexample_stays_as_it_is(case: harness.Case, tmp_path: Path) -> None:
    before, after = harness.fused_graph(case, tmp_path)
    assert [node.name for node in after.nodes] == [node.name for node in before.nodes]


def test_what_a_fusion_does_not_want_is_said_by_its_examples() -> None:
    """A condition beyond the operators and numbers of the pattern has an example that breaks it."""
    assert [fusion.name for fusion in FUSIONS if fusion.when is not None and not fusion.counterexamples] == []


def test_the_nodes_of_a_fusion_stand_in_the_report(tmp_path: Path) -> None:
    case = next(case for case in harness.cases() if case.fusion.name == "gelu")
    onnx.save(harness.build_model(case)[0], str(tmp_path / "pattern.onnx"))
    for fusion, wanted in ((True, ["Gelu of 5 nodes"]), (False, ["Div", "Erf", "Add", "Mul", "Mul"])):
        conversion = convert_model(tmp_path / "pattern.onnx", output=tmp_path, fusion=fusion)
        assert sorted(found.source for found in conversion.diagnostics) == sorted(wanted)
