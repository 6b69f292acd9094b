"""Models that ONNX Runtime optimised and wrote down compute in MindSpore what they compute there.

The optimiser's own operators come apart into layers and activations, or become helpers: fused convolutions and
products, attention, normalizations with a shortcut, embeddings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from tests.graph import running
from tests.graph.running import Array
from tests.graph.small_models import build, export

pytest.importorskip("mindspore")
onnxruntime = pytest.importorskip("onnxruntime")


def optimised(source: Path, level: str) -> Path:
    """Return what a session makes of a model; not its layout of channels in blocks, which no other tool reads."""
    path = source.with_name(f"{source.stem}_{level.lower()}.onnx")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, f"ORT_ENABLE_{level}")
    options.optimized_model_filepath = str(path)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(
        str(source), options, providers=["CPUExecutionProvider"], disabled_optimizers=["NchwcTransformer"]
    )
    return path


def operators(path: Path) -> set[str]:
    return {node.op_type for node in onnx.load(str(path)).graph.node}


def feeds_of(name: str) -> dict[str, Array]:
    _, inputs, names = build(name)
    return {own: tensor.numpy() for own, tensor in zip(names, inputs, strict=True)}


def check(tmp_path: Path, path: Path, feeds: dict[str, Array], **options: Any) -> Path:
    expected = running.run_onnx(path, feeds)
    conversion = running.convert(tmp_path, path, **options)
    running.check_report(conversion)
    running.check_outputs(conversion, feeds, expected)
    return conversion.script


def test_fused_layers_are_layers_again(tmp_path: Path) -> None:
    path = optimised(export("images", tmp_path), "ALL")
    assert {"FusedConv", "FusedGemm"} <= operators(path)
    script = check(tmp_path, path, feeds_of("images")).read_text()
    assert script.count("nn.Conv2d(") == 3
    assert script.count("nn.Dense(") == 2
    assert "ops.relu(" in script


def test_transformer_that_the_session_optimised(tmp_path: Path) -> None:
    path = optimised(export("encoder", tmp_path), "EXTENDED")
    assert {"FusedMatMul", "SkipLayerNormalization"} <= operators(path)
    script = check(tmp_path, path, feeds_of("encoder")).read_text()
    assert "nn.Dense(" in script


def hugging_face(tmp_path: Path) -> tuple[Path, dict[str, Array]]:
    """Return a BERT whose batch and length are free, optimised for transformers."""
    import torch

    from tests import models

    pytest.importorskip("transformers")
    optimizer = pytest.importorskip("onnxruntime.transformers.optimizer")
    random = np.random.default_rng(0)
    feeds = {
        "ids": random.integers(0, 100, (2, 7)),
        "mask": np.array([[1] * 7, [1] * 4 + [0] * 3]),
    }
    free = {0: "batch", 1: "length"}
    source = tmp_path / "bert.onnx"
    torch.onnx.export(
        models.bert().eval(),
        tuple(map(torch.from_numpy, feeds.values())),
        str(source),
        input_names=[*feeds],
        dynamic_axes=dict.fromkeys(feeds, free),
        dynamo=False,
        opset_version=17,
    )
    path = tmp_path / "bert_fused.onnx"
    optimizer.optimize_model(
        str(source), model_type="bert", num_heads=4, hidden_size=32, opt_level=0
    ).save_model_to_file(str(path))
    return path, feeds


def test_bert_optimised_for_transformers(tmp_path: Path) -> None:
    path, feeds = hugging_face(tmp_path)
    assert {"Attention", "SkipLayerNormalization"} <= operators(path)
    check(tmp_path, path, feeds)


def test_bert_optimised_and_quantised(tmp_path: Path) -> None:
    from onnxruntime import quantization

    source, feeds = hugging_face(tmp_path)
    path = tmp_path / "bert_quantised.onnx"
    quantization.quantize_dynamic(
        str(source), str(path), weight_type=quantization.QuantType.QUInt8, extra_options={"DefaultTensorType": 1}
    )
    assert {"QAttention", "DynamicQuantizeLinear"} <= operators(path)
    expected = running.run_onnx(path, feeds)
    conversion = running.convert(tmp_path, path)
    running.check_report(conversion)
    assert not [found.say for found in conversion.diagnostics if found.say]
    found = running.run_converted(conversion, feeds, "PYNATIVE_MODE")
    for own, other in zip(found, expected, strict=True):
        # QAttention rounds what goes in; where a value lies halfway between two steps, it may be the other one.
        np.testing.assert_allclose(own, other, atol=0.01 * float(np.abs(other).max()))
