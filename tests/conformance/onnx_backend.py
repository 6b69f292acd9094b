"""Collect the cases of onnx.backend.test, and judge what a converted model gives for them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx

KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator")
DTYPES = frozenset(
    ["FLOAT", "FLOAT16", "DOUBLE", "BFLOAT16", "BOOL", "COMPLEX64", "COMPLEX128"]
    + [f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)]
)
"""The element types of ONNX that MindSpore has."""
NOISE = 1e-6
"""How many times the largest value of an output any value of it may differ: some units in the last place of float32."""
RANDOM = re.compile(r"test_(bernoulli|training_dropout)")
"""Cases whose values come from NumPy's generator: only shapes and types can be compared."""


@dataclass(frozen=True)
class Case:
    """One model of the suite with its inputs and expected outputs.

    Attributes:
        name: Kind and name.
        operator: What it is about: the operator of a single node, else the kind.
        model: The serialised model.
        data_sets: Inputs and expected outputs: arrays, lists of them, or None for an empty optional.
        rtol: Relative tolerance of the suite.
        atol: Absolute tolerance of the suite.
        foreign: The first type of an input or output that MindSpore lacks; empty if there is none.
        bfloat16: Whether an input or output has that type, for which MindSpore has hardly any CPU kernel.
    """

    name: str
    operator: str
    model: bytes
    data_sets: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...]
    rtol: float
    atol: float
    foreign: str = ""
    bfloat16: bool = False

    @property
    def random(self) -> bool:
        return RANDOM.match(self.name.rpartition("/")[2]) is not None


class MismatchError(Exception):
    """An output differs from what the suite expects."""


@cache
def collect() -> tuple[Case, ...]:
    """Return every case, sorted by name; nothing is downloaded."""
    from onnx.backend.test.loader import load_model_tests

    np.random.seed(0)  # the suite draws its inputs from the global generator while it is imported
    found: list[Case] = []
    for kind in KINDS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the suite's own arithmetic overflows on purpose
            tests = load_model_tests(kind=kind)
        operators = {test.name: _single_operator(test.model) for test in tests if test.model is not None}
        for test in tests:
            base = test.name.partition("_expanded")[0]
            operator = operators.get(base) or operators.get(test.name) or ""
            found.append(_node_case(test, operator) if test.model is not None else _stored_case(test, kind))
    return tuple(sorted(found, key=lambda case: case.name))


def _single_operator(model: onnx.ModelProto) -> str:
    return model.graph.node[0].op_type if model.graph.node else ""


def _node_case(test: Any, operator: str) -> Case:
    sets = tuple((tuple(map(_plain, inputs)), tuple(map(_plain, outputs))) for inputs, outputs in test.data_sets)
    return _case(f"node/{test.name}", operator, test.model, sets, test)


def _stored_case(test: Any, kind: str) -> Case:
    import onnx

    folder = Path(test.model_dir)
    model = onnx.load(str(folder / "model.onnx"))
    operator = _single_operator(model) if len(model.graph.node) == 1 else kind
    try:
        sets = tuple(
            (_stored(path, "input", model.graph.input), _stored(path, "output", model.graph.output))
            for path in sorted(folder.glob("test_data_set*"))
        )
    except KeyError as error:
        return Case(f"{kind}/{test.name}", operator, b"", (), test.rtol, test.atol, foreign=str(error.args[0]))
    return _case(f"{kind}/{test.name}", operator, model, sets, test)


def _stored(folder: Path, role: str, values: Sequence[onnx.ValueInfoProto]) -> tuple[Any, ...]:
    """Read the values of a data set; a KeyError names a type that cannot be read."""
    import onnx

    result = []
    for index in range(len(list(folder.glob(f"{role}_*.pb")))):
        data = (folder / f"{role}_{index}.pb").read_bytes()
        kind = str(values[index].type.WhichOneof("value"))
        match kind:
            case "tensor_type":
                result.append(onnx.numpy_helper.to_array(onnx.TensorProto.FromString(data)))
            case "sequence_type":
                result.append(onnx.numpy_helper.to_list(onnx.SequenceProto.FromString(data)))
            case "optional_type":
                result.append(onnx.numpy_helper.to_optional(onnx.OptionalProto.FromString(data)))
            case _:
                raise KeyError(kind)
    return tuple(result)


def _case(name: str, operator: str, model: onnx.ModelProto, sets: Any, test: Any) -> Case:
    types = [name for value in (*model.graph.input, *model.graph.output) for name in _types(value.type)]
    foreign = next((item for item in types if item not in DTYPES), "")
    return Case(name, operator, model.SerializeToString(), sets, test.rtol, test.atol, foreign, "BFLOAT16" in types)


def _types(kind: onnx.TypeProto) -> Iterator[str]:
    """Yield the element types of a value; containers that are no sequences by their own name."""
    import onnx

    match kind.WhichOneof("value"):
        case "tensor_type":
            yield onnx.TensorProto.DataType.Name(kind.tensor_type.elem_type)
        case "sequence_type":
            yield from _types(kind.sequence_type.elem_type)
        case "optional_type":
            yield from _types(kind.optional_type.elem_type)
        case other:
            yield str(other)


def _plain(value: Any) -> Any:
    import onnx

    if isinstance(value, onnx.TensorProto):
        return onnx.numpy_helper.to_array(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if value is None else np.asarray(value)


def compare(case: Case, expected: Sequence[Any], found: Sequence[Any]) -> None:
    """Compare outputs with the suite's tolerances.

    Args:
        case: Their case.
        expected: Arrays, lists of arrays, or None.
        found: The same of the converted model.

    Raises:
        MismatchError: They differ; the message says where and how.
    """
    if len(found) != len(expected):
        raise MismatchError(f"{len(found)} values, not {len(expected)}")
    for index, (own, right) in enumerate(zip(found, expected, strict=True)):
        if right is None or own is None:
            if own is not right:
                raise MismatchError(f"output {index} is {_kind(own)}, not {_kind(right)}")
        elif isinstance(right, list):
            if not isinstance(own, list):
                raise MismatchError(f"output {index} is {_kind(own)}, not a list")
            compare(case, right, own)
        else:
            _compare_arrays(case, index, right, own)


def _kind(value: Any) -> str:
    return "None" if value is None else "a list" if isinstance(value, list) else "a tensor"


def _compare_arrays(case: Case, index: int, right: Any, own: Any) -> None:
    if isinstance(own, list):
        raise MismatchError(f"output {index} is a list, not a tensor")
    if own.shape != right.shape:
        raise MismatchError(f"output {index} has the shape {own.shape}, not {right.shape}")
    if own.dtype != right.dtype:
        raise MismatchError(f"output {index} has the type {own.dtype}, not {right.dtype}")
    if case.random:
        return
    rtol = case.rtol
    if right.dtype.name == "bfloat16":
        rtol, own, right = max(rtol, 2**-6), own.astype(np.float32), right.astype(np.float32)
    try:
        np.testing.assert_allclose(own, right, rtol=rtol, atol=max(case.atol, _noise(right)))
    except AssertionError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        told = [line for line in lines if line.startswith(("Mismatched", "Max ", "x and y"))]
        raise MismatchError(f"output {index}: {'; '.join(told) or lines[0]}") from None


def _noise(right: Any) -> float:
    """Return what sums of values of this size may differ by, where they cancel out."""
    if right.dtype.kind != "f" or right.dtype.itemsize < 4:
        return 0.0
    finite = right[np.isfinite(right)]
    return NOISE * float(np.abs(finite).max()) if finite.size else 0.0
