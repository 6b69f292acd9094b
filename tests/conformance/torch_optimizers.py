"""Run the samples of optim_db: five steps with the same gradients under both frameworks, weights compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tests.conformance.outcome import Outcome, Result
from tests.conformance.torch_suites import Case, entry_of
from tests.conformance.torch_tables import tables
from tests.conformance.torch_text import Call, Names, NoTextError, forms
from tests.conformance.torch_values import compare

STEPS = 5
NETWORK = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 3, bias=False)
        self.second = nn.Linear(3, 2, bias=False)

    def forward(self, x):
        return self.second(self.first(x))
"""


def run(case: Case) -> list[Result]:
    """Return the results of the samples of an optimizer."""
    from tests.conformance.torch_worker import Script, failure

    found = [item for number, item in enumerate(_texts(case)) if case.sample in (None, number)]
    pieces = [f"def make{index}(net: Net):\n    return {text}\n" for index, (_, text) in enumerate(found)]
    script = Script([NETWORK, *pieces])
    source, target = script.original(), script.run()
    results = []
    for index, (name, text) in enumerate(found):
        if script.refused(index + 1):
            results.append(Result(name, Outcome.REFUSED, script.refused(index + 1)))
            continue
        try:
            before, after = _train(source, index)
        except Exception:
            continue  # PyTorch itself does not take this sample
        try:
            _check(before, after, target, index)
            results.append(Result(name, Outcome.PASS))
        except Exception as error:
            bad = failure(name, error)
            results.append(replace(bad, say=f"{bad.say} in {text:.200}"))
    return results


def _texts(case: Case) -> Iterator[tuple[str, str]]:
    head = f"torch.optim.{case.operator}"
    api = tables().source_catalog.find(head)
    for number, item in enumerate(entry_of(case).optim_inputs_func(device="cpu")):
        seen: set[str] = set()
        call = Call(head, (_Parameters(),), {key: _Literal.of(value) for key, value in item.kwargs.items()})
        calls = {"given": call}
        for signature in api.signatures if api is not None else ():
            for form, other in forms(call, signature):
                calls.setdefault(form, other)
        for form, other in calls.items():
            try:
                text = other.text(_OptimizerNames())
            except NoTextError:
                continue
            if text not in seen:
                seen.add(text)
                yield f"sample {number} {form}", text


class _Parameters:
    """Stand for the parameters of the network."""


class _Literal:
    """Hold a tensor that is written as a call that makes it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    @classmethod
    def of(cls, value: Any) -> Any:
        return cls(value.item()) if hasattr(value, "item") else value


class _OptimizerNames(Names):
    def text(self, value: Any) -> str:
        if isinstance(value, _Parameters):
            return "net.parameters()"
        if isinstance(value, _Literal):
            return f"torch.tensor({value.value!r})"
        return super().text(value)


def _gradients(step: int) -> list[Any]:
    draw = np.random.default_rng(step)
    return [draw.standard_normal(shape).astype(np.float32) for shape in ((3, 4), (2, 3))]


def _train(scope: Any, index: int) -> tuple[dict[str, Any], dict[str, Any]]:
    import torch

    torch.manual_seed(0)
    net = scope["Net"]()
    optimizer = scope[f"make{index}"](net)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    for step in range(STEPS):
        for parameter, gradient in zip(net.parameters(), _gradients(step), strict=True):
            parameter.grad = torch.from_numpy(gradient)
        optimizer.step(lambda: torch.tensor(0.0)) if type(optimizer) is torch.optim.LBFGS else optimizer.step()
    return before, dict(net.state_dict())


def _check(before: dict[str, Any], after: dict[str, Any], scope: Any, index: int) -> None:
    import mindspore

    from mindconverter import convert_checkpoint

    net = scope["Net"]()
    mindspore.load_param_into_net(net, convert_checkpoint(before, net, tables=tables()))
    optimizer = scope[f"make{index}"](net)
    for step in range(STEPS):
        optimizer(tuple(mindspore.Tensor(gradient) for gradient in _gradients(step)))
    wanted = convert_checkpoint(after, net, tables=tables())
    for path, value in net.parameters_and_names():
        compare(wanted[value.name], mindspore.Tensor(value.asnumpy()), say=path)
