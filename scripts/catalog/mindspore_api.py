"""What the catalogue of MindSpore covers."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

from catalog.scope import Scope
from catalog.signatures import callable_signatures

MODULES = (
    "mindspore",
    "mindspore.nn",
    "mindspore.ops",
    "mindspore.mint",
    "mindspore.mint.nn",
    "mindspore.mint.nn.functional",
    "mindspore.mint.linalg",
    "mindspore.mint.special",
    "mindspore.mint.optim",
    "mindspore.mint.distributed",
    "mindspore.common.initializer",
    "mindspore.experimental.optim",
    "mindspore.experimental.optim.lr_scheduler",
    "mindspore.amp",
    "mindspore.train",
    "mindspore.dataset",
    "mindspore.dataset.vision",
    "mindspore.dataset.transforms",
    "mindspore.dataset.text",
    "mindspore.dataset.audio",
    "mindspore.communication",
    "mindspore.communication.comm_func",
    "mindspore.communication.management",
    "mindspore.parallel",
    "mindspore.runtime",
    "mindspore.hal",
    "mindspore.mindrecord",
    "mindspore.numpy",
    "mindspore.numpy.fft",
    "mindspore.scipy.linalg",
    "mindspore.scipy.optimize",
    "mindspore.scipy.ops",
    "mindspore.nn.probability.distribution",
    "mindspore.nn.probability.bijector",
    "mindspore.context",
    "mindspore.common.dtype",
    "mindspore.common",
    "mindspore.profiler",
    "mindspore.version",
)


def mindspore_scope() -> Scope:
    """Describe the installed MindSpore."""
    import mindspore

    # The constructor of Tensor is compiled; the function of the same parameters is the only place that tells them.
    tensor = callable_signatures(mindspore.tensor, "tensor")

    def lookup(owner: str, name: str) -> tuple[str, ...]:
        return tensor if (owner, name) == ("mindspore.Tensor", "__init__") else ()

    return Scope(
        framework="mindspore",
        version=mindspore.__version__,
        # Older versions lack some.
        modules=tuple(module for module in MODULES if importlib.util.find_spec(module) is not None),
        forward="construct",
        layer="mindspore.nn.Cell",
        stub=lookup,
        operators=("mindspore.ops.Primitive",),
        operator_members=("mindspore.Tensor",),
        private=("mindspore.__version__", "mindspore._Function", "mindspore._no_grad"),
        held=_held,
    )


def _held(layer: Any) -> Iterator[tuple[str, Any, bool]]:
    for name, value in layer.parameters_and_names():
        yield name, value.asnumpy(), value.requires_grad
    for name, value in layer.named_buffers():
        yield name, value.asnumpy(), False
