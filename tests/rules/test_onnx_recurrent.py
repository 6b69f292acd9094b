"""Recurrent operators with the batch first, which the runtime lacks: the same as with the steps first, turned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mindspore")
onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

STEPS, BATCH, SIZE, HIDDEN = 3, 2, 3, 4
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def save(file: Path, operator: str, inputs: dict[str, np.ndarray], held: dict[str, np.ndarray], **options: Any) -> None:
    order = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c"]
    names = order[: 7 if operator == "LSTM" else 6]
    outputs = ["Y", "Y_h", "Y_c"][: 3 if operator == "LSTM" else 2]
    node = onnx.helper.make_node(operator, names, outputs, hidden_size=HIDDEN, **options)
    kinds = [
        onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in inputs.items()
    ]
    stored = [onnx.numpy_helper.from_array(array, name) for name, array in held.items()]
    results = [onnx.helper.make_empty_tensor_value_info(name) for name in outputs]
    graph = onnx.helper.make_graph([node], "recurrent", kinds, results, stored)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)], ir_version=8)
    onnx.save(onnx.shape_inference.infer_shapes(model), str(file))


@pytest.mark.parametrize("graph", [False, True], ids=["pynative", "graph"])
@pytest.mark.parametrize("fused", [True, False], ids=["layer", "steps"])
@pytest.mark.parametrize("operator", GATES)
def test_batch_first(tmp_path: Path, operator: str, fused: bool, graph: bool) -> None:
    """Both directions, lengths and first states; the layers of the target, or steps for a clip that they lack."""
    import mindspore

    from mindconverter import convert_model

    random = np.random.default_rng(0)
    gates = GATES[operator]
    shapes = {"W": (2, gates * HIDDEN, SIZE), "R": (2, gates * HIDDEN, HIDDEN), "B": (2, 2 * gates * HIDDEN)}
    held = {name: 0.3 * random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    inputs = {
        "X": random.normal(size=(STEPS, BATCH, SIZE)).astype(np.float32),
        "sequence_lens": np.array([3, 2], np.int32),
        "initial_h": random.normal(size=(2, BATCH, HIDDEN)).astype(np.float32),
    }
    if operator == "LSTM":
        inputs["initial_c"] = random.normal(size=(2, BATCH, HIDDEN)).astype(np.float32)
    options: dict[str, Any] = {"direction": "bidirectional"} | ({} if fused else {"clip": 2.5})
    if operator == "GRU":
        options["linear_before_reset"] = 1
    save(tmp_path / "steps.onnx", operator, inputs, held, **options)
    wanted = onnxruntime.InferenceSession(str(tmp_path / "steps.onnx")).run(None, inputs)
    turned = {name: array if name == "sequence_lens" else array.swapaxes(0, 1) for name, array in inputs.items()}
    save(tmp_path / "batch.onnx", operator, turned, held, layout=1, **options)
    network = convert_model(tmp_path / "batch.onnx", output=tmp_path).load()
    mindspore.set_context(mode=mindspore.GRAPH_MODE if graph else mindspore.PYNATIVE_MODE)
    try:
        tensors = (mindspore.Tensor(np.ascontiguousarray(array)) for array in turned.values())
        found = [item.asnumpy() for item in network(*tensors)]
    finally:
        mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    np.testing.assert_allclose(found[0], wanted[0].transpose(2, 0, 1, 3), rtol=1e-4, atol=1e-4)
    for own, other in zip(found[1:], wanted[1:], strict=True):
        np.testing.assert_allclose(own, other.swapaxes(0, 1), rtol=1e-4, atol=1e-4)
