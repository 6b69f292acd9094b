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
# Where each name is looked at by itself, and not only as a part of something that is refused as a whole.
BESIDE = (
    "torchvision",
    "torchvision.datasets",
    "torchvision.io",
    "torchvision.ops",
    "torchvision.transforms",
    "torchvision.utils",
)
TABLES = load_tables()


@pytest.mark.parametrize("module", AROUND)
def test_every_name_of_a_module_has_a_rule_or_a_refusal(module: str) -> None:
    entries = TABLES.source_catalog.entries
    names = [name for name in entries if name.startswith(f"{module}.") and entries[name]["kind"] != "module"]
    own = [name for name in names if entries.get(name.rpartition(".")[0], {}).get("kind") != "class"]
    assert own or module == "torch.random"
    assert [name for name in own if TABLES.api_rule(name) is None] == []


def test_no_name_of_torchvision_is_unknown() -> None:
    entries = TABLES.source_catalog.entries
    names = [name for name in entries if name.startswith("torchvision.") and entries[name]["kind"] != "module"]
    assert len(names) > 1000
    assert [name for name in names if TABLES.api_rule(name) is None] == []


@pytest.mark.parametrize("module", BESIDE)
def test_every_name_of_a_module_of_torchvision_has_a_rule_of_its_own(module: str) -> None:
    entries = TABLES.source_catalog.entries
    owned = [name for name in entries if name.rpartition(".")[0] == module and entries[name]["kind"] != "module"]
    assert owned
    assert [name for name in owned if name not in TABLES.heads] == []
