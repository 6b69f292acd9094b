"""Loops of training as people write them, each of which appends losses to ``losses``."""

HEAD = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

class Net(nn.Module):
    def __init__(self, size=3):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.head = nn.Linear(8, size)

    def forward(self, x):
        return self.head(torch.tanh(self.hidden(x)))

loader = DataLoader(TensorDataset(torch.tensor(inputs), torch.tensor(labels)), batch_size=4)
model = Net()
critic = Net(1)
maker = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 4))
losses = []
"""
ACCUMULATED = """\
def train(model, loader, optimizer, criterion, scheduler, every=2):
    model.train()
    optimizer.zero_grad()
    for step, (x, y) in enumerate(loader):
        loss = criterion(model(x), y)
        (loss / every).backward()
        losses.append(loss.item())
        if (step + 1) % every == 0 or step + 1 == len(loader):
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.2)
            losses.append(norm.item())
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()

optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
for epoch in range(2):
    train(model, loader, optimizer, nn.CrossEntropyLoss(), scheduler)
"""
SCALED = """\
from torch.cuda.amp import GradScaler, autocast

scaler = GradScaler(enabled=False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
model.train()
for x, y in loader:
    optimizer.zero_grad()
    with torch.no_grad():
        target = critic(x).detach()
    with autocast(enabled=False):
        out = model(x)
        loss = F.cross_entropy(out, y) + F.mse_loss(out[:, :1], target)
    if scaler is not None:
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.1)
        scaler.step(optimizer)
        scaler.update()
    else:
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.1)
        optimizer.step()
    losses.append(loss.item())
"""
PHASES = """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
for epoch in range(2):
    for phase in ["train", "val"]:
        if phase == "train":
            model.train()
        else:
            model.eval()
        total, correct = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            with torch.set_grad_enabled(phase == "train"):
                out = model(x)
                _, predicted = torch.max(out, 1)
                loss = F.cross_entropy(out, y)
                if phase == "train":
                    loss.backward()
                    optimizer.step()
            total += loss.item() * x.size(0)
            correct += torch.sum(predicted == y).item()
        if phase == "train":
            scheduler.step()
        losses += [total, correct]
"""
SHARED = """\
first = torch.optim.Adam(model.parameters(), lr=0.02)
second = torch.optim.SGD(critic.parameters(), lr=0.1)
model.train()
for x, y in loader:
    first.zero_grad()
    second.zero_grad()
    h = torch.relu(maker(x))
    out = model(h)
    loss = F.cross_entropy(out, y)
    value = critic(h)
    penalty = value.pow(2).mean() + 0.1 * out.abs().mean()
    loss.backward(retain_graph=True)
    penalty.backward()
    first.step()
    second.step()
    losses += [loss.item(), penalty.item()]
"""
ADVERSARIAL = """\
optimizerD = torch.optim.Adam(critic.parameters(), lr=0.02, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(maker.parameters(), lr=0.02, betas=(0.5, 0.999))
criterion = nn.BCELoss()
critic.train()
for epoch in range(2):
    for i, data in enumerate(loader, 0):
        critic.zero_grad()
        real = data[0]
        size = real.size(0)
        label = torch.full((size,), 1.0)
        output = torch.sigmoid(critic(real)).view(-1)
        errD_real = criterion(output, label)
        errD_real.backward()
        D_x = output.mean().item()
        noise = real.flip(0)
        fake = maker(noise)
        label.fill_(0.0)
        output = torch.sigmoid(critic(fake.detach())).view(-1)
        errD_fake = criterion(output, label)
        errD_fake.backward()
        D_G_z1 = output.mean().item()
        errD = errD_real + errD_fake
        optimizerD.step()
        maker.zero_grad()
        label.fill_(1.0)
        output = torch.sigmoid(critic(fake)).view(-1)
        errG = criterion(output, label)
        errG.backward()
        D_G_z2 = output.mean().item()
        optimizerG.step()
        losses += [errD.item(), errG.item(), D_x, D_G_z1, D_G_z2]
"""
READ = """\
def norm_of(net):
    total = 0.0
    for p in net.parameters():
        if p.grad is not None:
            total += p.grad.detach().data.norm(2).item() ** 2
    return total ** 0.5

average = Net()
average.load_state_dict(model.state_dict())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model.train()
for x, y in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    losses.append(norm_of(model))
    for p in model.parameters():
        p.grad.data.clamp_(-0.05, 0.05)
        p.grad.mul_(0.5)
        p.grad = p.grad + 0.01 * p.data
    optimizer.step()
    with torch.no_grad():
        for p, a in zip(model.parameters(), average.parameters()):
            a.mul_(0.9).add_(p, alpha=0.1)
        losses.append(F.cross_entropy(average(x), y).item())
    for p in model.parameters():
        p.data.add_(p.grad.data, alpha=-0.01)
    losses.append(F.cross_entropy(model(x), y).item())
"""
OWN = """\
class Leaky(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, slope):
        ctx.save_for_backward(x)
        ctx.slope = slope
        return torch.where(x > 0, x, slope * x)

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        return torch.where(x > 0, 2 * grad, ctx.slope * grad), None

class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b, a + b

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, first, second):
        a, b = ctx.saved_tensors
        ga = gb = None
        if ctx.needs_input_grad[0]:
            ga = first * b + 3 * second
        if ctx.needs_input_grad[1]:
            gb = first * a + second
        return ga, gb

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model.train()
leaky = Leaky.apply
for x, y in loader:
    optimizer.zero_grad()
    out = leaky(model(x), 0.1)
    a, b = Product.apply(out, model.head.bias)
    loss = F.cross_entropy(a + b, y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    for group in optimizer.param_groups:
        group["lr"] *= 0.5
"""
CLOSURE = """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model.train()
for x, y in loader:
    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss
    losses.append(optimizer.step(closure).item())
"""
TRAINER = """\
class Trainer:
    def __init__(self, model):
        self.model = model
        self.model.train()
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.seen = 0

    def backward(self, x, y):
        out = self.model(x)
        loss = F.cross_entropy(out, y)
        loss.backward()
        return loss

    def step(self):
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def fit(self):
        for x, y in loader:
            losses.append(self.backward(x, y).item())
            self.seen += 1
            if self.seen % 2 == 0:
                self.step()

Trainer(model).fit()
"""
PENALTY = """\
from torch import autograd

def gradient_penalty(critic, real, fake):
    share = torch.arange(real.size(0)).float().view(-1, 1) / 4
    between = (share * real + (1 - share) * fake).requires_grad_(True)
    score = critic(between)
    gradients = autograd.grad(
        outputs=score,
        inputs=between,
        grad_outputs=torch.ones_like(score),
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()

optimizer = torch.optim.Adam(critic.parameters(), lr=0.02)
critic.train()
for x, y in loader:
    optimizer.zero_grad()
    x.requires_grad_()
    fake = maker(x).detach()
    value = critic(x)
    first, = autograd.grad(value.sum(), x, create_graph=True)
    loss = critic(fake).mean() - value.mean() + 10 * gradient_penalty(critic, x, fake) + first.pow(2).mean()
    loss.backward()
    optimizer.step()
    losses += [loss.item(), first.abs().sum().item()]
    a, b = x[:, :2].clone().requires_grad_(), x[:, 2:].clone().requires_grad_()
    out = critic(torch.cat([a, b], dim=1))
    ga, gb = autograd.grad(out, (a, b), grad_outputs=out.detach() * 0.5)
    losses += [ga.sum().item(), gb.sum().item()]
"""
RESUMED = """\
import argparse
import os
import tempfile

from torch.optim.lr_scheduler import OneCycleLR

path = os.path.join(tempfile.mkdtemp(), "last.pth.tar")
args = argparse.Namespace(rate=0.1, sizes=[4, 3])
scaler = torch.cuda.amp.GradScaler(enabled=False)
best = float("inf")

def make():
    optimizer = torch.optim.Adam(model.parameters(), lr=args.rate)
    return optimizer, OneCycleLR(optimizer, args.rate, total_steps=12, pct_start=0.4)

def train(optimizer, scheduler):
    model.train()
    for step, (x, y) in enumerate(loader):
        optimizer.zero_grad()
        with torch.cuda.amp.autocast(enabled=False):
            loss = F.cross_entropy(model(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
        losses.append(loss.item())
    return loss

optimizer, scheduler = make()
last = train(optimizer, scheduler)
losses += [group["betas"][0] for group in optimizer.param_groups]
torch.save(
    {
        "epoch": 1,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "scaler": scaler.state_dict(),
        "loss": last,
        "best": min(best, last.item()),
        "args": args,
    },
    path,
)
torch.save(model.state_dict(), path.replace("tar", "best"))
train(optimizer, scheduler)
model.load_state_dict(torch.load(path.replace("tar", "best"), weights_only=True))
losses.append(os.path.isfile(path))
found = torch.load(path, map_location="cpu", weights_only=False)
model.load_state_dict(found["model"])
optimizer, scheduler = make()
optimizer.load_state_dict(found["optimizer"])
scheduler.load_state_dict(found["scheduler"])
scaler.load_state_dict(found["scaler"])
losses += [found["epoch"], found["loss"].item(), found["best"], found["args"].rate, *found["args"].sizes]
train(optimizer, scheduler)
"""
MINIMIZED = """\
x, y = next(iter(loader))
model.train()

def minimize(optimizer, steps):
    for _ in range(steps):
        def closure():
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y) + 0.01 * sum(p.pow(2).sum() for p in model.parameters())
            loss.backward()
            return loss
        losses.append(optimizer.step(closure).item())

minimize(torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=4, history_size=3), 3)
minimize(torch.optim.LBFGS(model.parameters(), max_iter=6, line_search_fn="strong_wolfe"), 3)
"""
ATTACKS = """\
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

def fgsm_attack(image, epsilon, data_grad):
    return torch.clamp(image + epsilon * data_grad.sign(), -2, 2)

def robust(model, device, epsilon):
    correct = 0
    for data, target in loader:
        data, target = data.to(device), target.to(device)
        data.requires_grad = True
        output = model(data)
        init_pred = output.max(1, keepdim=True)[1]
        if init_pred[0].item() == 9:
            continue
        loss = F.cross_entropy(output, target)
        model.zero_grad()
        loss.backward()
        data_grad = data.grad.data
        losses.append(data_grad.abs().sum().item())
        output = model(fgsm_attack(data, epsilon, data_grad))
        correct += (output.argmax(1) == target).sum().item()
    losses.append(correct)

def pgd_attack(model, images, labels, eps=0.3, alpha=2 / 255, iters=3):
    loss = nn.CrossEntropyLoss()
    ori_images = images.data
    for i in range(iters):
        images.requires_grad = True
        outputs = model(images)
        model.zero_grad()
        cost = loss(outputs, labels)
        cost.backward()
        adv_images = images + alpha * images.grad.sign()
        eta = torch.clamp(adv_images - ori_images, min=-eps, max=eps)
        images = torch.clamp(ori_images + eta, min=-1, max=1).detach_()
    return images

def pgd_linf(model, X, y, epsilon, alpha, num_iter):
    delta = torch.zeros_like(X, requires_grad=True)
    for t in range(num_iter):
        loss = nn.CrossEntropyLoss()(model(X + delta), y)
        loss.backward()
        delta.data = (delta + alpha * delta.grad.detach().sign()).clamp(-epsilon, epsilon)
        delta.grad.zero_()
    return delta.detach()

def saliency(img):
    img.requires_grad_()
    scores = model(img)
    index = scores[0].argmax()
    score = scores[0][index]
    score.backward()
    return torch.max(img.grad.data.abs(), dim=1)[0]

robust(model, torch.device("cpu"), 0.1)
model.train()
for x, y in loader:
    optimizer.zero_grad()
    x_adv = pgd_attack(model, torch.tanh(x), y)
    delta = pgd_linf(model, x, y, 0.2, 0.1, 2)
    losses += [torch.abs(x_adv).sum().item(), delta.sum().item(), saliency(x[:1]).item()]
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x_adv), y) + F.cross_entropy(model(x + delta), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
"""
SCRATCH = """\
a = torch.tensor([2.0, 3.0], requires_grad=True)
b = torch.tensor([6.0, 4.0], requires_grad=True)
Q = 3 * a ** 3 - b ** 2
Q.sum().backward()
losses += a.grad.tolist() + b.grad.tolist()

w = torch.full((4, 3), 0.1, requires_grad=True)
c = torch.zeros(3, requires_grad=True)
scale = torch.tensor(0.5, requires_grad=True)
for x, y in loader:
    out = (x @ w + c) * scale
    loss = F.cross_entropy(out, y)
    loss.backward()
    with torch.no_grad():
        w -= 0.5 * w.grad
        c -= 0.5 * c.grad
        scale -= 0.5 * scale.grad
        w.grad.zero_()
        c.grad.zero_()
        scale.grad = None
    losses.append(loss.item())

def sgd(params, lr):
    with torch.no_grad():
        for param in params:
            param -= lr * param.grad
            param.grad.zero_()

def net(x, w, c):
    return x @ w + c

v = torch.full((4, 3), 0.2, requires_grad=True)
d = torch.zeros(3, requires_grad=True)
for x, y in loader:
    loss = F.cross_entropy(net(x, v, d), y)
    loss.backward()
    sgd([v, d], 0.5)
    losses.append(loss.item())

for x, y in loader:
    model.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    with torch.no_grad():
        for p in model.parameters():
            p -= 0.5 * p.grad
    losses.append(loss.item())
"""
SCRIPTS = {
    "accumulated": ACCUMULATED,
    "scaled": SCALED,
    "phases": PHASES,
    "shared": SHARED,
    "adversarial": ADVERSARIAL,
    "read": READ,
    "own": OWN,
    "closure": CLOSURE,
    "trainer": TRAINER,
    "penalty": PENALTY,
    "resumed": RESUMED,
    "minimized": MINIMIZED,
    "attacks": ATTACKS,
    "scratch": SCRATCH,
}
