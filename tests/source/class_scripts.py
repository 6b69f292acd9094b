"""What classes of modules do with themselves: each script runs under PyTorch, and its conversion under MindSpore.

A script has ``make()``, which builds a network, and ``run(net, x)``, whose results both sides must agree on.
"""

SCRIPTS: dict[str, str] = {
    "forward hooks": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.act = nn.ReLU()
    def forward(self, x):
        return self.act(self.fc(x))

def make():
    return Net()

def run(net: "Net", x):
    seen = []
    def hook(module, inputs, output: torch.Tensor):
        seen.append(output.detach())
    def change(module, inputs, output):
        return output * 2
    def pre(module, args):
        return (args[0] + 1,)
    handle = net.fc.register_forward_hook(hook)
    first = net(x)
    handle.remove()
    net(x)
    count = len(seen)
    h = net.fc.register_forward_hook(change)
    second = net(x)
    h.remove()
    h = net.fc.register_forward_pre_hook(pre)
    third = net(x)
    h.remove()
    with torch.no_grad():
        last = net(x)
    return [count, seen[0], first, second, third, last]
""",
    "hooks that collect features": """\
class Extractor(nn.Module):
    def __init__(self, body, layers):
        super().__init__()
        self.body = body
        self.features = {}
        for name in layers:
            layer = dict(self.body.named_modules())[name]
            layer.register_forward_hook(self.save(name))
    def save(self, name):
        def fn(_, __, output):
            self.features[name] = output
        return fn
    def forward(self, x):
        self.body(x)
        return self.features

def make():
    body = nn.Sequential(OrderedDict([("a", nn.Linear(4, 3)), ("b", nn.ReLU()), ("c", nn.Linear(3, 2))]))
    return Extractor(body, ["a", "c"])

def run(net: "Net", x):
    f = net(x)
    return [f["a"], f["c"], sorted(f)]
""",
    "hooks with keywords": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def forward(self, x, scale=1.0):
        return self.fc(x) * scale
def make():
    return Net()
def run(net: "Net", x):
    def hook(module, args, kwargs, output):
        return output + kwargs["scale"]
    h = net.register_forward_hook(hook, with_kwargs=True)
    y = net(x, scale=3.0)
    h.remove()
    def pre(module, args, kwargs):
        return args, {"scale": 5.0}
    h = net.register_forward_pre_hook(pre, with_kwargs=True)
    z = net(x, scale=3.0)
    h.remove()
    return [y, z]
""",
    "buffers and registered parameters": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(4))
        self.register_buffer("mask", torch.ones(4), persistent=False)
        self.register_buffer("none", None)
        self.register_parameter("scale", nn.Parameter(torch.ones(4)))
        self.register_parameter("bias", None)
    def forward(self, x):
        if self.bias is not None:
            x = x + self.bias
        if self.none is None:
            x = x + 1
        return (x - self.mean) * self.mask * self.scale
def make():
    return Net()
def run(net: "Net", x):
    y = net(x)
    net.mean.fill_(2.0)
    z = net(x)
    net.mean = x[0]
    w = net(x)
    return [
        y, z, w, sorted(net.state_dict()), [n for n, _ in net.named_buffers()],
        [n for n, _ in net.named_parameters()], len(list(net.buffers())),
        len(list(net.parameters())),
    ]
""",
    "module lists": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.layers.append(nn.ReLU())
        self.layers.extend([nn.Linear(4, 4), nn.Tanh()])
        self.layers.insert(0, nn.Identity())
        self.layers += [nn.Sigmoid()]
        self.more = nn.ModuleList()
        for i in range(2):
            self.more.append(nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]))
    def forward(self, x):
        out = []
        for layer in self.layers[:3]:
            x = layer(x)
            out.append(x)
        for i, layer in enumerate(self.layers[3:]):
            x = layer(x)
        x = self.layers[-1](x)
        for i in range(len(self.more)):
            for a, b in zip(self.more[i], reversed(self.more[i])):
                x = a(x) + b(x)
        return x, out
def make():
    return Net()
def run(net: "Net", x):
    y, out = net(x)
    r = [
        y, out, len(net.layers), type(net.layers[2]).__name__ != "",
        isinstance(net.layers[1], nn.Linear), isinstance(net.layers, nn.ModuleList),
    ]
    net.layers[7] = nn.Tanh()
    z, _ = net(x)
    last = net.layers.pop(-1)
    del net.layers[0]
    r += [
        z, len(net.layers), isinstance(last, nn.Tanh), len(net.layers[1:3]),
        len(list(net.layers.children())), [n for n, _ in net.layers.named_children()],
    ]
    return r
""",
    "module dictionaries": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.ReLU()})
        self.d["c"] = nn.Linear(4, 4)
        self.d.update({"e": nn.Tanh()})
        self.acts = nn.ModuleDict([["lrelu", nn.LeakyReLU()], ["prelu", nn.PReLU()]])
    def forward(self, x, act: str = "prelu"):
        for k, m in self.d.items():
            x = m(x)
        for k in self.d:
            x = self.d[k](x)
        for m in self.d.values():
            x = m(x)
        if "a" in self.d and "zz" not in self.d:
            x = x + 1
        return self.acts[act](x)
def make():
    return Net()
def run(net: "Net", x):
    y = net(x)
    keys = list(net.d.keys())
    m = net.d.pop("c")
    del net.d["e"]
    z = net(x, act="lrelu")
    n = len(net.d)
    net.d.clear()
    return [y, keys, z, n, len(net.d), isinstance(m, nn.Linear)]
""",
    "parameter lists and dictionaries": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.ws = nn.ParameterList([nn.Parameter(torch.ones(4) * (i + 1)) for i in range(3)])
        self.ws.append(nn.Parameter(torch.ones(4) * 9))
        self.ws.extend([nn.Parameter(torch.ones(4) * 7)])
        self.d = nn.ParameterDict({"left": nn.Parameter(torch.ones(4)), "right": nn.Parameter(torch.ones(4) * 2)})
        self.d["mid"] = nn.Parameter(torch.ones(4) * 3)
    def forward(self, x):
        for i, w in enumerate(self.ws):
            x = x * w + self.ws[i // 2]
        for w in self.ws[1:3]:
            x = x + w
        for k, v in self.d.items():
            x = x + v
        return x * self.d["left"] * len(self.ws) + self.d["mid"]
def make():
    return Net()
def run(net: "Net", x):
    return [
        net(x), len(net.ws), list(net.d.keys()), "left" in net.d, len(list(net.parameters())),
        [n for n, _ in net.named_parameters()], sorted(net.state_dict()),
    ]
""",
    "sequential containers": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.s = nn.Sequential(OrderedDict([("one", nn.Linear(4, 4)), ("act", nn.ReLU()), ("two", nn.Linear(4, 4))]))
        self.t = nn.Sequential()
        self.t.add_module("first", nn.Linear(4, 4))
        self.t.add_module("second", nn.ReLU())
        layers = [nn.Linear(4, 4), nn.Tanh()]
        layers.append(nn.Linear(4, 4))
        self.u = nn.Sequential(*layers)
        self.u.append(nn.ReLU())
        self.v = nn.Sequential(*list(self.u.children())[:-1])
        self.w = nn.Sequential(*self.u[:2], nn.Identity())
        self.add_module("x", nn.Linear(4, 4))
    def forward(self, x):
        a = self.s.one(x)
        b = self.s[0](x) + self.s[-1](x)
        c = self.s[:2](x)
        x = self.v(self.u(self.t(self.s(x))))
        for layer in self.u:
            x = layer(x)
        for name, layer in self.t.named_children():
            x = layer(x)
        return [a, b, c, x, self.x(self.w(x))]
def make():
    return Net()
def run(net: "Net", x):
    r = net(x)
    net.s[1] = nn.Tanh()
    r.append(net.s(x))
    net.s[1] = nn.Sigmoid()
    r.append(net.s(x))
    r += [
        len(net.s), [n for n, _ in net.named_children()],
        [n for n, m in net.named_modules() if isinstance(m, nn.Linear)], len(list(net.modules())),
    ]
    net.u.insert(0, nn.ReLU())
    net.u.extend([nn.ReLU()])
    r += [net.u(x), len(net.u)]
    m = net.u.pop(0)
    del net.u[-1]
    r += [net.u(x), len(net.u)]
    return r
""",
    "initial weights": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)
        self.up = nn.ConvTranspose2d(3, 4, 3)
        self.ln = nn.LayerNorm(4)
        self.emb = nn.Embedding(5, 4)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.constant_(m.weight, 0.5)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
            elif isinstance(m, (nn.BatchNorm2d, nn.LayerNorm)):
                nn.init.constant_(m.weight, 2)
                nn.init.constant_(m.bias, 1)
            elif isinstance(m, nn.Linear):
                m.weight.data.fill_(0.25)
                m.bias.data.zero_()
            elif isinstance(m, nn.Embedding):
                m.weight.data.fill_(0.75)
        self.apply(self._init)
    def _init(self, m):
        classname = m.__class__.__name__
        if isinstance(m, nn.ConvTranspose2d):
            torch.nn.init.ones_(m.weight.data)
            m.bias.data = torch.zeros_like(m.bias.data)
    def forward(self, x):
        y = self.bn(self.conv(x)) + self.up(x)[:, :, 2:-2, 2:-2]
        z = self.fc(self.ln(y.mean((2, 3))))
        return z, self.emb(torch.tensor([1, 2]))
def weights(m):
    if type(m) == nn.Linear:
        nn.init.constant_(m.weight, 0.1)
        m.bias.data.fill_(0.01)
def make():
    return Net()
def run(net: "Net", x):
    net.eval()
    a = net(x)
    net.apply(weights)
    b = net(x)
    for name, p in net.named_parameters():
        if "bias" in name:
            nn.init.constant_(p, 0.3)
        elif p.dim() > 1:
            nn.init.constant_(p, 0.2)
    c = net(x)
    n = sum(p.numel() for p in net.parameters())
    t = sum(p.numel() for p in net.parameters() if p.requires_grad)
    return [a, b, c, n, t]
""",
    "state dicts": """\
class Net(nn.Module):
    def __init__(self, bn=True):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(4)
        self.head = nn.Linear(4, 2)
    def forward(self, x):
        return self.head(self.norm(self.fc(x)))
def make():
    return Net()
def run(net: "Net", x):
    net.eval()
    other = Net()
    other.load_state_dict(net.state_dict())
    other.eval()
    a = other(x)
    third = Net().eval()
    state = net.state_dict()
    partial = {k: v for k, v in state.items() if not k.startswith("head")}
    missing, unexpected = third.load_state_dict(partial, strict=False)
    b = third.norm(third.fc(x))
    renamed = {k.replace("fc.", "module.fc."): v for k, v in state.items()}
    fourth = Net().eval()
    fourth.load_state_dict({k.replace("module.", ""): v for k, v in renamed.items()})
    result = fourth.load_state_dict(partial, strict=False)
    own = fourth.state_dict()
    own.update(partial)
    fourth.load_state_dict(own)
    try:
        fourth.load_state_dict(partial)
        failed = False
    except RuntimeError as e:
        failed = "Missing" in str(e)
    return [
        a, b, fourth(x), sorted(missing), len(unexpected), sorted(result.missing_keys),
        result.unexpected_keys, failed,
    ]
""",
    "modes and frozen parameters": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(4)
        self.head = nn.Linear(4, 2)
        for p in self.fc.parameters():
            p.requires_grad = False
        self.norm.requires_grad_(False)
        self.w = nn.Parameter(torch.zeros(2), requires_grad=False)
    def train(self, mode=True):
        super().train(mode)
        self.norm.eval()
        return self
    def forward(self, x):
        return self.head(self.norm(self.fc(x))) + self.w
def make():
    return Net()
def run(net: "Net", x):
    net.train()
    r = [net.training, net.norm.training, net.fc.training, net(x)]
    net.eval()
    r += [net.training, net.head.training]
    r.append([n for n, p in net.named_parameters() if p.requires_grad])
    for name, p in net.named_parameters():
        p.requires_grad_("norm" not in name)
    r.append(sorted(n for n, p in net.named_parameters() if p.requires_grad))
    net.requires_grad_(False)
    r.append(len([p for p in net.parameters() if p.requires_grad]))
    r.append(net(x))
    return r
""",
    "derived classes": """\
class Base(nn.Module):
    def __init__(self, width):
        super(Base, self).__init__()
        self.fc = nn.Linear(width, width)
    def forward(self, x):
        return self.fc(x)
    def extra_repr(self):
        return "width=4"
class Mid(Base):
    scale: float = 2.0
    def forward(self, x):
        return super().forward(x) * self.scale
class Top(Mid):
    def __init__(self, width, bias=0.0):
        super().__init__(width)
        self.bias = bias
    def forward(self, x, *args, **kwargs):
        return Mid.forward(self, x) + super(Top, self).forward(x) + self.bias
class Mix:
    def twice(self, x):
        return self.forward(x) * 2
class Mixed(Mix, Top):
    def extra_repr(self):
        return super().extra_repr() + ", mixed"
class MyLinear(nn.Linear):
    def forward(self, input):
        return F.linear(input, self.weight * 2, self.bias)
class MyConv(nn.Conv2d):
    def __init__(self, i, o, k=3):
        super().__init__(i, o, k, padding=k // 2, bias=False)
    def forward(self, x):
        return super().forward(x) + self.weight.sum()
class MyBN(nn.BatchNorm2d):
    pass
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Mixed(4, 1.0)
        self.l = MyLinear(4, 4)
        self.c = MyConv(2, 2)
        self.bn = MyBN(2)
    def forward(self, x):
        y = self.a(x) + self.a.twice(x) + self.l(x)
        return y, self.bn(self.c(x.view(1, 2, 2, 2)))
def make():
    return Net().eval()
def run(net: "Net", x):
    return [
        net(x), "width=4, mixed" in repr(net.a), isinstance(net.a, Base),
        isinstance(net.l, nn.Linear), net.l.in_features, net.c.kernel_size, net.c.out_channels,
    ]
""",
    "calls": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def __call__(self, x, scale=1):
        return super().__call__(x) * scale
    def forward(self, x):
        return self.fc(x)
def make():
    return Net()
def run(net: "Net", x):
    return [net(x), net(x, scale=3), net.forward(x)]
""",
    "TorchScript": """\
from torch import Tensor
@torch.jit.script_if_tracing
def double(x: Tensor, n: int) -> Tensor:
    return x * n
class Box:
    def __init__(self, v: int):
        self.v = v
    def get(self) -> int:
        return self.v
class Net(nn.Module):
    __constants__ = ["k"]
    k: torch.jit.Final[int]
    def __init__(self):
        super().__init__()
        self.k = 3
        self.fc = nn.Linear(4, 3)
    @torch.jit.ignore
    def helper(self, x: Tensor) -> Tensor:
        return x * 1
    @torch.jit.unused
    def unused(self, x):
        return x
    @torch.jit.export
    def exported(self, x: Tensor) -> Optional[Tensor]:
        return x * 2
    def forward(self, x: Tensor) -> Tensor:
        if not torch.jit.is_scripting() and not torch.jit.is_tracing():
            x = self.helper(x)
        out: List[Tensor] = torch.jit.annotate(List[Tensor], [])
        out.append(double(self.fc(x), self.k))
        return torch.cat(out)
class Scripted(torch.jit.ScriptModule):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    @torch.jit.script_method
    def forward(self, x):
        return self.fc(x)
def make():
    return nn.Sequential(Net())
def run(net: "Net", x):
    scripted = torch.jit.script(net)
    traced = torch.jit.trace(net, x)
    return [net(x), scripted(x), traced(x), Box(3).get(), net[0].exported(x)]
""",
    "copies": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.Linear(4, 4)
        self.layers = nn.ModuleList([copy.deepcopy(layer) for _ in range(2)])
        self.seq = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.register_module("named", nn.Linear(4, 4))
    def forward(self, x):
        for l in self.layers:
            x = l(x)
        return self.named(self.seq(x))
def clones(module, n):
    return nn.ModuleList([copy.deepcopy(module) for _ in range(n)])
class EMA:
    def __init__(self, model, decay=0.5):
        self.shadow = copy.deepcopy(model)
        self.shadow.eval()
        self.decay = decay
        for p in self.shadow.parameters():
            p.requires_grad_(False)
    @torch.no_grad()
    def update(self, model):
        for e, p in zip(self.shadow.parameters(), model.parameters()):
            e.mul_(self.decay).add_(p, alpha=1 - self.decay)
        for e, p in zip(self.shadow.state_dict().values(), model.state_dict().values()):
            e.copy_(p)
def make():
    return Net().eval()
def run(net: "Net", x):
    twin = copy.deepcopy(net)
    nn.init.zeros_(net.named.bias)
    a = twin(x)
    with torch.no_grad():
        net.named.bias.add_(1)
    cs = clones(net, 2)
    ema = EMA(net)
    ema.update(net)
    return [a, net(x), len(cs), cs[1](x), ema.shadow(x), net.layers[0].weight is net.layers[1].weight]
""",
    "wrappers": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def forward(self, x):
        return self.fc(x)
def make():
    return Net()
def run(net: "Net", x):
    model = nn.DataParallel(net)
    if isinstance(model, nn.DataParallel):
        inner = model.module
    else:
        inner = model
    raw = model.module if hasattr(model, "module") else model
    raw2 = model.module if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)) else model
    return [model(x), inner(x), raw(x), raw2(x), sorted(model.module.state_dict())]
""",
    "computed weights": """\
from torch.nn.utils import weight_norm, spectral_norm, remove_weight_norm
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = weight_norm(nn.Linear(4, 3))
        self.b = nn.utils.parametrizations.weight_norm(nn.Conv1d(2, 3, 3), dim=0)
        self.c = nn.utils.spectral_norm(nn.Linear(4, 3))
        self.d = nn.utils.parametrizations.spectral_norm(nn.ConvTranspose1d(2, 3, 3))
        self.e = spectral_norm(nn.Conv2d(2, 3, 3))
        self.f = weight_norm(nn.Conv1d(2, 3, 3), dim=None)
        self.g = weight_norm(nn.ConvTranspose1d(2, 3, 3))
    def forward(self, x):
        y = x.view(1, 2, 4)
        return self.a(
            x), self.b(y), self.c(x), self.d(y), self.e(x.repeat(1, 3).view(1, 2, 3, 4)), self.f(y), self.g(y,
        )
def make():
    return Net()
def run(net: Net, x):
    net.train()
    r = [net(x), net(x)]
    net.eval()
    r.append(net(x))
    remove_weight_norm(net.g)
    r.append(net(x))
    r.append(sorted(net.state_dict()))
    return r
""",
    "backward hooks": """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.act = nn.Tanh()
        self.out = nn.Linear(3, 1)
    def forward(self, x):
        return self.out(self.act(self.fc(x)))
def make():
    return Net()
def run(net: Net, x):
    seen = []
    def hook(module, grad_input, grad_output):
        seen.append(grad_output[0])
    handle = net.act.register_full_backward_hook(hook)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        loss = (net(x) ** 2).mean()
        loss.backward()
        optimizer.step()
    handle.remove()
    optimizer.zero_grad()
    loss = (net(x) ** 2).mean()
    loss.backward()
    optimizer.step()
    return [len(seen), seen[0], seen[1], loss.item(), net(x)]
""",
}
