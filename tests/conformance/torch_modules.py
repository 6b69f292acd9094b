"""Run the samples of module_db as classes, with weights carried over; values and gradients are compared."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mindconverter.verify import derivatives as gradients
from tests.conformance.outcome import Outcome, Result
from tests.conformance.torch_suites import Case, entry_of
from tests.conformance.torch_tables import tables
from tests.conformance.torch_text import Call, Names, NoTextError, forms
from tests.conformance.torch_values import MismatchError, compare, to_target


@dataclass(frozen=True)
class Sample:
    """Hold a module and a call of it, as text and as values.

    Attributes:
        name: Its number and mode, and the form of its constructor.
        piece: The text of a class whose `layer` is the module; `{}` stands for its number.
        made_with: The tensors that the constructor takes.
        called_with: The tensors that the call takes.
        training: Whether the module is in training mode.
    """

    name: str
    piece: str
    made_with: dict[str, Any]
    called_with: dict[str, Any]
    training: bool


def run(case: Case) -> list[Result]:
    """Return the results of the samples of a module."""
    from tests.conformance.torch_worker import Script, failure

    found = [sample for number, sample in enumerate(_samples(case)) if case.sample in (None, number)]
    if not found:
        return []
    script = Script([sample.piece.format(index) for index, sample in enumerate(found)])
    source, target = script.original(), script.run()
    results = []
    for index, sample in enumerate(found):
        if script.refused(index):
            results.append(Result(sample.name, Outcome.REFUSED, script.refused(index)))
            continue
        try:
            expected = _Original(source[f"Net{index}"], sample)
        except Exception:
            continue  # PyTorch itself does not take this sample
        try:
            _check(expected, target[f"Net{index}"], sample)
            results.append(Result(sample.name, Outcome.PASS))
        except Exception as error:
            bad = failure(sample.name, error)
            note = " (with a remark)" * script.noted(index)
            made = next(line.strip() for line in sample.piece.splitlines() if "self.layer =" in line)
            results.append(replace(bad, say=f"{bad.say}{note} in {made:.200}"))
    return results


def _samples(case: Case) -> Iterator[Sample]:
    import torch

    entry = entry_of(case)
    for training in (False, True):
        torch.manual_seed(0)
        with _remembered_arguments():
            inputs = entry.module_inputs_func(
                entry, device="cpu", dtype=torch.float32, requires_grad=False, training=training
            )
            chosen = list(itertools.islice(inputs, case.most))
        for number, item in enumerate(chosen):
            mode = "train" if training else "eval"
            try:
                yield from _written(case, item, f"sample {number} {mode}", training)
            except NoTextError:
                continue


@contextlib.contextmanager
def _remembered_arguments() -> Iterator[None]:
    """Let the layers that are arguments of other ones remember what they were made with."""
    import torch

    classes = (torch.nn.TransformerEncoderLayer, torch.nn.TransformerDecoderLayer)
    originals = [one.__init__ for one in classes]

    def remembering(original: Any) -> Any:
        @functools.wraps(original)
        def make(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            object.__setattr__(self, "written", (args, kwargs))

        return make

    for one, original in zip(classes, originals, strict=True):
        one.__init__ = remembering(original)
    try:
        yield
    finally:
        for one, original in zip(classes, originals, strict=True):
            one.__init__ = original


def _written(case: Case, item: Any, name: str, training: bool) -> Iterator[Sample]:
    """Yield a sample once for each form of its constructor; the call has a form of its own each time."""
    made, called = item.constructor_input, item.forward_input
    if called is None:
        return
    dropped = {"device", "dtype"}
    kwargs = {key: value for key, value in made.kwargs.items() if key not in dropped}
    constructors = _forms(Call(f"torch.{case.operator}", made.args, kwargs), f"torch.{case.operator}")
    seen: set[str] = set()
    for form, constructor in constructors.items():
        outer = Names("c")
        text = constructor.text(outer)
        if text in seen:
            continue
        seen.add(text)
        inner = Names("x")
        call = Call("self.layer", called.args, called.kwargs).text(inner)
        if any(value.numel() == 0 for value in inner.values.values()):
            return
        piece = (
            "class Net{}(nn.Module):\n"
            f"    def __init__(self{''.join(f', {key}: Tensor' for key in outer.values)}):\n"
            f"        super().__init__()\n        self.layer = {text}\n\n"
            f"    def forward(self{''.join(f', {key}: Tensor' for key in inner.values)}):\n"
            f"        return {call}\n"
        )
        piece = piece.replace("{", "{{").replace("}", "}}").replace("Net{{}}", "Net{}")
        yield Sample(f"{name} {form}", piece, outer.values, inner.values, training)
        if training:
            return


def _forms(call: Call, head: str) -> dict[str, Call]:
    found = {"given": call}
    api = tables().source_catalog.find(head)
    for signature in api.signatures if api is not None else ():
        for form, other in forms(call, signature):
            found.setdefault(form, other)
    return found


class _Original:
    """Hold what a module of PyTorch gives: outputs, state before and after, gradients."""

    def __init__(self, make: Any, sample: Sample) -> None:
        import torch

        torch.manual_seed(1)
        self.net = make(*(value.clone() for value in sample.made_with.values()))
        self.net.train(sample.training)
        self.lazy = any(map(torch.nn.parameter.is_lazy, self.net.parameters()))
        if self.lazy:
            self.net(*(value.clone() for value in sample.called_with.values()))
        self.before = {name: value.clone() for name, value in self.net.state_dict().items()}
        inputs = [value.clone().detach() for value in sample.called_with.values()]
        for value in inputs:
            value.requires_grad_(value.is_floating_point())
        torch.manual_seed(2)
        self.output = self.net(*inputs)
        self.after = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.random = False
        if sample.training:
            self.net.load_state_dict(self.before)
            torch.manual_seed(3)
            again = self.net(*[value.clone().detach() for value in sample.called_with.values()])
            try:
                compare(self.output, again)
            except MismatchError:
                self.random = True
        self._differentiate(inputs)

    def _differentiate(self, inputs: list[Any]) -> None:
        self.places = [index for index, value in enumerate(inputs) if value.requires_grad]
        parameters = {name: value for name, value in self.net.named_parameters() if value.requires_grad}
        wanted = [*(inputs[index] for index in self.places), *parameters.values()]
        self.derivatives = None if self.random else gradients.of_source(self.output, wanted)
        values = self.derivatives.values[len(self.places) :] if self.derivatives is not None else ()
        self.of_parameters = dict(zip(parameters, values, strict=False))


def _check(expected: _Original, make: Any, sample: Sample) -> None:
    import mindspore

    from mindconverter import convert_checkpoint

    net = make(*map(to_target, sample.made_with.values()))
    if expected.lazy:
        net(*map(to_target, sample.called_with.values()))
    mindspore.load_param_into_net(net, convert_checkpoint(expected.before, net, tables=tables()))
    net.set_train(sample.training)
    inputs = [to_target(value) for value in sample.called_with.values()]
    output = net(*inputs)
    compare(expected.output, output, values=not expected.random)
    if expected.random:
        return
    if sample.training:
        _check_state(expected.after, net)
        mindspore.load_param_into_net(net, convert_checkpoint(expected.before, net, tables=tables()))
    if expected.derivatives is not None:
        _check_gradients(expected, expected.derivatives, net, inputs)


def _check_state(state: dict[str, Any], net: Any) -> None:
    """Compare parameters and buffers after a step."""
    from mindconverter import convert_checkpoint

    own = {name: value.asnumpy().copy() for name, value in net.parameters_and_names()}
    parameters = dict(net.parameters_and_names())
    wanted = convert_checkpoint(state, net, tables=tables())
    for path, value in own.items():
        if parameters[path].name in wanted:
            compare(wanted[parameters[path].name], np.asarray(value), say=f"{path} after the step")


def _check_gradients(expected: _Original, derivatives: gradients.Derivatives, net: Any, inputs: list[Any]) -> None:
    import torch

    from mindconverter import convert_checkpoint

    weights = net.trainable_params()
    found, own = gradients.of_target(net, inputs, expected.places, derivatives.weights, weights)
    for place, one, two in zip(expected.places, derivatives.values, found, strict=False):
        gradients.compare(one, two, derivatives.greatest, f"gradient of input {place}")
    state = {name: torch.from_numpy(value) for name, value in expected.of_parameters.items()}
    wanted = convert_checkpoint({**expected.before, **state}, net, tables=tables())
    for parameter, gradient in zip(weights, own, strict=True):
        expected_gradient = wanted[parameter.name].asnumpy()
        gradients.compare(expected_gradient, gradient, derivatives.greatest, f"gradient of {parameter.name}")
