"""Give weights the names that they have in TensorFlow, which its converter to ONNX loses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from mindconverter.graph.ir import Array
from mindconverter.graph.onnx_model.onnx_file import LoadedModel

_Print: TypeAlias = "tuple[str, int, int, int]"
_CALL = re.compile(r"_\d+$")


def weight_names(model: LoadedModel, weights: Mapping[str, Array]) -> dict[str, str]:
    """Return the source's names of the weights whose values it has too, in whatever order of axes.

    Of several weights with the same values, that of the layer in whose name the initializer lies is meant; a weight
    that was computed from others keeps the name that it has.

    Args:
        model: The converted model.
        weights: The values of the source's weights by name.
    """
    known: dict[_Print, list[str]] = {}
    for name, array in weights.items():
        known.setdefault(_fingerprint(array), []).append(name)
    found: dict[str, str] = {}
    for name in sorted(model.weights):
        candidates = known.get(_fingerprint(model.tensors[name]), [])
        if len(candidates) > 1:
            layers = {_CALL.sub("", part) for part in name.split("/")} | set(name.split("/"))
            near = [item for item in candidates if set(item.split("/")[:-1]) & layers]
            candidates = near if len(near) == 1 else []
        if candidates:
            found[name] = candidates[0]
    return found


def _fingerprint(array: Array) -> _Print:
    """Return what is equal for arrays with the same items in any order, and for hardly any others."""
    if array.dtype.itemsize not in (1, 2, 4, 8):
        return (array.dtype.name, array.size, 0, 0)
    bits = np.ascontiguousarray(array).view(f"u{array.dtype.itemsize}").astype(np.uint64).ravel()
    mixed = (bits ^ (bits >> np.uint64(15))) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    return (array.dtype.name, array.size, int(bits.sum(dtype=np.uint64)), int(mixed.sum(dtype=np.uint64)))
