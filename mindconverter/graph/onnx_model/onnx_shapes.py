"""Infer the shapes of an ONNX model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx


def infer(proto: onnx.ModelProto) -> tuple[onnx.ModelProto, str]:
    """Return the model with the shapes that can be inferred, and a note if inference failed."""
    import onnx

    try:
        return onnx.shape_inference.infer_shapes(proto, data_prop=True), ""
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return proto, f"Shapes could not be inferred, so some are unknown: {reason}"
