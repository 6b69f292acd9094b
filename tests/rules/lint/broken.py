"""Rule files with one mistake each, and what lint must say of it.

A record is written alone; the line of the mistake ends with ``#!``.
"""

from __future__ import annotations

from dataclasses import dataclass

MARK = "#!"
HEADER = "format: 1\nrules:\n"


@dataclass(frozen=True)
class Broken:
    """A mistake: the code of the check that finds it, a phrase of the reason, and the file."""

    code: str
    phrase: str
    text: str

    @property
    def content(self) -> str:
        return HEADER + self.text.lstrip("\n") if self.text.lstrip("\n").startswith("- ") else self.text.lstrip("\n")

    @property
    def line(self) -> int:
        lines = self.content.splitlines()
        return next(number for number, line in enumerate(lines, 1) if line.endswith(MARK))


BROKEN: dict[str, Broken] = {
    # R001: YAML
    "duplicate key": Broken(
        "R001",
        "'to' stands twice",
        """
- torch: torch.relu
  to: mindspore.ops.relu
  to: mindspore.ops.gelu #!
""",
    ),
    "null key": Broken("R001", "'~' is not text", "- torch: torch.relu\n  ~: mindspore.ops.relu #!\n"),
    "number as key": Broken("R001", "'1' is not text", "- torch: torch.relu\n  1: mindspore.ops.relu #!\n"),
    "tag": Broken("R001", "not allowed", "- torch: !!python/name:os.system x #!\n  to: mindspore.ops.relu\n"),
    "bracket left open": Broken("R001", "not YAML", "- torch: torch.relu\n  omit: [inplace\n- torch: torch.abs #!\n"),
    "alias of itself": Broken("R001", "within what it names", "- torch: torch.relu\n  omit: &names [*names] #!\n"),
    # R002: schema
    "wrong key": Broken("R002", "'target' is not known", "- torch: torch.relu\n  target: mindspore.ops.relu #!\n"),
    "no head": Broken("R002", "keys torch and onnx", "- to: mindspore.ops.relu #!\n"),
    "two heads": Broken("R002", "keys torch and onnx", "- {torch: torch.relu, onnx: Relu} #!\n"),
    "no format": Broken("R002", "'format' is missing", "rules: #!\n- {torch: torch.abs, to: mindspore.ops.abs}\n"),
    "input of an example that YAML has split": Broken(
        "R002",
        "YAML has split a text at a comma: '3)' is only a piece of it",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  examples:
    - {source: "torch.abs(x)", inputs: {x: arr(2, 3)}} #!
""",
    ),
    "value of another type": Broken("R002", "Text is expected here, not 7", "- torch: torch.abs\n  to: 7 #!\n"),
    "unknown format": Broken("R002", "Only 1 may stand here, not 2", "format: 2 #!\n"),
    "list of names as text": Broken("R002", "does not", "- torch: torch.relu\n  omit: 'inplace, out' #!\n"),
    "remark without text": Broken(
        "R002",
        "'say' is missing",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  warn: {when: "out is not None"} #!
""",
    ),
    "case without condition": Broken(
        "R002",
        "'when' is missing",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  cases:
    - rewrite: "{input}" #!
""",
    ),
    "import and replacement": Broken(
        "R002",
        "do not go together",
        """
format: 1
modules:
  - {module: torch, to: mindspore, import: import torch} #!
""",
    ),
    "empty file": Broken("R002", "A mapping is expected here, not nothing", "# Nothing at all. #!\n"),
    # R003: expressions
    "unquoted call in braces": Broken(
        "R003",
        "split the expression at a comma",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: max(start_dim, 0)} #!
""",
    ),
    "unquoted call in brackets": Broken(
        "R003",
        "split the expression at a comma",
        """
- onnx: Relu
  since: [14]
  cell: mindspore.nn.ReLU
  inputs: [max(X, 0)] #!
""",
    ),
    "number for an expression": Broken(
        "R003",
        "1 is a bare value where a quoted expression",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: 1} #!
""",
    ),
    "truth value for a condition": Broken(
        "R003",
        "True is a bare value",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  cases:
    - when: true #!
      rewrite: "{input}"
""",
    ),
    "empty expression": Broken(
        "R003",
        "no expression here",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args:
    start_dim: #!
""",
    ),
    "unquoted expression": Broken(
        "R003",
        "is not quoted",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: start_dim + 1} #!
""",
    ),
    "unquoted template": Broken(
        "R003",
        "YAML has read brackets",
        "- torch: torch.Tensor.abs\n  rewrite: {self} #!\n",
    ),
    "unknown function": Broken(
        "R003",
        "'clamp' is not a function",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: "clamp(start_dim, 0)"} #!
""",
    ),
    "attribute in an expression": Broken(
        "R003",
        "'input.ndim' is not allowed",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: "input.ndim"} #!
""",
    ),
    "half an expression": Broken(
        "R003",
        "'start_dim +' is not an expression",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: "start_dim +"} #!
""",
    ),
    "half a template": Broken(
        "R003",
        "is not a template",
        """
- torch: torch.abs
  rewrite: "{input}.abs( +" #!
""",
    ),
    "bad signature": Broken(
        "R003",
        "is not a signature",
        """
- torch: torch.abs
  overloads:
    - signature: "(input" #!
      to: mindspore.ops.abs
""",
    ),
    # R004: names
    "name out of scope": Broken(
        "R004",
        "'axis' is not known",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: "axis"} #!
""",
    ),
    "name of a later value": Broken(
        "R004",
        "'last' is not known",
        """
- torch: torch.flatten
  let:
    first: "last - 1" #!
    last: "end_dim"
  rewrite: "mindspore.ops.flatten({input}, start_dim={first}, end_dim={start_dim})"
""",
    ),
    "name of another overload": Broken(
        "R004",
        "'keepdim' is not known",
        """
- torch: torch.sum
  overloads:
    - signature: "(input, dim, keepdim=False)"
      to: mindspore.ops.sum
    - signature: "(input)"
      rewrite: "mindspore.ops.sum({input}, keepdim={keepdim})" #!
""",
    ),
    "receiver of a function": Broken(
        "R004",
        "'self' is not known",
        """
- torch: torch.flatten
  rewrite: "{self}.flatten(start_dim={start_dim}, end_dim={end_dim})" #!
  omit: input
""",
    ),
    "value with a parameter's name": Broken(
        "R004",
        "has the name of a source parameter",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  let: {start_dim: "end_dim - 1"} #!
""",
    ),
    "unknown input of an operator": Broken(
        "R004",
        "'Y' is not known",
        """
- onnx: Relu
  since: [14]
  call: mindspore.ops.relu
  args: {input: "Y"} #!
  omit: X
""",
    ),
    "policy that reads more": Broken(
        "R004",
        "reads more than the parameter",
        """
format: 1
policies:
  - parameter: pin_memory_of_test
    warn: {when: "pin_memory_of_test and device", say: Nothing is pinned here.} #!
""",
    ),
    # R005: source
    "unknown source": Broken(
        "R005",
        "torch.nn.Conv5d is not an API",
        """
- torch: torch.nn.Conv5d #!
  to: mindspore.nn.Conv2d
""",
    ),
    "second name of a source": Broken(
        "R005",
        "another name of torch.nn.ReLU",
        """
- torch: torch.nn.modules.activation.ReLU #!
  to: mindspore.nn.ReLU
""",
    ),
    "base of another name": Broken(
        "R005",
        "the names differ by more than '_'",
        """
- torch: torch.Tensor.sin_
  changes: self
  in_place_of: torch.Tensor.sinh #!
""",
    ),
    "class of a result": Broken(
        "R005",
        "torch.Tensr is not an API of torch",
        """
- torch: torch.relu
  to: mindspore.ops.relu
  returns: "TypeIs[torch.Tensr]" #!
""",
    ),
    "kind of a result": Broken(
        "R005",
        "is no kind of values",
        """
- torch: torch.relu
  to: mindspore.ops.relu
  returns: "tuple[torch.Tensor" #!
""",
    ),
    # R006: target
    "unknown target": Broken(
        "R006", "mindspore.ops.rellu is not", "- torch: torch.relu\n  to: mindspore.ops.rellu #!\n"
    ),
    "unknown twin": Broken(
        "R006",
        "mindspore.mint.absolutely is not",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  mint: mindspore.mint.absolutely #!
""",
    ),
    "twin of another API": Broken(
        "R006",
        "is named neither as the source nor as the target",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  mint: mindspore.mint.acos #!
""",
    ),
    "unknown target in a rewrite": Broken(
        "R006",
        "mindspore.ops.fabs is not",
        """
- torch: torch.abs
  rewrite: "mindspore.ops.fabs({input})" #!
""",
    ),
    "unknown target in a cast": Broken(
        "R006",
        "mindspore.ops.kast is not",
        """
format: 1
casts:
  - cast: to_float
    when: "dtype(value) == 'bool'"
    rewrite: "mindspore.ops.kast({value})" #!
    elements: float32
""",
    ),
    "function as a cell": Broken(
        "R006",
        "is a function, which cannot stand under 'cell'",
        """
- onnx: Relu
  since: [14]
  cell: mindspore.ops.relu #!
  args: {input: "X"}
""",
    ),
    "method for a function": Broken(
        "R006",
        "there is no receiver",
        """
- torch: torch.abs
  to: mindspore.Tensor.abs #!
  omit: input
""",
    ),
    "unknown computed target": Broken(
        "R006",
        "mindspore.int9 is not",
        """
- torch: torch.abs
  rewrite: "{input}.astype({api('mindspore.int9')})" #!
""",
    ),
    # R007: target parameters
    "helper that lacks an attribute": Broken(
        "R007",
        "The helper 'windows' has no parameter 'dim'",
        """
- onnx: UnfoldTensor
  domain: com.microsoft
  since: [1]
  helper: windows #!
""",
    ),
    "argument that the target does not have": Broken(
        "R007",
        "mindspore.nn.Dense has no parameter 'bias'",
        """
- torch: torch.nn.Linear
  to: mindspore.nn.Dense
  args: {in_channels: "in_features", out_channels: "out_features", bias: "bias"} #!
""",
    ),
    "literal that the target does not have": Broken(
        "R007",
        "has no parameter 'approximate'",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  set: {approximate: tanh} #!
""",
    ),
    "required parameter left open": Broken(
        "R007",
        "'out_channels' of mindspore.nn.Dense gets nothing",
        """
- torch: torch.nn.Linear
  to: mindspore.nn.Dense #!
  args: {in_channels: "in_features", has_bias: "bias"}
  omit: out_features
""",
    ),
    "receiver for a function left open": Broken(
        "R007",
        "'input' of mindspore.ops.abs gets nothing",
        "- torch: torch.Tensor.abs\n  to: mindspore.ops.abs #!\n",
    ),
    # R008: accounted
    "dropped source parameter": Broken(
        "R008",
        "no place in the target: bias",
        """
- torch: torch.nn.Linear #!
  to: mindspore.nn.Dense
  args: {in_channels: "in_features", out_channels: "out_features"}
""",
    ),
    "parameter read only by a case's condition": Broken(
        "R008",
        "no place in the target: end_dim",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  cases:
    - when: "end_dim == -1" #!
      rewrite: "{input}.flatten(start_dim={start_dim})"
""",
    ),
    "parameter read only by the rule's arguments": Broken(
        "R008",
        "no place in the target: end_dim",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {end_dim: "end_dim + 0"}
  cases:
    - when: "start_dim == 0" #!
      rewrite: "{input}.flatten(start_dim={start_dim})"
""",
    ),
    "dropped attribute": Broken(
        "R008",
        "no place in the target: alpha",
        """
- onnx: Elu #!
  since: [22]
  call: mindspore.ops.relu
  args: {input: "X"}
""",
    ),
    # R009: reachable
    "case after one that always holds": Broken(
        "R009",
        "'True' always holds",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  cases:
    - {when: "True", set: {order: F}}
    - {when: "start_dim == 1", set: {order: F}} #!
""",
    ),
    "the same condition twice": Broken(
        "R009",
        "holds wherever this one does",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  cases:
    - {when: "start_dim == 1", set: {order: F}}
    - {when: "start_dim==1", set: {order: F}} #!
""",
    ),
    "narrower condition after a wider one": Broken(
        "R009",
        "holds wherever this one does",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  cases:
    - {when: "start_dim == 1", set: {order: F}}
    - {when: "start_dim == 1 and end_dim == 2", set: {order: F}} #!
""",
    ),
    "condition that never holds": Broken(
        "R009",
        "never holds",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  cases:
    - {when: "1 == 2", set: {order: F}} #!
""",
    ),
    "cases beside overloads": Broken(
        "R009",
        "never looked at",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  cases: #!
    - {when: "known(input)", rewrite: "{input}"}
  overloads:
    - {signature: "(input)", warn: The result is new.}
""",
    ),
    "overload twice": Broken(
        "R009",
        "stands in an earlier overload",
        """
- torch: torch.abs
  overloads:
    - {signature: "(input)", to: mindspore.ops.abs}
    - {signature: "(input)", rewrite: "{input}"} #!
""",
    ),
    # R010: redundant
    "cases of a rule that refuses": Broken(
        "R010",
        "so that the cases convert nothing",
        """
- torch: torch.abs
  refuse: Call it by another name. #!
  cases:
    - when: "known(input)"
      to: mindspore.ops.abs
""",
    ),
    "argument under its own name": Broken(
        "R010",
        "passed on under its own name",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: "start_dim"} #!
""",
    ),
    "literal that is the default": Broken(
        "R010",
        "has this value by default",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  set: {order: C} #!
""",
    ),
    "omitted name that is no parameter": Broken(
        "R010",
        "no parameter 'inplace' to omit",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  omit: inplace #!
""",
    ),
    "expression and literal": Broken(
        "R010",
        "both 'args' and 'set'",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  args: {start_dim: "start_dim + 0"} #!
  set: {start_dim: 1}
""",
    ),
    "two results": Broken(
        "R010",
        "'to' has no effect",
        """
- torch: torch.abs
  to: mindspore.ops.abs #!
  rewrite: "{input}.abs()"
""",
    ),
    # R011: unique
    "duplicate rule": Broken(
        "R011",
        "rule for torch.abs at",
        """
- {torch: torch.abs, to: mindspore.ops.abs}
- {torch: torch.abs, rewrite: "{input}.abs()"} #!
""",
    ),
    "version of an operator covered twice": Broken(
        "R011",
        "rule for Relu at",
        """
- {onnx: Relu, since: [6, 13], call: mindspore.ops.relu, args: {input: "X"}}
- {onnx: Relu, since: [13, 14], call: mindspore.ops.relu, args: {input: "X"}} #!
""",
    ),
    "overlapping version ranges": Broken(
        "R011",
        "rule for torch.abs at",
        """
- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: ">=2.7"}}
- {torch: torch.abs, rewrite: "{input}.abs()", versions: {mindspore: "<2.8"}} #!
""",
    ),
    "duplicate policy": Broken(
        "R011",
        "'hint_of_test' stands at",
        """
format: 1
policies:
  - parameter: hint_of_test
  - parameter: hint_of_test #!
""",
    ),
    # R012: helpers
    "missing helper": Broken("R012", "no helper 'nowhere'", "- torch: torch.abs\n  helper: nowhere #!\n"),
    "missing dynamic helper": Broken(
        "R012",
        "no helper 'nowhere'",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  dynamic: nowhere #!
""",
    ),
    "helper that is not listed": Broken(
        "R012",
        "'halved', which is not listed",
        """
- torch: torch.abs
  rewrite: "halved({input})" #!
""",
    ),
    "helper class that is not listed": Broken(
        "R012",
        "'Layer', which is not listed",
        """
- onnx: Relu
  since: [14]
  cell: Layer #!
""",
    ),
    "helper class without such a parameter": Broken(
        "R007",
        "no parameter 'slope'",
        """
- onnx: Relu
  since: [14]
  cell: Scaled
  helper: Scaled
  set:
    factor: 2.0
    slope: 1.0 #!
""",
    ),
    "unknown bare name in a rewrite": Broken(
        "R012",
        "'input', which is neither",
        """
- torch: torch.abs
  rewrite: "mindspore.ops.abs(input)" #!
  omit: input
""",
    ),
    # R013: dynamic signature
    "dynamic helper with other parameters": Broken(
        "R013",
        "does not take what torch.flatten",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  dynamic: halved #!
""",
    ),
    "dynamic helper without a keyword": Broken(
        "R013",
        "it lacks generator",
        """
- torch: torch.bernoulli
  to: mindspore.ops.bernoulli
  dynamic: halved #!
""",
    ),
    # R014: operator versions
    "unknown operator": Broken(
        "R014", "no operator Reluu", "- onnx: Reluu #!\n  since: [1]\n  call: mindspore.ops.relu\n"
    ),
    "unknown operator version": Broken(
        "R014",
        "Relu has no version 15",
        """
- onnx: Relu
  since: [14, 15] #!
  call: mindspore.ops.relu
  args: {input: "X"}
""",
    ),
    # R015: weights
    "unknown weight function": Broken(
        "R015",
        "'rotate",
        """
- onnx: Gemm
  since: [13]
  cell: mindspore.nn.Dense
  args: {in_channels: "shape(B)[0]", out_channels: "shape(B)[1]"}
  omit: [alpha, beta, transA, transB, C]
  weights: {weight: "rotate(B)"} #!
""",
    ),
    "order that loses a gate": Broken(
        "R015",
        "the order (1, 1) does not have",
        """
- onnx: Gemm
  since: [13]
  cell: mindspore.nn.Dense
  args: {in_channels: "shape(B)[0]", out_channels: "shape(B)[1]"}
  omit: [alpha, beta, transA, transB, C]
  weights: {weight: "reorder_gates(B, (1, 1))"} #!
""",
    ),
    "part that is not there": Broken(
        "R015",
        "of 2 parts, none",
        """
- onnx: Gemm
  since: [13]
  cell: mindspore.nn.Dense
  args: {in_channels: "shape(B)[0]", out_channels: "shape(B)[1]"}
  omit: [alpha, beta, transA, transB, C]
  weights: {weight: "split(B, 2, 2)"} #!
""",
    ),
    "unknown weight": Broken(
        "R015",
        "reads 'W', which version 13",
        """
- onnx: Gemm
  since: [13]
  cell: mindspore.nn.Dense
  args: {in_channels: "shape(B)[0]", out_channels: "shape(B)[1]"}
  omit: [alpha, beta, transA, transB, C]
  weights: {weight: "transpose(W)"} #!
""",
    ),
    # R016: sentences
    "say without period": Broken(
        "R016",
        "does not end with a period",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  warn: The result differs for complex numbers #!
""",
    ),
    "condition's say without period": Broken(
        "R016",
        "does not end with a period",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  refuse:
    - when: "start_dim > 3"
      say: Flatten by hand then #!
""",
    ),
    # R018: modules
    "unknown target module": Broken(
        "R018",
        "mindspore.nm is not a module",
        """
format: 1
modules:
  - {module: mindspore.nm, import: from mindspore import nm} #!
""",
    ),
    "import that binds something else": Broken(
        "R018",
        "binds mindspore.nn, not mindspore.ops",
        """
format: 1
modules:
  - {module: mindspore.ops, import: from mindspore import nn} #!
""",
    ),
    "import that is no statement": Broken(
        "R018",
        "not an import statement",
        """
format: 1
modules:
  - {module: mindspore.ops, import: from mindspore imports ops} #!
""",
    ),
    "module without an import": Broken(
        "R018",
        "says how mindspore.dataset is imported",
        """
format: 1
modules:
  - {module: torch.utils.data, to: mindspore.dataset} #!
""",
    ),
    "unknown source module": Broken(
        "R018",
        "torch.nothing is not a module",
        """
format: 1
modules:
  - {module: torch.nothing, to: mindspore.nn} #!
""",
    ),
    # R019: version ranges
    "version that is no range": Broken(
        "R019",
        "'2.8' is not a version range",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  versions: {mindspore: "2.8"} #!
""",
    ),
    "version of another framework": Broken(
        "R019",
        "'jax' do not choose rules",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  versions: {jax: ">=0.4"} #!
""",
    ),
    # R020: literals
    "Python's word for true": Broken(
        "R020",
        "True is a text here",
        """
- torch: torch.nn.Linear
  to: mindspore.nn.Dense
  args: {in_channels: "in_features", out_channels: "out_features"}
  set: {has_bias: True} #!
  omit: bias
""",
    ),
    "Python's word for nothing": Broken(
        "R020",
        "None is a text here",
        """
- torch: torch.sum
  to: mindspore.ops.sum
  cases:
    - when: "keepdim"
      set: {dim: None} #!
""",
    ),
    # R021: namespaces
    "namespace with nothing left": Broken(
        "R021",
        "All names that torch.backends.cpu covers have rules",
        """
format: 1
rules:
  - {torch: torch.backends.cpu.get_cpu_capability, drop: true}
namespaces:
  - {namespace: torch.backends.cpu, say: There is nothing of this kind here.} #!
""",
    ),
    # R022, R023: fusions
    "pattern that is no call": Broken(
        "R003",
        "must be 'name = Operator(...)'",
        """
format: 1
fusions:
  - fusion: silu
    pattern: ["Mul(x, Sigmoid(x))"] #!
    becomes: "Swish(x)"
""",
    ),
    "two fusions of a name": Broken(
        "R011",
        "stands at",
        """
format: 1
fusions:
  - {fusion: silu, pattern: ["y = Mul(x, Sigmoid(x))"], becomes: "Swish(x)"}
  - {fusion: silu, pattern: ["y = Mul(x, Tanh(x))"], becomes: "Swish(x)"} #!
""",
    ),
    "fusion of an operator that is none": Broken(
        "R022",
        "no operator Sigmiod",
        """
format: 1
fusions:
  - fusion: silu
    pattern:
      - "gate = Sigmiod(x)" #!
      - "y = Mul(x, gate)"
    becomes: "Swish(x)"
""",
    ),
    "fusion with an attribute that the operator lacks": Broken(
        "R022",
        "no input or attribute 'beta'",
        """
format: 1
fusions:
  - fusion: silu
    pattern: ["y = Mul(x, Sigmoid(x))"]
    becomes: "Swish(x, beta=1.0)" #!
""",
    ),
    "fusion with too many inputs": Broken(
        "R022",
        "takes 1 inputs, not 2",
        """
format: 1
fusions:
  - fusion: silu
    pattern: ["y = Mul(x, Sigmoid(x))"]
    becomes: "Swish(x, x)" #!
""",
    ),
    "expansion that is no assignment": Broken(
        "R003",
        "must be 'name = Operator(...)'",
        """
format: 1
rules:
  - onnx: FusedConv
    domain: com.microsoft
    since: [1]
    expand:
      - "Relu(Conv(X, W, B))" #!
""",
    ),
    "expansion to an operator that is none": Broken(
        "R022",
        "no operator Convolve",
        """
format: 1
rules:
  - onnx: SampleOp
    domain: com.microsoft
    since: [1]
    expand:
      - "Y = Convolve(X)" #!
""",
    ),
    "expansion that reads what the operator lacks": Broken(
        "R004",
        "'A' is not known",
        """
format: 1
rules:
  - onnx: SampleOp
    domain: com.microsoft
    since: [1]
    omit: [X]
    expand:
      - "Y = Identity(A)" #!
""",
    ),
    "expansion that loses an input": Broken(
        "R008",
        "auto_pad",
        """
format: 1
rules:
  - onnx: NhwcMaxPool #!
    domain: com.microsoft
    since: [1]
    expand: ["y = MaxPool(x, kernel_shape=kernel_shape)"]
""",
    ),
    "fusion that reads what its pattern lacks": Broken(
        "R023",
        "'z' does not stand in the pattern",
        """
format: 1
fusions:
  - fusion: silu
    pattern: ["y = Mul(x, Sigmoid(x))"]
    becomes: "Swish(z)" #!
""",
    ),
    "fusion with a variable for nothing": Broken(
        "R023",
        "'sizes' stands once",
        """
format: 1
fusions:
  - fusion: silu
    pattern: ["y = Reshape(Reshape(x, sizes), other)"] #!
    becomes: "Reshape(x, other)"
""",
    ),
    # R024: versions
    "target that an older version lacks": Broken(
        "R024",
        "mindspore.mint.vdot is not an API of mindspore 2.9.0",
        """
- torch: torch.vdot
  to: mindspore.mint.vdot #!
  versions: {mindspore: ">=2.9"}
""",
    ),
    "argument that an older version does not take": Broken(
        "R024",
        "has no parameter 'sens_param'",
        """
- torch: torch.func.grad
  to: mindspore.grad
  omit: argnums
  args: {fn: "func"}
  set:
    sens_param: true #!
  versions: {mindspore: "!=2.8,!=2.9"}
""",
    ),
    "argument in code that an older version does not take": Broken(
        "R024",
        "mindspore.grad has no parameter 'sens_param' in mindspore 2.7.2",
        """
- torch: torch.func.grad
  rewrite: "mindspore.grad({func}, {argnums}, None, {has_aux}, sens_param=True)" #!
  versions: {mindspore: "!=2.8,!=2.9"}
""",
    ),
    "parameter that has no place in an older version": Broken(
        "R024",
        "For mindspore 2.8.0: Nothing converts, as the target has no place for 'other'",
        """
- torch: torch.Tensor.true_divide #!
  to: mindspore.Tensor.true_divide
  versions: {mindspore: ">=2.8"}
""",
    ),
    "versions that nobody knows": Broken(
        "R024",
        "none of the known versions",
        """
- torch: torch.abs
  to: mindspore.ops.abs
  versions: {mindspore: ">=2.7,<2.7"} #!
""",
    ),
    "member of a value that an older version lacks": Broken(
        "R024",
        "No class of mindspore 2.7.2 has 'set_'",
        """
- torch: torch.abs
  rewrite: "{input}.set_({input})" #!
  versions: {mindspore: "<2.9"}
""",
    ),
    "write that an older version lacks": Broken(
        "R024",
        "No class of mindspore 2.7.2 has 'delete_'",
        """
format: 1
writes:
  - kind: torch.Tensor
    rewrite: "{self}.delete_({value})" #!
""",
    ),
    # R020: what other readers of YAML take for something else
    "old truth value": Broken(
        "R020",
        "off is a text here, and a truth value to other readers",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  set: {order: off} #!
""",
    ),
    "exponent without a point": Broken(
        "R020",
        "1e-5 is a text, or another number, to other readers",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  set: {start_dim: 1e-5} #!
  omit: start_dim
""",
    ),
    "number with a zero in front": Broken(
        "R020",
        "010 is a text, or another number, to other readers",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  set: {start_dim: 010} #!
  omit: start_dim
""",
    ),
    # R029: order
    "versions that go down": Broken(
        "R029",
        "versions of Relu do not go up",
        """
- onnx: Relu
  since: [14, 13] #!
  cell: mindspore.nn.ReLU
""",
    ),
    "head behind the target": Broken(
        "R029",
        "'to' stands before 'torch'",
        """
- to: mindspore.ops.abs
  torch: torch.abs #!
""",
    ),
    "rules of an operator apart": Broken(
        "R029",
        "rules for Relu do not stand together",
        """
- {onnx: Relu, since: [13], cell: mindspore.nn.ReLU}
- {onnx: Tanh, since: [13], cell: mindspore.nn.Tanh}
- {onnx: Relu, since: [14], cell: mindspore.nn.ReLU} #!
""",
    ),
    "format behind the rules": Broken(
        "R029",
        "'format' does not stand at the beginning",
        """
rules:
  - {torch: torch.abs, to: mindspore.ops.abs}
format: 1 #!
""",
    ),
    # R026: blanks (the mark itself is followed by the end of the file, or by too many)
    "empty lines at the end": Broken(
        "R026",
        "ends with empty lines",
        "- {torch: torch.abs, to: mindspore.ops.abs}\n #!\n\n",
    ),
    "no end of the last line": Broken("R026", "last line has no end", "- {torch: torch.abs, to: mindspore.ops.abs} #!"),
    # R027: inputs of Cells
    "too many inputs": Broken(
        "R027",
        "called with 2 inputs, but takes (x)",
        """
- onnx: Tanh
  since: [13]
  cell: mindspore.nn.Tanh
  inputs: ["input", "input"] #!
""",
    ),
    "too few inputs": Broken(
        "R027",
        "called with 1 inputs, but takes (",
        """
- onnx: Add
  since: [14]
  cell: mindspore.nn.CosineEmbeddingLoss #!
  omit: [A, B]
""",
    ),
    # R028: conditions
    "parts that exclude each other": Broken(
        "R028",
        "'start_dim == 1' and 'start_dim == 2' exclude each other",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  refuse: {when: "start_dim == 1 and start_dim == 2", say: Use another one.} #!
""",
    ),
    "two types at once": Broken(
        "R028",
        "exclude each other",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  cases:
    - when: "is_int(start_dim) and not (end_dim == 1 or not is_str(start_dim))" #!
      set: {order: F}
""",
    ),
    "remark that always holds": Broken(
        "R028",
        "'1 < 2' always holds",
        """
- torch: torch.flatten
  to: mindspore.ops.flatten
  warn: {when: "1 < 2", say: It may differ.} #!
""",
    ),
    # R030: defaults
    "default that is not the source's": Broken(
        "R030",
        "The default of start_dim is 1, but torch.flatten has 0",
        """
- torch: torch.flatten
  overloads:
    - signature: "(input, start_dim=1, end_dim=-1)" #!
      to: mindspore.ops.flatten
""",
    ),
    # R031: types of elements
    "type of elements that nothing has": Broken(
        "R031",
        "'float46' is no type of elements",
        """
- onnx: Relu
  since: [14]
  let: {plain: "('int8', 'float46')"}
  call: mindspore.ops.relu
  args: {input: "X"}
  refuse: {when: "dtype(X) in plain", say: Cast the input to float32.} #!
""",
    ),
    "target of a type that nothing has": Broken(
        "R006",
        "mindspore.float46 is not",
        """
- onnx: Relu
  since: [14]
  let: {wanted: "('', 'float46')[1]"}
  rewrite: "{X}.astype({api('mindspore.' + wanted)})" #!
""",
    ),
    # R032: weights of layers
    "weight that goes nowhere": Broken(
        "R032",
        "'num_batches_tracked' of torch.nn.BatchNorm2d goes nowhere",
        """
- torch: torch.nn.BatchNorm2d
  to: mindspore.nn.BatchNorm2d
  omit: [track_running_stats, bias]
  weights: {gamma: weight, beta: bias, moving_mean: running_mean, moving_variance: running_var} #!
""",
    ),
    "weight that the source does not hold": Broken(
        "R032",
        "torch.nn.Linear holds no weight 'kernel'",
        """
- torch: torch.nn.Linear
  to: mindspore.nn.Dense
  args: {in_channels: "in_features", out_channels: "out_features", has_bias: "bias"}
  drop_weights: weight
  weights: {weight: kernel} #!
""",
    ),
    "weight that the target does not hold": Broken(
        "R032",
        "mindspore.nn.Dense holds no weight 'kernel'",
        """
- onnx: MatMul
  since: [13]
  cell: mindspore.nn.Dense
  args: {in_channels: "shape(B)[0]", out_channels: "shape(B)[1]"}
  set: {has_bias: false}
  weights: {kernel: "transpose(B)"} #!
""",
    ),
    "weight with an axis more": Broken(
        "R032",
        "it has 3 axes, not 2",
        """
- torch: torch.nn.Linear
  to: mindspore.nn.Dense
  args: {in_channels: "in_features", out_channels: "out_features", has_bias: "bias"}
  weights: {weight: "expand_dims(weight, 2)"} #!
""",
    ),
    "statistics that become a weight": Broken(
        "R032",
        "only one of them is trained",
        """
- torch: torch.nn.BatchNorm2d
  to: mindspore.nn.BatchNorm2d
  omit: [affine, track_running_stats, bias]
  weights:
    gamma: weight
    beta: running_mean #!
    moving_variance: running_var
  drop_weights: [bias, num_batches_tracked]
""",
    ),
}
