"""Render the samples of op_db as functions, in every form of the call."""

from __future__ import annotations

import itertools
import random
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mindconverter.rules.tables import RuleTables
from mindconverter.verify import derivatives as gradients
from tests.conformance.torch_suites import Case, entry_of
from tests.conformance.torch_text import Call, Names, NoTextError, forms

ELEMENTS = 200_000
ORDER = {
    "where": (1, 0, 2),
    "einsum": (1, 0),
    "nn.functional.embedding": (1, 0),
    "polygamma": (1, 0),
    "special.polygamma": (1, 0),
    "empty_strided": (1, 2),
}
"""Where the list gives the arguments in another order than the public function takes them."""
OPERATORS = {
    "__getitem__": "{0}[{1}]",
    "__radd__": "{1} + {0}",
    "__rand__": "{1} & {0}",
    "__rdiv__": "{1} / {0}",
    "__rmatmul__": "{1} @ {0}",
    "__rmod__": "{1} % {0}",
    "__rmul__": "{1} * {0}",
    "__ror__": "{1} | {0}",
    "__rpow__": "{1} ** {0}",
    "__rsub__": "{1} - {0}",
    "__rxor__": "{1} ^ {0}",
    "H": "{0}.H",
    "T": "{0}.T",
    "mH": "{0}.mH",
    "mT": "{0}.mT",
    "svd_lowrank": "torch.svd_lowrank({0} @ {1}.mT, {rest})",
    "pca_lowrank": "torch.pca_lowrank({0} @ {1}.mT, {rest})",
}
IN_PLACE = ("cauchy", "exponential", "geometric", "log_normal", "uniform")
DECOMPOSITION = re.compile(r"(linalg\.)?(svd|qr|eigh|eig|geqrf)$|(svd|pca)_lowrank$")
EIGENVALUES = re.compile(r"linalg\.(eig|eigvals)$")
CHOICES = re.compile(r"(topk|kthvalue|median|nanmedian|mode|sort|argsort)$")
"""Functions that may name the place of any of several equal elements, unless the order is to be stable."""
UNSET = re.compile(r"(new_)?empty|resize_")
"""Functions whose result is memory that nobody has set."""


@dataclass(frozen=True)
class Sample:
    """Hold a sample in all its forms.

    Attributes:
        values: The tensors by name.
        texts: The expression by form.
        expected: What PyTorch gives.
        random: Whether PyTorch gives other values each time.
    """

    values: dict[str, Any]
    texts: dict[str, str]
    expected: Any
    random: bool


def arranged(operator: str, result: Any) -> Any:
    """Return a result with eigenvalues, which come in any order, and their vectors in order."""
    from tests.conformance.torch_values import flat

    if not EIGENVALUES.match(operator):
        return result
    arrays = list(flat(result))
    order = np.lexsort((arrays[0].imag.round(3), arrays[0].real.round(3)))
    ordered = [np.take_along_axis(arrays[0], order, -1)]
    ordered += [np.take_along_axis(vectors, order[..., None, :], -1) for vectors in arrays[1:]]
    return tuple(ordered)


def chosen(operator: str, text: str, result: Any, input: Any) -> Any:
    """Return a result that says where elements are with the elements that lie there instead of the places."""
    from tests.conformance.torch_values import flat, plain

    if not CHOICES.match(operator) or "stable=True" in text:
        return result
    parts = list(flat(result))
    for axis in range(input.ndim if len(parts) == 2 or operator == "argsort" else 0):
        places = parts[-1] if parts[-1].ndim == input.ndim else np.expand_dims(parts[-1], axis)
        try:
            found = np.take_along_axis(plain(input), places, axis)
            found = found if operator == "argsort" else found.reshape(parts[0].shape)
        except (IndexError, ValueError):
            continue
        if operator == "argsort":
            steps = np.diff(found.astype(float), axis=axis)
            if (steps >= 0).all() or (steps <= 0).all():
                return found
        elif np.array_equal(found, parts[0], equal_nan=found.dtype.kind == "f"):
            return parts[0], found
    return result


def samples(case: Case, tables: RuleTables) -> Iterator[Sample]:
    """Yield the samples of a function that PyTorch accepts, without those that have an empty tensor."""
    import torch

    torch.manual_seed(0)
    random.seed(0)
    entry = entry_of(case)
    found = entry.sample_inputs("cpu", getattr(torch, case.dtype), requires_grad=_differentiated(case, entry))
    made = (_sample(case, item, tables) for item in found)
    yield from itertools.islice((sample for sample in made if sample is not None), case.most)


def _differentiated(case: Case, entry: Any) -> bool:
    """Tell whether derivatives count: those of what networks are made of do."""
    return case.operator.startswith("nn.functional.") and case.dtype == "float32" and entry.supports_autograd


def _sample(case: Case, item: Any, tables: RuleTables) -> Sample | None:
    try:
        calls = dict(_calls(case, item, tables))
        names = Names()
        text = calls["given"].text(names) if calls else _operator(case, item, names)
        if any(value.numel() == 0 or value.numel() > ELEMENTS for value in names.values.values()):
            return None
        results = [_evaluate(text, names.values, seed) for seed in range(3)]
    except NoTextError:
        return None
    except Exception:
        return None  # PyTorch itself does not take this sample in this form
    if _opaque(results[0]):
        return None
    drawn = bool(UNSET.match(case.operator)) or any(not _equal(results[0], other) for other in results[1:])
    texts = {"given": text}
    for form, call in calls.items():
        if form != "given":
            own = Names()
            written = _rename(call.text(own), own.values, names.values)
            if written not in texts.values() and _agrees(written, names.values, results[0], drawn):
                texts[form] = written
    return Sample(names.values, texts, results[0], drawn)


def _calls(case: Case, item: Any, tables: RuleTables) -> Iterator[tuple[str, Call]]:
    """Yield the calls of a sample; none for what is no call."""
    import torch

    if case.operator in OPERATORS:
        return
    args: tuple[Any, ...] = (item.input, *item.args)
    if case.operator in ORDER:
        args = tuple(args[index] for index in ORDER[case.operator])
    head = f"torch.{case.operator}"
    target: Any = torch
    for part in case.operator.split("."):
        target = getattr(target, part, None)
    if not callable(target) or isinstance(target, (torch.dtype, type)):
        method = case.operator + "_" * (case.operator in IN_PLACE)
        head, receiver, args = f"torch.Tensor.{method}", args[0], args[1:]
        yield "given", MethodCall(method, args, item.kwargs, receiver)
    else:
        receiver = None
        yield "given", Call(head, args, item.kwargs)
    api = tables.source_catalog.find(head)
    seen: set[str] = set()
    for signature in api.signatures if api is not None else ():
        for form, call in forms(Call(head, args, item.kwargs), signature):
            if form not in seen and not any(name == "self" for name in call.kwargs):
                seen.add(form)
                yield form, call if receiver is None else MethodCall(method, call.args, call.kwargs, receiver)


@dataclass(frozen=True)
class MethodCall(Call):
    """Hold the call of a method."""

    receiver: Any = None

    def text(self, names: Names) -> str:
        return f"{names.text(self.receiver)}.{super().text(names)}"


def _operator(case: Case, item: Any, names: Names) -> str:
    given = [names.text(value) for value in (item.input, *item.args)]
    rest = ", ".join(f"{key}={names.text(value)}" for key, value in item.kwargs.items())
    if case.operator == "__getitem__":
        given[1] = given[1].strip("()") if isinstance(item.args[0], tuple) and item.args[0] else given[1]
        given[1] = re.sub(r"slice\((.*?), (.*?), (.*?)\)", r"\1:\2:\3", given[1]).replace("None:", ":")
    return OPERATORS[case.operator].format(*given, rest=rest)


def _rename(text: str, own: dict[str, Any], names: dict[str, Any]) -> str:
    """Give the tensors of a text the names that they have in another one."""
    known = {id(value): name for name, value in names.items()}
    return re.sub(r"\bx\d+\b(?!=)", lambda found: known[id(own[found[0]])], text)


def _evaluate(text: str, values: dict[str, Any], seed: int = 0) -> Any:
    import torch

    torch.manual_seed(seed)
    random.seed(seed)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        return eval(text, {"torch": torch, **{name: value.clone() for name, value in values.items()}})


def compare_derivatives(text: str, values: dict[str, Any], function: Callable[..., Any]) -> None:
    """Compare the derivatives of an expression and of its conversion by what PyTorch differentiates by.

    Args:
        text: The expression.
        values: The tensors by name; those that want a gradient are looked at.
        function: The conversion, as a function of the tensors.

    Raises:
        GradientError: They differ.
    """
    import torch

    from tests.conformance.torch_values import to_target

    places = [index for index, value in enumerate(values.values()) if value.requires_grad]
    given = {name: value.detach().clone().requires_grad_(value.requires_grad) for name, value in values.items()}
    # What changes its argument in place does not take the tensors themselves.
    output = eval(text, {"torch": torch, **{name: value.clone() for name, value in given.items()}})
    derivatives = gradients.of_source(output, [list(given.values())[place] for place in places])
    if derivatives is None:
        return
    found, _ = gradients.of_target(function, list(map(to_target, values.values())), places, derivatives.weights)
    for place, one, two in zip(places, derivatives.values, found, strict=True):
        gradients.compare(one, two, derivatives.greatest, f"gradient of x{place}")


def _agrees(text: str, values: dict[str, Any], expected: Any, drawn: bool) -> bool:
    try:
        result = _evaluate(text, values)
    except Exception:
        return False
    return drawn or _equal(expected, result)


def _equal(one: Any, two: Any) -> bool:
    from tests.conformance.torch_values import MismatchError, compare

    try:
        compare(one, two)
    except MismatchError:
        return False
    return True


def _opaque(result: Any) -> bool:
    """Tell whether a result cannot be compared."""
    import torch

    if isinstance(result, (tuple, list)):
        return any(map(_opaque, result))
    if isinstance(result, torch.Tensor):
        return result.layout is not torch.strided or result.is_quantized or result.is_nested
    return False
