"""What the catalogue of PyTorch covers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.scope import Scope
from catalog.stubs import read_stub

MODULES = (
    "torch.nn",
    "torch.nn.functional",
    "torch",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.nn.utils.parametrizations",
    "torch.nn.utils.parametrize",
    "torch.nn.utils.prune",
    "torch.nn.utils.rnn",
    "torch.nn.parallel",
    "torch.nn.attention",
    "torch.linalg",
    "torch.fft",
    "torch.special",
    "torch.signal.windows",
    "torch.sparse",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.optim.swa_utils",
    "torch.utils.data",
    "torch.utils.data.distributed",
    "torch.utils.checkpoint",
    "torch.distributions",
    "torch.autograd",
    "torch.autograd.function",
    "torch.autograd.functional",
    "torch.autograd.profiler",
    "torch.amp",
    "torch.cuda",
    "torch.cuda.amp",
    "torch.backends",
    "torch.backends.cpu",
    "torch.backends.cuda",
    "torch.backends.cudnn",
    "torch.backends.mkldnn",
    "torch.backends.mps",
    "torch.accelerator",
    "torch.cpu",
    "torch.mps",
    "torch.xpu",
    "torch.jit",
    "torch.compiler",
    "torch.distributed",
    "torch.multiprocessing",
    "torch.random",
    "torch.return_types",
    "torch.func",
    "torch.fx",
    "torch.hub",
    "torch.profiler",
    "torch.overrides",
    "torch.types",
    "torch.version",
)


def torch_scope() -> Scope:
    """Describe the installed PyTorch."""
    import torch

    home = Path(torch.__file__).parent
    core = read_stub(home / "_C" / "__init__.pyi")
    variable_functions = read_stub(home / "_C" / "_VariableFunctions.pyi")
    neural = read_stub(home / "_C" / "_nn.pyi")
    functional = read_stub(home / "nn" / "functional.pyi")
    order = {
        "torch": (variable_functions, core),
        "torch.nn.functional": (functional, neural, variable_functions),
    }

    def lookup(owner: str, name: str) -> tuple[str, ...]:
        for stub in order.get(owner, ()):
            if name in stub.functions:
                return stub.functions[name]
        owner_class = "TensorBase" if owner == "torch.Tensor" else owner.removeprefix("torch.")
        return core.methods.get(owner_class, {}).get(name, ())

    return Scope(
        framework="torch",
        version=torch.__version__.split("+")[0],
        modules=MODULES,
        forward="forward",
        layer="torch.nn.Module",
        stub=lookup,
        operator_members=("torch.Tensor",),
        memberless=("tensortype",),
        borrowed=("torch.jit.Final",),
        held=_held,
    )


def _held(layer: Any) -> Iterator[tuple[str, Any, bool]]:
    trained = dict(layer.named_parameters())
    return ((name, value.numpy(), name in trained) for name, value in layer.state_dict().items())
