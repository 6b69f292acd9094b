"""Parts of the source framework that are refused as one, and members of classes that became helpers."""

from __future__ import annotations

from pathlib import Path

from tests.source.conversion import convert, left, report, table

TABLE = """\
rules:
  - torch: torch.hub.get_dir
    rewrite: "'hub'"
  - torch: torch.distributions.Normal
    helper: Bell
namespaces:
  - {namespace: torch.hub, say: Download the file by hand.}
  - {namespace: torch.hub.load, say: Build the network by hand.}
  - {namespace: torch._*, say: This is no public name.}
  - {namespace: torchsomething, say: Write it anew.}
"""
HELPERS = """\
class Bell:
    \"\"\"A bell.\"\"\"
    def __init__(self, loc, scale):
        self.loc = loc
    def sample(self):
        return self.loc
"""


def test_the_longest_namespace_refuses_what_has_no_rule(tmp_path: Path) -> None:
    found = convert(
        """\
import torch
import torchsomething.deep as deep
torch.hub.get_dir()
torch.hub.list(x)
torch.hub.load(x)
torch.hub.load_state_dict_from_url
torch._C._thing(x)
deep.Thing(x)
""",
        table(tmp_path, TABLE, HELPERS),
    )
    assert '\n"hub"\ntorch.hub.list(x)\ntorch.hub.load(x)\n' in found.code
    says = {item.source: item.say for item in found.diagnostics}
    assert says["torch.hub.list"] == "Download the file by hand."
    assert says["torch.hub.load"] == "Build the network by hand."
    assert says["torch.hub.load_state_dict_from_url"] == "Download the file by hand."
    assert says["torch._C._thing"] == "This is no public name."
    assert says["deep.Thing"] == "Write it anew."


def test_the_members_of_a_helper_class_are_the_same_in_the_target(tmp_path: Path) -> None:
    found = convert(
        """\
from torch.distributions import Normal
bell = Normal(0.0, 1.0)
bell.sample()
print(bell.loc)
bell.perplexity()
""",
        table(tmp_path, TABLE, HELPERS),
    )
    assert left(found.diagnostics) == ["bell.perplexity"]
    assert not [line for line in report(found.diagnostics) if "bell.sample" in line or "bell.loc" in line]


def test_a_method_that_became_a_helper_within_another_one() -> None:
    found = convert(
        """\
import torch
first = torch.optim.SGD([w], 0.1)
second = torch.optim.SGD([w], 0.1)
second.load_state_dict(first.state_dict())
"""
    )
    assert "load_optimizer_state(second, optimizer_state(first))\n" in found.code


def test_assignments_to_settings_go_or_stay_with_advice() -> None:
    found = convert(
        """\
import torch
torch.backends.cudnn.benchmark = True
torch.backends.cuda.matmul.allow_tf32 = True
x = torch.ones(2)
"""
    )
    assert "benchmark" not in found.code
    assert left(found.diagnostics) == ["import torch", "torch.backends.cuda.matmul.allow_tf32"]
