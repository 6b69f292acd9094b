"""Convert PyTorch, TensorFlow and ONNX models, scripts and weights to MindSpore.

The four functions below are imported when they are first used, so that ``import mindconverter`` is cheap and
needs none of the frameworks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mindconverter.graph.convert import convert_model
    from mindconverter.source.convert import convert_script, convert_source
    from mindconverter.weights.convert import convert_checkpoint

__version__ = "0.1.0"

__all__ = ["__version__", "convert_checkpoint", "convert_model", "convert_script", "convert_source"]

_HOMES = {
    "convert_checkpoint": "mindconverter.weights.convert",
    "convert_model": "mindconverter.graph.convert",
    "convert_script": "mindconverter.source.convert",
    "convert_source": "mindconverter.source.convert",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
