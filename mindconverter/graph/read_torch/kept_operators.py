"""Keep operations of PyTorch that its exporter takes apart, as operators of our own that the tables have rules for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_DOMAIN = "mindconverter"


def translations() -> dict[Callable[..., Any], Callable[..., Any]]:
    """Return what the newer exporter makes of operations for which it would count indices over the whole batch."""
    import torch
    from onnxscript.values import Op, Opset

    pool = Op(Opset(_DOMAIN, 1), "AdaptiveAveragePool", _schema("AdaptiveAveragePool", "output_size"))

    def pooled(self: Any, output_size: Sequence[int]) -> Any:
        return pool(self, output_size=[*output_size])

    aten = torch.ops.aten
    kept = (aten.adaptive_avg_pool1d, aten.adaptive_avg_pool2d, aten.adaptive_avg_pool3d)
    return dict.fromkeys((operation.default for operation in kept), pooled)


def _schema(name: str, numbers: str) -> Any:
    """Return the specification of an operator that turns a tensor of numbers into another one."""
    from onnx.defs import OpSchema

    kinds = [f"tensor({kind})" for kind in ("float16", "float", "double", "bfloat16")]
    return OpSchema(
        name,
        _DOMAIN,
        1,
        inputs=[OpSchema.FormalParameter("X", "T")],
        outputs=[OpSchema.FormalParameter("Y", "T")],
        type_constraints=[("T", kinds, "")],
        attributes=[OpSchema.Attribute(numbers, OpSchema.AttrType.INTS, required=True)],
    )
