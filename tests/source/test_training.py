"""Steps of training: what becomes of them, and losses that are PyTorch's, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mindconverter import convert_checkpoint
from mindconverter.report.diagnostics import Outcome
from tests.source import training_scripts
from tests.source.conversion import check_converted, convert, left

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
NETWORK = """\
from torch.utils.data import DataLoader, TensorDataset

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.norm = nn.BatchNorm1d(8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.tanh(self.norm(self.hidden(x))))

device = torch.device("cpu")
loader = DataLoader(TensorDataset(torch.tensor(inputs), torch.tensor(labels)), batch_size=4)
model = Net().to(device)
losses = []
# ---
"""
LOOP = """\
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
correct = 0
for epoch in range(3):
    model.train()
    for x, y in loader:
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        out = model(x)
        loss = criterion(out, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        correct += (out.argmax(dim=1) == y).sum().item()
    scheduler.step()
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            losses.append(criterion(model(x), y).item())
"""
FUNCTION = """\
def train(model, loader, optimizer, criterion):
    model.train()
    for step, batch in enumerate(loader):
        x, y = batch
        loss = criterion(model(x), y)
        losses.append(loss.item())
        if step > 5:
            break
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.1)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
for epoch in range(3):
    train(model, loader, optimizer, nn.CrossEntropyLoss())
"""
CLASS = """\
class Trainer:
    def __init__(self, model):
        self.model = model
        self.model.train()
        self.optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
        self.scaler = torch.cuda.amp.GradScaler(enabled=False)

    def fit(self, epochs):
        total, count = 0.0, 0
        for _ in range(epochs):
            for x, y in loader:
                with torch.autocast("cpu", enabled=False):
                    self.logits = self.model(x)
                    count += len(x)
                    loss = F.cross_entropy(self.logits, y)
                    loss = loss + 0.01 * self.model.head.weight.pow(2).sum()
                self.optimizer.zero_grad()
                self.scaler.scale(loss).backward()
                self.scaler.unscale_(self.optimizer)
                nn.utils.clip_grad_value_(self.model.parameters(), 0.05)
                self.scaler.step(self.optimizer)
                self.scaler.update()
                losses.append(loss.item())
                losses.append(len(self.logits))
                losses.append(count)

Trainer(model).fit(3)
"""
BARE = """\
groups = [{"params": model.hidden.parameters()}, {"params": model.head.parameters(), "lr": 0.02}]
optimizer = torch.optim.RMSprop(groups)
model.train()
for x, y in loader:
    h = x * 0
    h = h + x
    optimizer.zero_grad()
    F.nll_loss(F.log_softmax(model(h), dim=1), y).backward()
    optimizer.step()
    losses.append(F.cross_entropy(model(h), y).item())
"""


@pytest.mark.parametrize("script", [LOOP, FUNCTION, CLASS, BARE], ids=["loop", "function", "class", "bare"])
def test_losses_are_those_of_pytorch(script: str) -> None:
    import mindspore
    import torch

    random = np.random.RandomState(3)
    data = {"__name__": "script", "inputs": random.randn(12, 4).astype("float32"), "labels": random.randint(0, 3, 12)}
    code = HEAD + NETWORK + script
    found = convert(code)
    assert not [text for text in left(found.diagnostics) if text not in ("import torch",)], left(found.diagnostics)
    before: dict[str, Any] = dict(data)
    after: dict[str, Any] = dict(data)
    for text, scope in ((code, before), (found.code, after)):
        exec(text.split("# ---\n")[0], scope)
    weights = {name: value.numpy().copy() for name, value in before["model"].state_dict().items()}
    mindspore.load_param_into_net(after["model"], convert_checkpoint(weights, after["model"]))
    torch.manual_seed(0)
    exec(code.split("# ---\n")[1], before)
    exec(found.code.split("# ---\n")[1], after)
    assert len(before["losses"]) >= 3
    np.testing.assert_allclose(after["losses"], before["losses"], rtol=1e-4, atol=1e-6)
    if "correct" in before:
        assert int(after["correct"]) == before["correct"]


@pytest.mark.parametrize("name", training_scripts.SCRIPTS)
def test_losses_of_other_loops_are_those_of_pytorch(name: str) -> None:
    import mindspore
    import torch

    random = np.random.RandomState(3)
    data = {"__name__": "script", "inputs": random.randn(12, 4).astype("float32"), "labels": random.randint(0, 3, 12)}
    code = f"{training_scripts.HEAD}# ---\n{training_scripts.SCRIPTS[name]}"
    found = convert(code)
    assert not left(found.diagnostics)
    before: dict[str, Any] = dict(data)
    after: dict[str, Any] = dict(data)
    torch.manual_seed(0)
    for text, scope in ((code, before), (found.code, after)):
        exec(text.split("# ---\n")[0], scope)
    for network in ("model", "critic", "maker"):
        weights = {key: value.numpy().copy() for key, value in before[network].state_dict().items()}
        mindspore.load_param_into_net(after[network], convert_checkpoint(weights, after[network]))
    exec(code.split("# ---\n")[1], before)
    exec(found.code.split("# ---\n")[1], after)
    assert len(before["losses"]) >= 3
    np.testing.assert_allclose(after["losses"], before["losses"], rtol=1e-4, atol=1e-5)


SETUP = """\
import torch
import torch.nn as nn

model = nn.Linear(2, 1)
other = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
second = torch.optim.SGD(other.parameters(), lr=0.1)
model.train()
"""


def test_a_step_reads_as_a_mindspore_user_would_write_it() -> None:
    check_converted(
        SETUP
        + """\
for x, y in batches:
    optimizer.zero_grad()
    # Predict.
    out = model(x)
    loss = loss_fn(out, y)  # how far off

    loss.backward()
    optimizer.step()
    print(loss.item(), out)
""",
        """\
import mindspore
from mindspore import nn
from mindspore.experimental import optim

model = nn.Dense(2, 1)
other = nn.Dense(1, 1)
loss_fn = nn.MSELoss()
optimizer = optim.SGD(model.trainable_params(), lr=0.1)
second = optim.SGD(other.trainable_params(), lr=0.1)
model.set_train()
for x, y in batches:
    # Predict.
    def forward():
        out = model(x)
        loss = loss_fn(out, y)  # how far off
        return loss, out

    grad_fn = mindspore.value_and_grad(forward, None, optimizer.parameters, has_aux=True)
    (loss, out), grads = grad_fn()

    optimizer(grads)
    print(loss.item(), out)
""",
    )


STEP = "    loss = loss_fn(model(x), y)\n    loss.backward()\n    optimizer.step()\n"
ZERO = "    optimizer.zero_grad()\n"
END = "    loss.backward()\n    optimizer.step()\n"
DRAWN = """\
    fake = model(torch.randn(4, 2))
    second.zero_grad()
    d = other(fake.detach()).mean()
    d.backward()
    second.step()
    optimizer.zero_grad()
    loss = -other(fake).mean()
"""
LEFT = {
    "a result of before": ZERO + "    loss = loss_fn(before, y)\n" + END,
    "two on a line": ZERO + STEP.replace("()\n    optimizer", "(); optimizer"),
    "a graph of the gradients": ZERO + STEP.replace("backward()", "backward(create_graph=True)"),
    "values that are drawn anew": DRAWN + END,
}


@pytest.mark.parametrize("body", LEFT.values(), ids=LEFT)
def test_what_is_not_understood_stays_with_advice(body: str) -> None:
    found = convert(f"{SETUP}before = model(torch.ones(2))\nfor x, y in batches:\n{body}")
    assert "loss.backward" in left(found.diagnostics)
    assert "loss.backward(" in found.code


def test_what_stands_before_a_jump_is_computed_again() -> None:
    found = convert(
        SETUP
        + """\
for x, y in batches:
    optimizer.zero_grad()
    out = model(x)
    if out.sum() > 9:
        continue
    loss = loss_fn(out, y)
    loss.backward()
    optimizer.step()
"""
    )
    assert found.code.endswith("""\
for x, y in batches:
    clear_gradients(optimizer.parameters)
    out = model(x)
    if out.sum() > 9:
        continue
    def forward():
        out = model(x)
        loss = loss_fn(out, y)
        return loss

    grad_fn = mindspore.value_and_grad(forward, None, optimizer.parameters)
    loss, grads = grad_fn()
    add_gradients(optimizer.parameters, grads)
    apply_gradients(optimizer)
""")
    assert [item.line for item in found.diagnostics if "computed again" in item.say]


def test_the_gradient_of_an_input_reads_as_a_mindspore_user_would_write_it() -> None:
    found = convert(
        SETUP
        + """\
def attack(x, y, size):
    x.requires_grad = True
    loss = loss_fn(model(x), y)
    loss.backward()
    return x + size * x.grad.sign()

def train(net, x, y):
    x.requires_grad_()
    first = loss_fn(model(x), y)
    first.backward()
    optimizer.step()
    second = net(x).mean()
    return second, x.grad
"""
    )
    assert found.code.endswith("""\
def attack(x, y, size):
    x.requires_grad = True
    def forward(x):
        loss = loss_fn(model(x), y)
        return loss

    grad_fn = mindspore.value_and_grad(forward, 0, optimizer.parameters)
    loss, grads = grad_fn(x)
    add_gradients([x], [grads[0]])
    add_gradients(optimizer.parameters, grads[1])
    return x + size * x.grad.sign()

def train(net, x, y):
    requires_grad_(x)
    def forward(x):
        first = loss_fn(model(x), y)
        return first

    grad_fn = mindspore.value_and_grad(forward, 0, optimizer.parameters)
    first, grads = grad_fn(x)
    add_gradients([x], [grads[0]])
    add_gradients(optimizer.parameters, grads[1])
    apply_gradients(optimizer)
    second = net(x).mean()
    return second, x.grad
""")


@pytest.mark.parametrize(
    "body",
    [
        "h = x * 2\n    for _ in range(2):\n        loss = loss_fn(model(h + x), y)\n        loss.backward()",
        "self.x.requires_grad_()\n    loss = self.x.sum()\n    loss.backward()",
    ],
)
def test_the_gradient_of_an_input_that_is_not_followed_stays_with_advice(body: str) -> None:
    code = SETUP.replace("optimizer = torch", "ready = torch")
    found = convert(f"{code}def f(self, x, y):\n    x.requires_grad_()\n    {body}\n    return x.grad\n")
    assert "loss.backward" in left(found.diagnostics)


@pytest.mark.parametrize(
    ("before", "call"),
    [
        ("y = model(x)", "grad(y, x, grad_outputs=y)"),
        ("y = model(x)", "grad(y, list(model.parameters()))"),
        ("y = model(x * 2)\n    x = x + 1", "grad(y, x)"),
        ("y = ready", "grad(y.sum(), x)"),
        ("y = [model(x)]", "grad(y[0], x, materialize_grads=True)"),
    ],
)
def test_derivatives_that_are_not_understood_stay_with_advice(before: str, call: str) -> None:
    found = convert(f"{SETUP}def f(x, ready):\n    {before}\n    return torch.autograd.{call}[0]\n")
    assert "torch.autograd.grad" in left(found.diagnostics)
    assert "torch.autograd.grad(" in found.code


@pytest.mark.parametrize("loss", ["loss", "loss.mean()", "(loss / 2)"])
def test_a_loss_that_comes_from_elsewhere_stays_with_advice(loss: str) -> None:
    code = f"def update(loss):\n    optimizer.zero_grad()\n    {loss}.backward()\n    optimizer.step()\n"
    assert f"{loss}.backward" in left(convert(SETUP + code).diagnostics)


def test_accumulated_gradients_read_as_a_mindspore_user_would_write_them() -> None:
    found = convert(
        SETUP
        + """\
for i, (x, y) in enumerate(batches):
    loss = loss_fn(model(x), y) / 4
    loss.backward()
    if (i + 1) % 4 == 0:
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
"""
    )
    assert found.code.endswith("""\
for i, (x, y) in enumerate(batches):
    def forward():
        loss = loss_fn(model(x), y) / 4
        return loss

    grad_fn = mindspore.value_and_grad(forward, None, optimizer.parameters)
    loss, grads = grad_fn()
    add_gradients(optimizer.parameters, grads)
    if (i + 1) % 4 == 0:
        clip_grad_norm_(model.trainable_params(), 1.0)
        apply_gradients(optimizer)
        clear_gradients(optimizer.parameters)
""")
    assert convert(found.code).code == found.code


def test_two_steps_of_one_iteration_share_what_the_first_computes() -> None:
    drawn = DRAWN.replace("fake = model(torch.randn(4, 2))", "noise = torch.randn(4, 2)\n    fake = model(noise)")
    found = convert(f"{SETUP}for x in batches:\n{drawn}{END}")
    assert found.code.endswith("""\
for x in batches:
    def forward():
        noise = ops.randn(4, 2)
        fake = model(noise)
        d = other(ops.stop_gradient(fake)).mean()
        return d, fake, noise

    grad_fn = mindspore.value_and_grad(forward, None, second.parameters, has_aux=True)
    (d, fake, noise), grads = grad_fn()
    second(grads)
    def forward():
        fake = model(noise)
        loss = -other(fake).mean()
        return loss

    grad_fn = mindspore.value_and_grad(forward, None, optimizer.parameters)
    loss, grads = grad_fn()
    optimizer(grads)
""")
    assert [item.line for item in found.diagnostics if "computed again" in item.say] == [19]


def test_rates_are_numbers_where_they_are_read_and_changed() -> None:
    code = """\
print(f"{optimizer.param_groups[0]['lr']:.3f}", [group["lr"] for group in optimizer.param_groups])
for index, group in enumerate(optimizer.param_groups):
    group["lr"] *= 0.5 + index
    group["lr"] = group["lr"] * 0.5
options["lr"] *= 2
"""
    found = convert(SETUP + code).code
    assert found.endswith("""\
print(f"{float(optimizer.param_groups[0]['lr']):.3f}", [float(group["lr"]) for group in optimizer.param_groups])
for index, group in enumerate(optimizer.param_groups):
    group["lr"] = float(group["lr"]) * (0.5 + index)
    group["lr"] = float(group["lr"]) * 0.5
options["lr"] *= 2
""")


def test_a_network_that_is_never_trained_is_named() -> None:
    code = SETUP.replace("model.train()\n", "") + "for x, y in batches:\n    optimizer.zero_grad()\n" + STEP
    found = [item.say for item in convert(code).diagnostics if item.source == "loss.backward"]
    assert found
    assert "set_train()" in found[0]
    assert not [item for item in convert(SETUP + code.split("lr=0.1)\n")[-1]).diagnostics if "set_train()" in item.say]


def test_the_gradient_of_what_no_optimizer_has_is_named() -> None:
    code = """\
import torch
from torch import nn
net = nn.Linear(1, 2)
def f(x: torch.Tensor, y):
    for p in net.parameters():
        p.grad = p.grad * 2
    return x.grad, y.grad
"""
    found = [item for item in convert(code).diagnostics if item.source.endswith(".grad")]
    assert [(item.source, item.outcome) for item in found] == [
        ("p.grad", Outcome.CONVERTED),
        ("p.grad", Outcome.CONVERTED),
        ("x.grad", Outcome.WARNED),
        ("y.grad", Outcome.WARNED),
    ]
    assert "mindspore.grad of a function of the tensor" in found[2].say
