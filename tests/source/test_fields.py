"""Fields of the named tuples that functions and methods return: in text, and all of them in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_unchanged, convert, left

HEADER = "import torch\ndef f(x: torch.Tensor, i):\n    "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return x.max(1).values", "return ops.max(x, 1)[0]"),
        ("r = torch.min(x, dim=0)\n    return r.indices + r[0]", "r = ops.min(x, axis=0)\n    return r[1] + r[0]"),
        ("r = [x.max(0) for _ in i]\n    return r[0].values", "r = [ops.max(x, 0) for _ in i]\n    return r[0][0]"),
        ("i.r = x.max(0)\n    return i.r.values", "i.r = ops.max(x, 0)\n    return i.r[0]"),
        ("r = x.max(0)\n    v, w = r\n    return v + r.values", "r = ops.max(x, 0)\n    v, w = r\n    return v + r[0]"),
        ("return torch.return_types.max((x, x)).indices", "return tuple((x, x))[1]"),
    ],
)
def test_a_field_of_a_plain_tuple_is_an_item(before: str, after: str) -> None:
    found = convert(HEADER + before)
    assert not left(found.diagnostics)
    assert found.code.endswith(f"def f(x: Tensor, i):\n    {after}")


def test_fields_are_followed_through_functions_and_annotations() -> None:
    code = """\
import torch
def spread(result):
    return result.values - result.indices
def best(x: torch.Tensor, other: torch.return_types.topk, flag: bool):
    r = x.max(1) if flag else x.min(1)
    return spread(r), made(x).values, other.values
def made(x: torch.Tensor) -> torch.return_types.max:
    return x.max(-1)
"""
    text = convert(code).code.split("\n\n")[-1]
    for part in ("result[0] - result[1]", "made(x)[0], other[0]", "other: tuple", "-> tuple:"):
        assert part in text


@pytest.mark.parametrize(
    "code",
    [
        "def f(d):\n    return d.values(), d.indices, d.values\n",
        "import mindspore\ndef f(d: dict):\n    return d.values()\n",
        "import collections\nR = collections.namedtuple('R', 'values indices')\ndef f(x):\n    return R(x, x).values\n",
        "import numpy as np\ndef f(x):\n    return np.linalg.qr(x).Q, np.linalg.svd(x).U\n",
    ],
)
def test_what_others_call_so_stays(code: str) -> None:
    check_unchanged(code)


@pytest.mark.parametrize("use", ["i.values", "i.max(1).values()", "i['a'].indices", "self_made(i).values"])
def test_a_field_of_what_is_not_known_stays(use: str) -> None:
    assert f"return {use}, 1" in convert(f"{HEADER}return {use}, 1").code


_CHOSEN = ("values", "indices")
CALLS = {
    "x.aminmax()": ("min", "max"),
    "x.cummax(0)": _CHOSEN,
    "torch.cummin(x, 0)": _CHOSEN,
    "x.frexp()": ("mantissa", "exponent"),
    "torch.geqrf(x)": ("a", "tau"),
    "x.histogram(3)": ("hist", "bin_edges"),
    "torch.kthvalue(x, 2)": _CHOSEN,
    "torch.max(x, 1)": _CHOSEN,
    "x.max(dim=1, keepdim=True)": _CHOSEN,
    "torch.max(x > 0, 1)": _CHOSEN,
    "x.min(1)": _CHOSEN,
    "x.median(0)": _CHOSEN,
    "torch.nanmedian(x, 0)": _CHOSEN,
    "x.mode(0)": _CHOSEN,
    "x.sort()": _CHOSEN,
    "torch.topk(x, 2)": _CHOSEN,
    "x.qr()": ("Q", "R"),
    "x.slogdet()": ("sign", "logabsdet"),
    "torch.svd(x)": ("U", "S", "V"),
    "x.triangular_solve(s)": ("solution", "cloned_coefficient"),
    "torch.lu_unpack(*torch.linalg.lu_factor(x))": ("P", "L", "U"),
    "torch.linalg.cholesky_ex(s)": ("L", "info"),
    "torch.linalg.eigh(s)": ("eigenvalues", "eigenvectors"),
    "torch.linalg.inv_ex(x)": ("inverse", "info"),
    "torch.linalg.lstsq(x, s)": ("solution", "residuals", "rank", "singular_values"),
    "torch.linalg.lu(x)": ("P", "L", "U"),
    "torch.linalg.lu_factor(x)": ("LU", "pivots"),
    "torch.linalg.lu_factor_ex(x)": ("LU", "pivots", "info"),
    "torch.linalg.qr(x)": ("Q", "R"),
    "torch.linalg.slogdet(x)": ("sign", "logabsdet"),
    "torch.linalg.solve_ex(x, s)": ("result", "info"),
    "torch.linalg.svd(x)": ("U", "S", "Vh"),
}


def _fields(code: str, x: Any, s: Any) -> list[Any]:
    scope: dict[str, Any] = {}
    exec(code, scope)  # the project's own text
    return [item.numpy() if hasattr(item, "numpy") else item.asnumpy() for item in scope["f"](x, s)]


@pytest.mark.filterwarnings("ignore:The boolean parameter")
def test_all_fields_hold_what_they_hold_in_pytorch() -> None:
    import mindspore
    import torch

    mindspore.runtime.launch_blocking()
    lines = [f"    r{n} = {call}\n" for n, call in enumerate(CALLS)]
    names = [f"r{n}.{field}" for n, fields in enumerate(CALLS.values()) for field in fields]
    code = f"import torch\ndef f(x: torch.Tensor, s: torch.Tensor):\n{''.join(lines)}    return {', '.join(names)}\n"
    x = np.random.default_rng(0).standard_normal((3, 3)).astype(np.float32)
    s = (x @ x.T + 3 * np.eye(3)).astype(np.float32)
    found = convert(code)
    assert not [item for item in found.diagnostics if item.outcome is Outcome.UNCONVERTED]
    expected = _fields(code, torch.from_numpy(x), torch.from_numpy(s))
    result = _fields(found.code, mindspore.Tensor(x), mindspore.Tensor(s))
    for name, one, other in zip(names, result, expected, strict=True):
        assert one.shape == other.shape, name
        np.testing.assert_allclose(abs(one), abs(other), 1e-3, 1e-4, err_msg=name)  # the signs of vectors are free
