"""What a value is follows from what a script does with it, wherever a method's name does not tell."""

from __future__ import annotations

import pytest

from mindconverter.report.diagnostics import Outcome
from tests.source.conversion import check_unchanged, convert, left

NET = """\
import torch
from torch import nn

class Net(nn.Module):
    table: torch.Tensor

    def __init__(self, sizes):
        super().__init__()
        self.register_buffer("index", torch.arange(3), persistent=False)
        self.register_buffer(name="mask", tensor=None)
        self.fc = nn.Linear(1, 2)
        self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
        self.named = nn.ModuleDict({"a": nn.Linear(2, 2)})
        self.sizes = sizes

    def forward(self, x):
        {0}

    def inner(self, y, sizes, flag=None):
        return y.size(0), sizes.size(0), flag.size(0)

    def call(self, x):
        return self.inner(torch.flatten(x), self.sizes)
"""


ELEMENTS = """\
import torch

def f(x: torch.Tensor, ids: torch.LongTensor, mask: "torch.BoolTensor | None", n: int):
    {0}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return torch.exp(x), x.exp()", "ops.exp(x), x.exp()"),
        ("return torch.exp(ids), ids.view(-1).exp()", "ops.exp(ids.float()), ids.view(-1).float().exp()"),
        ("if mask is not None:\n        return torch.exp(mask)", "ops.exp(mask.float())"),
        ("return torch.exp(ids.to(torch.device('cpu')))", "ops.exp(ids.float())"),
        ("return torch.exp(ids.to('cuda', torch.float)), x.to(ids).exp()", "x.astype(ids.dtype).float().exp()"),
        ("return torch.exp(x.to(torch.int32))", "ops.exp(x.astype(mindspore.int32).float())"),
        ("return torch.exp(torch.zeros(2, dtype=x.dtype))", "ops.exp(ops.zeros((2,), dtype=x.dtype))"),
        ("return torch.exp(torch.zeros(2, dtype=ids.dtype))", "ops.exp(ops.zeros((2,), dtype=ids.dtype).float())"),
        ("return torch.exp(torch.zeros_like(ids, dtype=torch.float))", "ops.exp(ops.zeros_like(ids, dtype=mindspore"),
        ("return torch.exp(torch.arange(n)), torch.exp(torch.arange(0, n, 0.5))", "ops.exp(ops.arange(0, n, 0.5))"),
        ("return torch.exp(torch.arange(n))", "ops.exp(ops.arange(n).float())"),
        ("return torch.exp(torch.tensor([[True]]))", "ops.exp(mindspore.tensor([[True]]).float())"),
        ("return torch.exp(-ids + 1), torch.exp(ids / 2), torch.exp(ids * x)", "ops.exp((-ids + 1).float())"),
        ("return torch.exp(ids / 2), torch.exp(ids * x)", "ops.exp(ids / 2), ops.exp(ids * x)"),
        ("y = ids if n else x\n    return torch.exp(y)", "ops.exp(y)"),
        ("_, best = x.sort()\n    return torch.exp(best)", "ops.exp(best.float())"),
        ("return torch.maximum(x > 0, ids > 1)", "ops.maximum((x > 0).int(), (ids > 1).int()).bool()"),
        ("return torch.maximum(x > 0, ids)", "return ops.maximum((x > 0).int(), ids)"),
    ],
)
def test_integers_are_cast_where_the_script_says_that_a_tensor_has_them(before: str, after: str) -> None:
    found = convert(ELEMENTS.format(before))
    assert after in found.code
    assert "ids: Tensor" in found.code


def test_a_device_in_an_annotation_is_its_name() -> None:
    code = "import torch\ndef f(device: torch.device | None = None) -> 'torch.device':\n    return device\n"
    assert "def f(device: str | None = None) -> 'str':\n" in convert(code).code


def test_a_test_for_the_type_of_elements_is_left() -> None:
    code = "import torch\ndef f(x):\n    return isinstance(x, torch.LongTensor)\n"
    assert "torch.LongTensor" in left(convert(code).diagnostics)


def test_a_parameter_that_a_function_of_the_framework_works_on_is_an_array() -> None:
    code = """\
import torch
import torch.nn.functional as F
def f(x, y, z, k):
    k = k.size()
    size = x.size()
    x = F.pad(
        x, (1, k)
    )
    z = make(z)
    return F.relu(z), torch.relu(input=y), y.size(), z.size(), F.relu(torch.relu(k))
"""
    found = convert(code)
    assert "size = x.shape\n" in found.code
    assert "y.shape, z.size()" in found.code
    assert left(found.diagnostics) == ["k.size", "z.size"]


def test_a_parameter_is_an_array_if_its_methods_for_arrays_give_what_arrays_are_needed_for() -> None:
    code = """\
import torch
import torch.nn.functional as F
def f(x, y, z=None, k=None, other=None):
    a = F.cross_entropy(x.view(-1, x.size(-1)), z.view(-1)), z.size(0)
    return torch.cat((y, a), dim=1), y.size(), k.view(-1, 2).contiguous(), k.size(), other.size(), x.get(1).size()
"""
    found = convert(code)
    assert "x.view(-1, x.shape[-1]), z.view(-1)), z.shape[0]" in found.code
    assert "y.shape, k.view(-1, 2).contiguous(), k.shape, other.size()" in found.code
    assert left(found.diagnostics) == ["other.size", "x.get(1).size"]


def test_next_takes_from_an_iterator_where_the_target_has_a_list() -> None:
    body = "next(net.parameters()).dtype, next(net.children()), next(loader.get())"
    found = convert(f"from torch import nn\ndef f(net: nn.Module, loader):\n    return {body}\n").code
    assert "next(iter(net.trainable_params())).dtype, next(iter(net.cells())), next(loader.get())" in found


def test_a_class_with_an_unknown_base_is_a_network_if_it_runs_layers_that_it_holds() -> None:
    code = """\
import torch
from torch import nn
from own import Base

class Head(Base):
    def __init__(self, n):
        super().__init__()
        self.fc = nn.Linear(n, 2)

    def forward(self, x):
        return self.fc(x.view(x.size(0), -1))

    def training_step(self, batch):
        return self(batch).size()

class Both(Base):
    def __init__(self):
        self.head = Head(1)

    def forward(self, x):
        return self.head(x).size()

class Other(Base):
    def forward(self, x):
        return x.size()
"""
    found = convert(code)
    assert found.code.count("def construct(self, x)") == 2
    assert "x.view(x.shape[0], -1)" in found.code
    assert "self(batch).shape" in found.code
    assert "self.head(x).shape" in found.code
    reviewed = [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW]
    assert reviewed == ["forward", "forward"]
    assert left(found.diagnostics) == ["forward", "x.size"]


def test_what_an_unknown_value_does_is_told_only_if_it_may_be_a_method_that_becomes_another() -> None:
    code = """\
import torch
from own import init, logger
def f(x, layer):
    init.normal_(layer.weight, mean=0.0, std=0.02)
    logger.info("size")
    layer.scale.normal_(mean=0.0)
    return torch.relu(x), layer.table.reshape(1, -1), layer.table.view(3), layer.table.transpose(0, 1)
"""
    found = convert(code)
    assert "    init.normal_(layer.weight, mean=0.0, std=0.02)\n" in found.code
    assert "    normal_(layer.scale, 0.0, 1)\n" in found.code
    assert left(found.diagnostics) == ["layer.table.transpose"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return self.index.size(0)", "self.index.shape[0]"),
        ("return self.table.size(0)", "self.table.shape[0]"),
        ("return self.fc.weight.size(0)", "self.fc.weight.shape[0]"),
        ("return self.fc.in_features", "self.fc.in_channels"),
        ("for layer in self.layers:\n            layer.train()", "layer.set_train()"),
        ("for layer in self.layers[1:]:\n            layer.train()", "layer.set_train()"),
        ("for layer in reversed(self.layers):\n            layer.train()", "layer.set_train()"),
        ("for index, layer in enumerate(self.layers):\n            layer.train()", "layer.set_train()"),
        ("for size, layer in zip(self.sizes, self.layers):\n            layer.train()", "layer.set_train()"),
        ("a, b = map(lambda size: torch.zeros(size), self.sizes)\n        return a.size(0)", "a.shape[0]"),
        ("a, b = map(torch.zeros, self.sizes)\n        return a.size(0)", "a.shape[0]"),
        ("for name, layer in self.named_children():\n            layer.train()", "layer.set_train()"),
        ("for layer in self.modules():\n            layer.train()", "layer.set_train()"),
        ("for p in self.parameters():\n            p.size(0)", "p.shape[0]"),
        ("return self.layers[0].train()", "self.layers[0].set_train()"),
        ("return self.named['a'].train()", "self.named['a'].set_train()"),
        ("size, y = self.sizes, x + 1\n        return y.size(0)", "y.shape[0]"),
    ],
)
def test_attributes_containers_and_loops(before: str, after: str) -> None:
    found = convert(NET.replace("{0}", before))
    assert after in found.code
    assert not [item for item in left(found.diagnostics) if "inner" not in item and item not in _UNKNOWN]


_UNKNOWN = ("sizes.size", "flag.size")


def test_what_every_call_of_a_method_gives_is_likely() -> None:
    found = convert(NET.replace("{0}", "return x"))
    assert "return y.shape[0], sizes.size(0), flag.size(0)" in found.code
    (note,) = [item for item in found.diagnostics if item.source == "y.size"]
    assert "taken for torch.Tensor.size" in note.say
    assert note.outcome in (Outcome.WARNED, Outcome.REVIEW)


FUNCTIONS = """\
import torch

def outer(x: torch.Tensor, other):
    shape, y = split(x), keep(x)
    return y.size(0), last(x, {0})

def split(x, dim=0):
    b, c = x.size()
    x = x.reshape(c, b)
    return x.size(dim)

def keep(x):
    return x if x.size(0) else x + 1

def last(x, y):
    return y.size(0)
"""


def test_what_functions_get_and_give() -> None:
    found = convert(FUNCTIONS.format("x"))
    assert "b, c = x.shape" in found.code
    assert "return y.shape[0], last(x, x)" in found.code
    assert "return y.shape[0]\n" in found.code
    assert not left(found.diagnostics)


@pytest.mark.parametrize("other", ["other", "*other", "y=other"])
def test_what_one_call_hides_is_not_known(other: str) -> None:
    assert "y.size" in left(convert(FUNCTIONS.format(other)).diagnostics)


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    return x.size(0)\n",
        "def f(x):\n    return x.size(0)\n\nf(x)\nf(load())\n",
        "def f(x):\n    return x.split(',')\n\nf('a,b')\n",
        "def f(x):\n    return x.format(1)\n\nf('{}')\n",
        "for a, b in zip(first, second):\n    a.size(0)\n",
        "for a in sizes:\n    a.size(0)\n",
    ],
)
def test_what_must_not_change(code: str) -> None:
    check_unchanged(f"import torch\n\nx = torch.foo\n{code}")


@pytest.mark.parametrize(
    ("other", "result"),
    [
        ("[torch.arange(3), torch.arange(4)]", "ops.meshgrid(*t, indexing="),
        ("torch.arange(3)", "ops.meshgrid(t, indexing="),
        ("load()", "ops.meshgrid(t, indexing="),
    ],
)
def test_lists_of_different_items_are_lists(other: str, result: str) -> None:
    before = f"""\
import torch
t = {other}
if flag:
    t = [torch.linspace(0, 1, 3), torch.linspace(0, 1, 4)]
u = torch.meshgrid(t, indexing="ij")
"""
    assert result in convert(before).code


BLOCKS = """\
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(3, 4)

    def forward(self, x):
        return x, [x]

class Net(nn.Module):
    def __init__(self, n, other):
        super().__init__()
        {0}

    def forward(self, x):
        for block in {1}:
            y, rest = block(x)
            print(y.size(0), rest.size(), block.emb.weight)

    def grow(self, other):
        {2}
"""


@pytest.mark.parametrize(
    ("made", "read", "more"),
    [
        ("self.a = nn.ModuleList([Block() for _ in range(n)])", "self.a[1:]", "pass"),
        ("self.a = nn.ModuleList()\n        self.a.append(Block())", "reversed(self.a)", "pass"),
        ("a = nn.ModuleList()\n        a.extend([Block(), Block()])\n        self.a = a", "self.a", "pass"),
        ("self.a = nn.Sequential(Block(), Block())", "self.a", "self.a.insert(0, Block())"),
        ("self.a = nn.Sequential()\n        self.a.add_module('0', Block())", "self.a", "self.a.to(other)"),
        ("self.a = nn.Sequential(*[Block() for _ in range(n)])", "self.a", "self.a[0] = Block()"),
        ("self.a = nn.ModuleDict({'a': Block()})", "[self.a['a']]", "self.a['b'] = Block()"),
    ],
)
def test_the_items_of_containers_of_one_class(made: str, read: str, more: str) -> None:
    code = convert(BLOCKS.replace("{0}", made).replace("{1}", read).replace("{2}", more)).code
    assert "print(y.shape[0], rest.size(), block.emb.embedding_table)" in code


@pytest.mark.parametrize(
    ("made", "more"),
    [
        ("self.a = nn.ModuleList([Block(), nn.Linear(1, 2)])", "pass"),
        ("self.a = nn.ModuleList([Block(), other])", "pass"),
        ("self.a = nn.ModuleList([Block(), *other])", "pass"),
        ("self.a = nn.ModuleList(other)", "pass"),
        ("self.a = nn.ModuleList()", "pass"),
        ("self.a = nn.ModuleList([Block()])", "self.a.append(other)"),
        ("self.a = nn.ModuleList([Block()])", "self.a.extend(other)"),
        ("self.a = nn.ModuleList([Block()])", "self.a.insert(0, nn.Identity())"),
        ("self.a = nn.ModuleList([Block()])", "self.a += [other]"),
        ("self.a = nn.ModuleList([Block()])", "self.a[0] = other"),
        ("self.a = nn.ModuleList([Block()])", "self.a = nn.ModuleList([other])"),
        ("self.a = nn.Sequential(Block())", "self.a.add_module('1', other)"),
        ("self.a = nn.Sequential(*other)", "pass"),
        ("self.a = nn.Sequential(Block(), nn.ModuleList([Block()]))", "pass"),
    ],
)
def test_the_items_of_other_containers_are_modules_only(made: str, more: str) -> None:
    code = convert(BLOCKS.replace("{0}", made).replace("{1}", "self.a").replace("{2}", more)).code
    assert "block.emb.weight)" in code


PARTS = """import torch
from torch import nn

class Model(nn.Module):
    def __init__(self, other):
        super().__init__()
        self.parts = nn.ModuleDict({0})
        self.parts.table.weight = other

    def forward(self, x):
        return x.matmul({1}.weight)

    def change(self, other):
        {2}
"""


@pytest.mark.parametrize("read", ["self.parts.table", "self.parts['table']"])
@pytest.mark.parametrize(
    "items", ["dict(table=nn.Embedding(2, 3), norm=nn.ReLU())", "{'norm': nn.ReLU(), 'table': nn.Embedding(2, 3)}"]
)
def test_the_items_of_containers_of_several_classes_by_their_keys(items: str, read: str) -> None:
    code = convert(PARTS.replace("{0}", items).replace("{1}", read).replace("{2}", "pass")).code
    assert f"x.matmul({read}.embedding_table)" in code
    assert "self.parts.table.embedding_table = other" in code


@pytest.mark.parametrize(
    ("items", "more"),
    [
        ("dict(table=other, norm=nn.ReLU())", "pass"),
        ("dict(table=nn.Linear(2, 3), norm=nn.ReLU())", "pass"),
        ("{other: nn.Embedding(2, 3), 'norm': nn.ReLU()}", "pass"),
        ("dict(table=nn.Embedding(2, 3), norm=nn.ReLU())", "self.parts.table = other"),
        ("dict(table=nn.Embedding(2, 3), norm=nn.ReLU())", "self.parts['table'] = other"),
        ("dict(table=nn.Embedding(2, 3), norm=nn.ReLU())", "self.parts = nn.ModuleDict(dict(table=other))"),
    ],
)
def test_items_by_keys_that_may_be_others_keep_their_names(items: str, more: str) -> None:
    code = convert(PARTS.replace("{0}", items).replace("{1}", "self.parts['table']").replace("{2}", more)).code
    assert "x.matmul(self.parts['table'].weight)" in code


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("if torch.is_tensor(x):\n        return x.size(0)", "return x.shape[0]"),
        ("if not torch.is_tensor(x):\n        return 1\n    return x.size(0)", "return x.shape[0]"),
        ("return x.size(0) if torch.is_tensor(x) else 1", "return x.shape[0] if"),
    ],
)
def test_a_function_that_tests_for_a_class_tells_what_its_argument_is(body: str, after: str) -> None:
    conversion = convert(f"import torch\ndef f(x):\n    {body}\n")
    assert after in conversion.code
    assert not left(conversion.diagnostics)


@pytest.mark.parametrize(
    "body",
    [
        "if not torch.is_tensor(x):\n        return x.size(0)",
        "if torch.is_tensor(y):\n        return x.size(0)",
        "if torch.is_tensor(x) or y:\n        return x.size(0)",
        "found = torch.is_tensor(x)\n    return x.size(0)",
        "return 1 if torch.is_tensor(x) else x.size(0)",
        "if torch.is_tensor(x[0]):\n        return x.size(0)",
    ],
)
def test_where_such_a_function_gives_false_or_looks_at_something_else_nothing_is_told(body: str) -> None:
    conversion = convert(f"import torch\ndef f(x, y):\n    {body}\n")
    assert "x.size(0)" in conversion.code


def test_data_of_a_loop_is_an_array_if_a_function_of_arrays_makes_another_of_it() -> None:
    code = """\
import torch
import torch.nn.functional as F
def evaluate(loader, device: str):
    for batch in loader:
        x, y, z = batch["x"], batch["y"], batch["z"]
        y = y.to(device, dtype=torch.long)
        assert y.min() >= 0 and z.min() > 0
        y = F.one_hot(y, 3).permute(0, 2, 1).float()
        z = load(z)
        torch.relu(z)
"""
    found = convert(code)
    assert "assert y.min() >= 0 and z.min() > 0\n" in found.code
    assert left(found.diagnostics) == ["z.min"]


@pytest.mark.parametrize(
    "use",
    [
        "np.array(x).max(1)",
        "np.ones(3).reshape(3, 1).repeat(2)",
        "(x != np.eye(3)).any()",
        "(2 * np.eye(3))[1:].sum(0).argsort()",
        "Image.new('RGB')",
        "tf.image.resize(x, 3)",
        "Thing.max(x)",
    ],
)
def test_methods_of_other_libraries_are_left_without_a_word(use: str) -> None:
    imports = (
        "import torch\nimport numpy as np\nimport tensorflow as tf\nfrom PIL import Image\nfrom own import Thing\n"
    )
    found = convert(f"{imports}x = make()\ny = {use}\n")
    assert found.code.endswith(f"y = {use}\n")
    assert not left(found.diagnostics)


@pytest.mark.parametrize("use", ["np.load(x)['a'].max()", "np.array(x).tolist().max()", "thing.max()", "make().max()"])
def test_methods_of_values_that_may_be_tensors_are_told(use: str) -> None:
    found = convert(f"import torch\nimport numpy as np\nfrom own import thing\nx = make()\ny = {use}\n")
    assert left(found.diagnostics) == [use.removesuffix("()")]


def test_a_method_that_arrays_keep_is_to_be_reviewed_where_the_value_may_be_a_network() -> None:
    found = convert("import torch\nx = make()\ny = x.float(), (x > 0).float(), x[:, 1].float()\n")
    assert [item.source for item in found.diagnostics if item.outcome is Outcome.REVIEW] == ["x.float"]
    assert "x.float(), (x > 0).float(), x[:, 1].float()" in found.code


def test_a_copy_is_what_the_value_is() -> None:
    copied = "net = copy.deepcopy(nn.Linear(2, 3)).eval()\nother = net.deepcopy().train()\n"
    found = convert(f"import copy\nfrom torch import nn\n{copied}")
    assert "net = copy.deepcopy(nn.Dense(2, 3)).set_train(False)\n" in found.code
    assert left(found.diagnostics) == ["net.deepcopy().train"]


def test_methods_that_tensors_have_together_tell_one() -> None:
    code = """\
import torch
def f(x, y, z):
    a = x.detach().cpu().numpy(), x.size(0)
    b = y.detach(), y.numpy(), y.size(0)
    return a, b, z.detach(), z.size(0)
"""
    found = convert(code)
    assert "a = ops.stop_gradient(x).asnumpy(), x.shape[0]\n" in found.code
    assert "b = ops.stop_gradient(y), y.asnumpy(), y.shape[0]\n" in found.code
    assert left(found.diagnostics) == ["z.detach", "z.size"]


def test_a_name_with_one_value_is_an_array_if_it_is_given_as_one() -> None:
    code = """\
import torch
def f(qkv, scale):
    q, k, v = map(split, qkv)
    size = load(scale)
    a = torch.matmul(q, k.transpose(0, 1)) * size
    again = load(v)
    torch.add(a, again)
    return v.transpose(0, 1), q.size(0), size.size(0), again.size(0)
"""
    found = convert(code)
    assert "k.swapaxes(0, 1)" in found.code
    assert "return v.transpose(0, 1), q.shape[0], size.size(0), again.size(0)\n" in found.code
    assert left(found.diagnostics) == ["v.transpose", "size.size", "again.size"]


def test_what_a_loader_gives_is_likely_to_hold_arrays() -> None:
    code = """\
from torch.utils.data import DataLoader
def f(data, other):
    loader = DataLoader(data)
    for x, _ in loader:
        x.size(0)
    for index, batch in enumerate(loader):
        batch["a"].size(0), batch.keys()
    first, more = next(iter(loader)), next(iter(other))
    return first[0].size(0), more[0].size(0)
"""
    found = convert(code)
    assert (
        'x.shape[0]\n    for index, batch in enumerate(loader):\n        batch["a"].shape[0], batch.keys()\n'
        in found.code
    )
    assert left(found.diagnostics) == ["more[0].size"]
