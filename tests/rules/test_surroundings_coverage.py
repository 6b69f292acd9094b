"""No public name around the model is simply unknown: each has a rule, or is refused with what to do instead."""

from __future__ import annotations

import pytest

from mindconverter.rules.tables import load_tables

AROUND = (
    "torch.accelerator",
    "torch.amp",
    "torch.autograd",
    "torch.backends",
    "torch.compiler",
    "torch.cpu",
    "torch.cuda",
    "torch.distributed",
    "torch.distributions",
    "torch.func",
    "torch.hub",
    "torch.jit",
    "torch.mps",
    "torch.multiprocessing",
    "torch.nn.attention",
    "torch.nn.init",
    "torch.nn.parallel",
    "torch.nn.utils",
    "torch.optim",
    "torch.overrides",
    "torch.profiler",
    "torch.random",
    "torch.sparse",
    "torch.utils",
    "torch.version",
    "torch.xpu",
)
BESIDE = ("torchvision.datasets", "torchvision.models", "torchvision.ops", "torchvision.transforms")
TABLES = load_tables()


@pytest.mark.parametrize("module", AROUND)
def test_every_name_of_a_module_has_a_rule_or_a_refusal(module: str) -> None:
    entries = TABLES.source_catalog.entries
    names = [name for name in entries if name.startswith(f"{module}.") and entries[name]["kind"] != "module"]
    own = [name for name in names if entries.get(name.rpartition(".")[0], {}).get("kind") != "class"]
    assert own or module == "torch.random"
    assert [name for name in own if TABLES.api_rule(name) is None] == []


@pytest.mark.parametrize("module", BESIDE)
def test_every_name_of_torchvision_has_a_rule_or_a_refusal(module: str) -> None:
    assert TABLES.api_rule(f"{module}.anything") is not None
