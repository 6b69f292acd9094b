"""Rule files without a mistake, by the checks that come near to each: lint must have no error to report."""

from __future__ import annotations

LINEAR = '{in_channels: "in_features", out_channels: "out_features", has_bias: "bias"}'
DENSE = 'args: {in_channels: "shape(B)[0]", out_channels: "shape(B)[1]"}, omit: [alpha, beta, transA, transB, C, A]'

CONV = "omit: [groups, bias, padding_mode]"
GROUPS = "omit: bias"
NORM = "omit: [track_running_stats, bias], drop_weights: num_batches_tracked"
STATISTICS = "gamma: weight, beta: bias, moving_mean: running_mean, moving_variance: running_var"
HELD = (
    ("torch: torch.nn.Linear", f"to: mindspore.nn.Dense, args: {LINEAR}", "weight: weight, bias: bias"),
    ("torch: torch.nn.Linear", f"to: mindspore.nn.Dense, args: {LINEAR}, drop_weights: bias", "weight: weight"),
    ("torch: torch.nn.Conv1d", f"to: mindspore.nn.Conv1d, {CONV}", 'weight: "expand_dims(weight, 2)", bias: bias'),
    ("torch: torch.nn.Conv2d", f"to: mindspore.nn.Conv2d, {CONV}", "weight: weight, bias: bias"),
    ("torch: torch.nn.Conv2d", f"to: mindspore.nn.Conv2d, {CONV}, drop_weights: bias", "weight: weight"),
    ("torch: torch.nn.BatchNorm1d", f"to: mindspore.nn.BatchNorm1d, {NORM}", STATISTICS),
    ("torch: torch.nn.BatchNorm2d", f"to: mindspore.nn.BatchNorm2d, {NORM}", STATISTICS),
    ("torch: torch.nn.GroupNorm", f"to: mindspore.nn.GroupNorm, {GROUPS}", "gamma: weight, beta: bias"),
    ("torch: torch.nn.PReLU", "to: mindspore.nn.PReLU, omit: [num_parameters, init]", "w: weight"),
    ("onnx: Gemm", f"since: [13], cell: mindspore.nn.Dense, {DENSE}", 'weight: "transpose(B)", bias: C'),
)

CORRECT: dict[str, tuple[str, str]] = {
    # YAML and schema
    "input of an example within quotation marks": (
        "R002",
        '- {torch: torch.abs, to: mindspore.ops.abs, examples: [{source: "torch.abs(x)", inputs: {x: "arr(2, 3)"}}]}\n',
    ),
    "format with comments only": ("R002", "# Nothing yet.\nformat: 1\n"),
    "block style": ("R001 R002", "- torch: torch.abs\n  to: mindspore.ops.abs\n"),
    "flow style": ("R001 R002", "- {torch: torch.abs, to: mindspore.ops.abs}\n"),
    "single quotes": ("R001 R003", "- torch: torch.abs\n  rewrite: '{input}.abs()'\n"),
    "folded text": ("R001 R003", "- torch: torch.abs\n  rewrite: >-\n    {input}\n    .abs()\n"),
    "literal text": ("R001 R003", "- torch: torch.abs\n  rewrite: |\n    {input}.abs()\n"),
    "comments": ("R001 R002", "# Before.\n\nformat: 1  # After.\n"),
    "language server": ("R001 R002", "# yaml-language-server: $schema=../rules.schema.json\nformat: 1\n"),
    "document start": ("R001 R002", "---\nformat: 1\n"),
    "Cell of a helper class": (
        "R006 R007 R010 R012",
        '- {onnx: Relu, since: [14], cell: Scaled, helper: Scaled, set: {factor: 2.0}, inputs: ["X"]}\n',
    ),
    "anchor and alias": (
        "R001 R011",
        "- {torch: torch.abs, to: mindspore.ops.abs, omit: &out [out]}\n"
        "- {torch: torch.neg, to: mindspore.ops.neg, omit: *out}\n",
    ),
    "the same key in two records": (
        "R001 R011",
        "- {torch: torch.abs, to: mindspore.ops.abs}\n- {torch: torch.neg, to: mindspore.ops.neg}\n",
    ),
    "quoted number as value": ("R001 R002", 'format: 1\nproved: {torch: "2.13.0", mindspore: "2.10.0"}\n'),
    "text in other letters": (
        "R001 R016",
        "- {torch: torch.abs, to: mindspore.ops.abs, warn: Größe und Länge bleiben.}\n",
    ),
    "empty lists": ("R001 R002", "format: 1\nrules: []\n"),
    "JSON": ("R001 R002", '{"format": 1, "rules": [{"torch": "torch.abs", "to": "mindspore.ops.abs"}]}\n'),
    "long lines": ("R001 R016", f"- {{torch: torch.abs, to: mindspore.ops.abs, warn: {'Long. ' * 60}}}\n"),
    "omit as a name": ("R002 R010", "- {torch: torch.abs, to: mindspore.ops.abs, omit: out}\n"),
    "omit as a list": ("R002 R010", "- {torch: torch.abs, to: mindspore.ops.abs, omit: [out]}\n"),
    "remark as a text": ("R002 R016", "- {torch: torch.abs, to: mindspore.ops.abs, warn: The result is new.}\n"),
    "remark as a record": (
        "R002 R003 R016",
        '- {torch: torch.abs, to: mindspore.ops.abs, warn: {when: "out is not None", say: Assign it instead.}}\n',
    ),
    "remarks as a list": (
        "R002 R003 R016",
        '- torch: torch.abs\n  to: mindspore.ops.abs\n  warn:\n    - {when: "given(out)", say: Assign it instead.}\n'
        "    - {say: The result is new.}\n",
    ),
    "operator": ("R002 R014", '- {onnx: Relu, since: [14], call: mindspore.ops.relu, args: {input: "X"}}\n'),
    "dropped": ("R002 R008", "- {torch: torch.jit.ignore, drop: true}\n"),
    "examples": (
        "R002 R016",
        "- torch: torch.abs\n  to: mindspore.ops.abs\n  examples:\n"
        "    - {source: torch.abs(x), result: ops.abs(x), inputs: {x: 'np.ones(3)'}}\n",
    ),
    "todo": ("R002 R016", "- {torch: torch.abs, to: mindspore.ops.abs, todo: Complex numbers are not proved yet}\n"),
    "returns": ("R002 R005", "- {torch: torch.abs, to: mindspore.ops.abs, returns: torch.Tensor}\n"),
    "receiver": ("R002 R006", "- {torch: torch.Tensor.abs, to: mindspore.Tensor.abs, receiver: any}\n"),
    "policy alone": ("R002 R004", "format: 1\npolicies: [{parameter: hint_of_test}]\n"),
    "module that goes": ("R002 R018", "format: 1\nmodules: [{module: torch.utils.checkpoint}]\n"),
    # Expressions
    "quoted call in braces": (
        "R003 R004 R010",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, args: {start_dim: "max(start_dim, 0)"}}\n',
    ),
    "quoted number": (
        "R003 R008 R010",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, args: {start_dim: "1"}, omit: start_dim}\n',
    ),
    "literal in set": (
        "R003 R008 R020",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {start_dim: 1}, omit: start_dim}\n",
    ),
    "small float in set": (
        "R003 R020",
        "- {torch: torch.nn.ELU, to: mindspore.nn.ELU, set: {alpha: 1.0e-5}, omit: alpha}\n",
    ),
    "choice": (
        "R003 R004",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, args: {start_dim: "start_dim if end_dim else 0"}}\n',
    ),
    "comprehension": (
        "R003 R004",
        '- {torch: torch.permute, rewrite: "{input}.permute({tuple(d + 0 for d in dims)})"}\n',
    ),
    "comprehension over pairs": (
        "R003 R004",
        '- {torch: torch.permute, rewrite: "{input}.permute({tuple(a + b for a, b in flat(dims))})"}\n',
    ),
    "slice": ("R003 R004", '- {torch: torch.permute, rewrite: "{input}.permute({dims[::-1]})"}\n'),
    "chained comparison": (
        "R003 R009",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, cases: [{when: "0 < start_dim < 3", set: {order: F}}]}\n',
    ),
    "condition over types": (
        "R003 R009",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, cases: [{when: "is_int(start_dim)", set: {order: F}}]}\n',
    ),
    "text in an expression": (
        "R003 R004",
        """- {torch: torch.flatten, to: mindspore.ops.flatten, args: {order: "'F' if start_dim else 'C'"}}\n""",
    ),
    "template with keywords": (
        "R003 R008 R012",
        '- torch: torch.flatten\n  rewrite: "mindspore.ops.flatten({input}, start_dim={start_dim}, '
        'end_dim={end_dim})"\n',
    ),
    "template of a method": ("R003 R004", '- {torch: torch.Tensor.t, rewrite: "{self}.permute({(1, 0)})"}\n'),
    "template with arithmetic": ("R003 R008", '- {torch: torch.neg, rewrite: "0 - {input}"}\n'),
    "overload": ("R003 R009", '- torch: torch.abs\n  overloads: [{signature: "(input)", to: mindspore.ops.abs}]\n'),
    "annotated overload": (
        "R003 R009",
        '- torch: torch.abs\n  overloads: [{signature: "(input: Tensor, *, '
        'out: Tensor | None=None)", to: mindspore.ops.abs}]\n',
    ),
    "power and remainder": (
        "R003 R004",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, args: {start_dim: "start_dim ** 2 % 3 // 1"}}\n',
    ),
    "item from the end": ("R003 R004", '- {torch: torch.permute, rewrite: "{input}.permute({dims[-1]})"}\n'),
    "membership": (
        "R003 R009",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, cases: [{when: "start_dim in (1, 2)", '
        "set: {order: F}}]}\n",
    ),
    "rule and rewrite of an alias's neighbour": (
        "R011",
        "- {torch: torch.nn.Tanh, to: mindspore.nn.Tanh}\n- {torch: torch.tanh, to: mindspore.ops.tanh}\n",
    ),
    # Names
    "value of an earlier value": (
        "R004",
        '- torch: torch.flatten\n  let: {first: "start_dim + 0", last: "max(first, end_dim)"}\n'
        '  rewrite: "{input}.flatten({first}, {last})"\n',
    ),
    "value in a case's condition": (
        "R004 R009",
        '- torch: torch.flatten\n  to: mindspore.ops.flatten\n  let: {first: "start_dim + 0"}\n'
        '  cases: [{when: "first == 3", set: {order: F}}]\n',
    ),
    "value of an overload": (
        "R004",
        '- torch: torch.abs\n  overloads:\n    - signature: "(input)"\n      let: {doubled: "input * 2"}\n'
        '      rewrite: "mindspore.ops.abs({doubled})"\n',
    ),
    "name that every overload has": (
        "R004 R009",
        '- torch: torch.sum\n  rewrite: "{input}.sum()"\n  overloads:\n    - {signature: "(input)", '
        "warn: The sum is new.}\n"
        '    - {signature: "(input, dim)", omit: dim}\n',
    ),
    "name of the own overload": (
        "R004 R008",
        '- torch: torch.sum\n  overloads:\n    - {signature: "(input, dim, keepdim=False)", to: mindspore.ops.sum}\n'
        '    - {signature: "(input)", to: mindspore.ops.sum}\n',
    ),
    "receiver of a method": (
        "R004 R007",
        '- {torch: torch.Tensor.abs, to: mindspore.ops.abs, args: {input: "self"}}\n',
    ),
    "receiver of a property": ("R004 R006", '- {torch: torch.Tensor.is_cuda, rewrite: "{self} is None"}\n'),
    "asked for a name": (
        "R004",
        '- {torch: torch.abs, to: mindspore.ops.abs, refuse: {when: "given(out)", say: Assign it instead.}}\n',
    ),
    "shape of the output": (
        "R004 R008",
        '- {onnx: Relu, since: [14], rewrite: "mindspore.ops.relu({X}).reshape({output_shape})"}\n',
    ),
    "type of the output": (
        "R004 R006",
        """- {onnx: Relu, since: [14], """
        """rewrite: "mindspore.ops.relu({X}).astype({api('mindspore.' + output_dtype)})"}\n""",
    ),
    "attribute that another version has": (
        "R004",
        '- {onnx: Relu, since: [14], call: mindspore.ops.relu, args: {input: "X"}, '
        'refuse: {when: "consumed_inputs is not None", say: Export it again.}}\n',
    ),
    "constant input": (
        "R004 R014",
        "- {onnx: Squeeze, since: [13, 21, 23, 24, 25], const: axes, call: mindspore.ops.squeeze, "
        'args: {input: "data", axis: "axes"}}\n',
    ),
    "policy with a condition": (
        "R004 R016",
        "format: 1\npolicies:\n  - parameter: hint_of_test\n"
        '    warn: {when: "hint_of_test is not None", say: It is ignored.}\n',
    ),
    # Source APIs
    "function": ("R005", "- {torch: torch.abs, to: mindspore.ops.abs}\n"),
    "class": ("R005 R010", f"- {{torch: torch.nn.Linear, to: mindspore.nn.Dense, args: {LINEAR}}}\n"),
    "change in place": (
        "R005",
        "- {torch: torch.Tensor.sin_, changes: self, in_place_of: torch.Tensor.sin}\n",
    ),
    "API of another package": ("R005 R008", "- {torch: torchvision.ops.box_area, helper: anything}\n"),
    "private API": ("R005 R008", "- {torch: torch.jit._overload_method, drop: true}\n"),
    "kinds of several values": (
        "R005",
        '- {torch: torch.max, helper: anything, returns: "tuple[torch.Tensor, torch.Tensor] | torch.Tensor"}\n',
    ),
    "kind of a built-in class": ("R005", "- {torch: torch.numel, helper: anything, returns: int}\n"),
    "kind that an argument has": (
        "R005",
        '- {torch: torch.is_tensor, helper: anything, returns: "TypeIs[torch.Tensor]"}\n',
    ),
    "list of kinds": (
        "R005",
        "- {torch: torch.nn.Module.forward, parameters: [torch.Tensor, int]}\n",
    ),
    # Target APIs
    "value": ("R006 R007", "- {torch: torch.float32, to: mindspore.float32}\n"),
    "value in a rewrite": ("R006 R012", '- {torch: torch.abs, rewrite: "{input}.astype(mindspore.float32)"}\n'),
    "attribute of a value": ("R006 R012", '- {torch: torch.abs, rewrite: "{input} + mindspore.float32.itemsize"}\n'),
    "attribute of a call": ("R006 R012", '- {torch: torch.abs, rewrite: "mindspore.ops.abs({input}).shape"}\n'),
    "computed API": ("R006 R008", """- {torch: torch.abs, rewrite: "{input}.astype({api('mindspore.int32')})"}\n"""),
    "twin": ("R006 R007", "- {torch: torch.nn.ELU, to: mindspore.nn.ELU, mint: mindspore.mint.nn.ELU}\n"),
    "twin that names its parameters as the source": (
        "R006 R007",
        f"- {{torch: torch.nn.Linear, to: mindspore.nn.Dense, mint: mindspore.mint.nn.Linear, args: {LINEAR}}}\n",
    ),
    "cell": ("R006 R008", "- {onnx: Relu, since: [14], cell: mindspore.nn.ReLU}\n"),
    "cell with other inputs": ("R006 R008", '- {onnx: Relu, since: [14], cell: mindspore.nn.ReLU, inputs: ["X"]}\n'),
    "method for a method": ("R006 R007", "- {torch: torch.Tensor.abs, to: mindspore.Tensor.abs}\n"),
    "method for a method of a module": (
        "R006 R008",
        "- {torch: torch.nn.Module.eval, to: mindspore.nn.Cell.set_train, set: {mode: false}}\n",
    ),
    # Target parameters
    "keywords that the target collects": (
        "R007",
        '- {torch: torch.nn.functional.relu, to: mindspore.nn.Identity, args: {size: "input"}, omit: inplace}\n',
    ),
    "parameter of the second signature": (
        "R007",
        '- torch: torch.Tensor.sum\n  overloads:\n    - signature: "(dim, keepdim=False, *, dtype=None)"\n'
        '      to: mindspore.Tensor.sum\n      args: {axis: "dim", keepdims: "keepdim"}\n',
    ),
    "parameter that a case fills": (
        "R007 R010",
        "- torch: torch.flatten\n  to: mindspore.ops.flatten\n"
        '  cases: [{when: "start_dim == 0", args: {start_dim: "end_dim - 1"}}]\n',
    ),
    "helper with a parameter for each attribute": (
        "R007",
        "- {onnx: UnfoldTensor, domain: com.microsoft, since: [1], helper: windows, "
        'rewrite: "windows({input}, {dim}, {size}, {step})"}\n',
    ),
    "nothing to fill": ("R007 R010", "- {torch: torch.nn.ReLU, to: mindspore.nn.ReLU}\n"),
    # Accounted parameters
    "policy": ("R008", "- {torch: torch.abs, to: mindspore.ops.abs}\n"),
    "refused parameter": (
        "R008",
        '- torch: torch.nn.Linear\n  to: mindspore.nn.Dense\n  args: {in_channels: "in_features", '
        'out_channels: "out_features"}\n'
        '  refuse: {when: "not bias", say: Keep the bias.}\n',
    ),
    "refused always": ("R008 R017", "- {torch: torch.nn.Linear, to: mindspore.nn.Dense, refuse: Write it by hand.}\n"),
    "helper with the source's arguments": ("R008 R012", "- {torch: torch.flatten, helper: flat}\n"),
    "case in which a parameter is absent": (
        "R008 R009",
        '- {onnx: Relu, since: [14], rewrite: "mindspore.ops.relu({X})", '
        'cases: [{when: "X is None", rewrite: "mindspore.ops.relu(1)"}]}\n',
    ),
    "rule without what its case reads": (
        "R008 R009",
        '- {onnx: Transpose, since: [25], rewrite: "{data}.permute({tuple(range(rank(data)))[::-1]})", '
        'cases: [{when: "perm is not None", rewrite: "{data}.permute({perm})"}]}\n',
    ),
    "case that omits": (
        "R008 R009",
        "- torch: torch.flatten\n  to: mindspore.ops.flatten\n"
        '  cases: [{when: "end_dim == -1", rewrite: "{input}.flatten({start_dim})", omit: end_dim}]\n',
    ),
    "read through a value": (
        "R008 R004",
        '- torch: torch.flatten\n  let: {last: "end_dim + 0"}\n  rewrite: "{input}.flatten({start_dim}, {last})"\n',
    ),
    # Reachable cases
    "wider condition after a narrower one": (
        "R009",
        "- torch: torch.flatten\n  to: mindspore.ops.flatten\n  cases:\n"
        '    - {when: "start_dim == 1 and end_dim == 2", set: {order: F}}\n'
        '    - {when: "start_dim == 1", set: {order: F}}\n',
    ),
    "rule of which no more holds than its last case": (
        "R007 R008 R009",
        '- torch: torch.nn.Linear\n  to: mindspore.nn.Dense\n  args: {in_channels: "in_features"}\n'
        '  cases: [{when: "True", args: {out_channels: "out_features", has_bias: "bias"}}]\n',
    ),
    "last case that always holds": (
        "R009",
        "- torch: torch.flatten\n  to: mindspore.ops.flatten\n  cases:\n"
        '    - {when: "start_dim == 1", set: {order: F}}\n    - {when: "True", set: {start_dim: 2}}\n',
    ),
    "conditions that overlap": (
        "R009",
        "- torch: torch.flatten\n  to: mindspore.ops.flatten\n  cases:\n"
        '    - {when: "start_dim == 1 or end_dim == 2", set: {order: F}}\n'
        '    - {when: "start_dim == 3", set: {start_dim: 2}}\n',
    ),
    "the same condition in two overloads": (
        "R009",
        "- torch: torch.sum\n  to: mindspore.ops.sum\n  overloads:\n"
        '    - {signature: "(input)", cases: [{when: "known(input)", rewrite: "{input}"}]}\n'
        '    - {signature: "(input, dim)", cases: [{when: "known(input)", rewrite: "{input}", omit: dim}]}\n',
    ),
    # Effects
    "argument that a policy would drop": (
        "R010",
        '- {torch: torch.sum, overloads: [{signature: "(input, *, dtype=None)", '
        'to: mindspore.ops.sum, args: {dtype: "dtype"}}]}\n',
    ),
    "case that goes back to the parameter's own value": (
        "R010",
        '- torch: torch.flatten\n  to: mindspore.ops.flatten\n  args: {start_dim: "start_dim + 0"}\n'
        '  cases: [{when: "start_dim == 0", args: {start_dim: "start_dim"}}]\n',
    ),
    "case that goes back to the default": (
        "R010",
        "- torch: torch.flatten\n  to: mindspore.ops.flatten\n  set: {order: F}\n"
        '  cases: [{when: "start_dim == 0", set: {order: C}}]\n',
    ),
    "default in place of the source's value": (
        "R010",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {start_dim: 1}, omit: start_dim}\n",
    ),
    # Unique heads
    "different versions of an operator": (
        "R011 R014",
        '- {onnx: Relu, since: [6, 13], call: mindspore.ops.relu, args: {input: "X"}}\n'
        "- {onnx: Relu, since: [14], cell: mindspore.nn.ReLU}\n",
    ),
    "the same operator of two domains": (
        "R011 R014",
        '- {onnx: Gelu, since: [20], call: mindspore.ops.gelu, args: {input: "X"}, omit: approximate}\n'
        '- {onnx: Gelu, domain: com.microsoft, since: [1], call: mindspore.ops.gelu, args: {input: "X"}}\n',
    ),
    "version ranges that touch": (
        "R011 R019",
        '- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: ">=2.8"}}\n'
        '- {torch: torch.abs, rewrite: "{input}.abs()", versions: {mindspore: "<2.8"}}\n',
    ),
    "a function and its method": (
        "R011",
        "- {torch: torch.abs, to: mindspore.ops.abs}\n- {torch: torch.Tensor.abs, to: mindspore.Tensor.abs}\n",
    ),
    "policy and module of one name": (
        "R011 R018",
        "format: 1\npolicies: [{parameter: torch}]\nmodules: [{module: torch, to: mindspore}]\n",
    ),
    # Helpers
    "listed helper": ("R012", '- {torch: torch.abs, helper: halved, rewrite: "halved({input})"}\n'),
    "two helpers": ("R012", '- {torch: torch.abs, helper: [halved, absolute], rewrite: "halved(absolute({input}))"}\n'),
    "helper class": ("R012", '- {torch: torch.abs, helper: Layer, rewrite: "Layer()({input})"}\n'),
    "builtin in a rewrite": ("R012", '- {torch: torch.neg, rewrite: "sum([{input}, len({input})])"}\n'),
    "loop variable in a rewrite": ("R012", '- {torch: torch.neg, rewrite: "[-row for row in {input}]"}\n'),
    "lambda in a rewrite": ("R012", '- {torch: torch.neg, rewrite: "(lambda x: -x)({input})"}\n'),
    # Dynamic helpers
    "dynamic helper": ("R012 R013", "- {torch: torch.flatten, to: mindspore.ops.flatten, dynamic: flat}\n"),
    "dynamic helper with a keyword": ("R013", "- {torch: torch.abs, to: mindspore.ops.abs, dynamic: absolute}\n"),
    "dynamic helper for anything": ("R013", "- {torch: torch.neg, to: mindspore.ops.neg, dynamic: anything}\n"),
    "dynamic helper of a method": (
        "R013",
        "- {torch: torch.Tensor.abs, to: mindspore.Tensor.abs, dynamic: method_abs}\n",
    ),
    "dynamic class that inherits": ("R013", "- {torch: torch.nn.ReLU, to: mindspore.nn.ReLU, dynamic: Layer}\n"),
    # Defaults
    "defaults in other words": (
        "R030",
        "- {torch: torch.flatten, overloads: [{signature: '(input, start_dim=0.0, end_dim=None)', "
        "to: mindspore.ops.flatten}]}\n",
    ),
    "defaults as the source has them": (
        "R030",
        "- {torch: torch.flatten, overloads: [{signature: '(input, start_dim=0, end_dim=-1)', "
        "to: mindspore.ops.flatten}]}\n",
    ),
    # Types of elements
    "types that are casts": (
        "R006 R031",
        "- {onnx: Relu, since: [14], let: {wanted: \"('', 'float16')[1] if dtype(X) != '' else 'int8'\"}, "
        "rewrite: \"{X}.astype({api('mindspore.' + wanted)})\"}\n",
    ),
    "types of elements that are compared": (
        "R031",
        '- {onnx: Relu, since: [14], call: mindspore.ops.relu, args: {input: "X"}, let: {own: "dtype(X)"}, '
        "refuse: {when: \"own == 'bool' or 'int' in known_dtype(X) or own == ''\", say: Cast the input first.}}\n",
    ),
    # Weights
    "weights of a layer": (
        "R015",
        f"- {{onnx: Gemm, since: [13], cell: mindspore.nn.Dense, {DENSE}, "
        f'weights: {{weight: "transpose(B)", bias: "C"}}}}\n',
    ),
    "scaled weights": (
        "R015",
        f'- {{onnx: Gemm, since: [13], cell: mindspore.nn.Dense, {DENSE}, weights: {{weight: "scale(B, alpha)"}}}}\n',
    ),
    "weights of a script": (
        "R015",
        f"- {{torch: torch.nn.Linear, to: mindspore.nn.Dense, args: {LINEAR}, "
        "weights: {weight: weight, bias: bias}}\n",
    ),
    "dropped weights": (
        "R015",
        f'- {{onnx: Gemm, since: [13], cell: mindspore.nn.Dense, {DENSE}, weights: {{weight: "B"}}, '
        f"drop_weights: C}}\n",
    ),
    **{
        f"weights by {expression}": (
            "R015",
            f'- {{onnx: Gemm, since: [13], cell: mindspore.nn.Dense, {DENSE}, weights: {{weight: "{expression}"}}}}\n',
        )
        for expression in ("reorder_gates(B, (1, 0))", "split(B, 2, 0)", "split(B, 2, 1)", "transpose(B, (1, 0))")
    },
    **{
        f"weights of {layer}, {weights}": ("R032", f"- {{{layer}, {rest}, weights: {{{weights}}}}}\n")
        for layer, rest, weights in HELD
    },
    # Examples
    "rule with an example": (
        "R017",
        "- {torch: torch.abs, to: mindspore.ops.abs, examples: [{source: torch.abs(x), inputs: {x: np.ones(3)}}]}\n",
    ),
    # Modules
    "target module": ("R018", "format: 1\nmodules: [{module: mindspore.ops, import: from mindspore import ops}]\n"),
    "target module under another name": (
        "R018",
        "format: 1\nmodules: [{module: mindspore.numpy, import: import mindspore.numpy as mnp}]\n",
    ),
    "package": ("R018", "format: 1\nmodules: [{module: mindspore, import: import mindspore}]\n"),
    "source module": ("R018", "format: 1\nmodules: [{module: torch.nn, to: mindspore.nn}]\n"),
    "source module of another package": ("R018", "format: 1\nmodules: [{module: torchvision.ops}]\n"),
    "source module with its own target": (
        "R018",
        "format: 1\nmodules:\n  - {module: torch.utils.data, to: mindspore.dataset}\n"
        "  - {module: mindspore.dataset, import: import mindspore.dataset as ds}\n",
    ),
    "private package": ("R018", "format: 1\nmodules: [{module: torch.jit, to: mindspore}]\n"),
    "module with many names": ("R018", "format: 1\nmodules: [{module: torch.nn.functional, to: mindspore.ops}]\n"),
    # Version ranges
    "two comparisons": ("R019", '- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: ">=2.7, <3"}}\n'),
    "one version": ("R019", '- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: "==2.10.0"}}\n'),
    "all but one version": ("R019", '- {torch: torch.abs, to: mindspore.ops.abs, versions: {mindspore: "!=2.9"}}\n'),
    # Literals
    "true": (
        "R020",
        "- {torch: torch.nn.functional.elu, to: mindspore.ops.dropout, set: {p: 0.1, training: false}, omit: alpha}\n",
    ),
    "quoted word": (
        "R020",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, set: {order: "None"}}\n',
    ),
    "text without quotes": ("R020", "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {order: F}}\n"),
    # Namespaces
    "namespace": ("R011 R021", "format: 1\nnamespaces: [{namespace: torch.hub, say: Download the file by hand.}]\n"),
    "namespace with rules in it": (
        "R011 R021",
        "format: 1\nnamespaces: [{namespace: torch.hub, say: Download the file by hand.}]\n"
        "rules: [{torch: torch.hub.help, drop: true}]\n",
    ),
    "beginning of names": ("R021", "format: 1\nnamespaces: [{namespace: torch._*, say: Use public names only.}]\n"),
    "fusion": (
        "R003 R011 R022 R023",
        """
format: 1
fusions:
  - {fusion: silu, pattern: ["y = Mul(x, Sigmoid(x))"], becomes: "Swish(x)"}
""",
    ),
    "fusions of two names": (
        "R003 R011 R022 R023",
        """
format: 1
fusions:
  - {fusion: silu, pattern: ["y = Mul(x, Sigmoid(x))"], becomes: "Swish(x)"}
  - {fusion: mish, pattern: ["y = Mul(x, Tanh(Softplus(x)))"], becomes: "Mish(x)"}
""",
    ),
    "fusion of an operator that the tables declare": (
        "R022 R023",
        """
format: 1
fusions:
  - fusion: layer
    pattern: ["y = Add(MatMul(x, w), b)"]
    when: "rank(w) == 2"
    becomes: "mindconverter.Linear(x, w, b)"
""",
    ),
    "fusion of a parameter that is an attribute or an input": (
        "R022 R023",
        """
format: 1
fusions:
  - fusion: sums
    pattern: ["y = ReduceSum(ReduceSum(x, axes=axes), axes=axes)"]
    when: "len(axes) == 0"
    becomes: "ReduceSum(x, axes=axes)"
""",
    ),
    "fusion with inner values and alternatives": (
        "R022 R023",
        """
format: 1
fusions:
  - fusion: silu
    pattern:
      - "gate = Sigmoid(x) | HardSigmoid(x, alpha=_)"
      - "y = Mul(x, gate)"
    let: {none: "0"}
    when: "rank(x) > none"
    becomes: "Swish(x, alpha=1.0)"
""",
    ),
    "fusion that keeps attributes": (
        "R022 R023",
        """
format: 1
fusions:
  - {fusion: bias, pattern: ["y = Add(Conv(x, w, **conv), b)"], becomes: "Conv(x, w, reshape(b, (-1,)), **conv)"}
""",
    ),
    "expansion": (
        "R003 R004 R008 R022",
        """
format: 1
rules:
  - onnx: SampleOp
    domain: com.microsoft
    since: [1]
    expand: ["Y = Identity(X)"]
""",
    ),
    "expansion with several results and a choice": (
        "R003 R004 R008 R022",
        """
format: 1
rules:
  - onnx: DynamicQuantizeMatMul
    domain: com.microsoft
    since: [1]
    expand:
      - "a, scale, zero = DynamicQuantizeLinear(A)"
      - "p = com.microsoft.MatMulIntegerToFloat(a, B, scale, b_scale, zero, b_zero_point)"
      - "Y = p if bias is None else Add(p, bias)"
""",
    ),
    "expansion over each input": (
        "R003 R004 R008 R022",
        """
format: 1
rules:
  - onnx: QLinearConcat
    domain: com.microsoft
    since: [1]
    omit: [Y_scale, Y_zero_point]
    expand: ["Y = Concat(*(Identity(inputs[i]) for i in range(0, len(inputs), 3)), axis=axis)"]
""",
    ),
    "operator of the tables' own": (
        "R002 R022",
        """
format: 1
operators:
  - {operator: Twice, domain: own, inputs: {X: single}, outputs: {Y: single}, attributes: {times: 2}}
fusions:
  - {fusion: twice, pattern: ["y = Add(x, x)"], becomes: "own.Twice(x)"}
""",
    ),
    # Literals that all readers of YAML read alike
    "numbers": (
        "R020",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, set: {order: "off", start_dim: 10}, omit: start_dim}\n',
    ),
    "number with point and signed exponent": (
        "R020",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {start_dim: 1.0e-5}, omit: start_dim}\n",
    ),
    "zero": ("R020", "- {torch: torch.flatten, to: mindspore.ops.flatten, set: {start_dim: -0}, omit: start_dim}\n"),
    "texts that look like numbers": (
        "R020",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, set: {order: "1e-5", start_dim: 0.5}, omit: start_dim}\n',
    ),
    "word of several": ("R020", "- {torch: torch.abs, to: mindspore.ops.abs, warn: It is on by default here.}\n"),
    "number in an expression": (
        "R020",
        '- {torch: torch.flatten, to: mindspore.ops.flatten, args: {start_dim: "int(1e-5)"}, omit: start_dim}\n',
    ),
    # Order
    "versions that go up": ("R024 R029", "- {onnx: Relu, since: [6, 13, 14], cell: mindspore.nn.ReLU}\n"),
    "rules of an operator together": (
        "R024 R029",
        "- {onnx: Relu, since: [14], cell: mindspore.nn.ReLU}\n- {onnx: Relu, since: [13], cell: mindspore.nn.ReLU}\n",
    ),
    "rules in any order": (
        "R024 R029",
        "- {torch: torch.neg, to: mindspore.ops.neg}\n- {torch: torch.abs, to: mindspore.ops.abs}\n",
    ),
    "operators of two domains": (
        "R024 R029",
        '- {onnx: Gelu, since: [20], call: mindspore.ops.gelu, args: {input: "X"}, omit: approximate}\n'
        "- {onnx: Relu, since: [14], cell: mindspore.nn.ReLU}\n"
        '- {onnx: Gelu, domain: com.microsoft, since: [1], call: mindspore.ops.gelu, args: {input: "X"}}\n',
    ),
    "proved behind format": (
        "R024 R029",
        'format: 1\nproved: {torch: "2.13.0"}\nrules: [{torch: torch.abs, to: mindspore.ops.abs}]\n',
    ),
    "rules behind modules": (
        "R024 R029",
        "format: 1\nmodules: [{module: torch.nn, to: mindspore.nn}]\n"
        "rules: [{torch: torch.abs, to: mindspore.ops.abs}]\n",
    ),
    "head before all": ("R024 R029", "- {torch: torch.abs, warn: It may differ., to: mindspore.ops.abs}\n"),
    "domain between": (
        "R024 R029",
        '- {onnx: Gelu, domain: com.microsoft, since: [1], call: mindspore.ops.gelu, args: {input: "X"}}\n',
    ),
    "cast to what all versions have": (
        "R006",
        """
format: 1
casts:
  - cast: to_float
    when: "dtype(value) == 'bool'"
    rewrite: "mindspore.ops.cast({value}, mindspore.float32)"
    elements: float32
""",
    ),
    "write by what all versions have": (
        "R006 R024",
        """
format: 1
writes:
  - kind: torch.Tensor
    rewrite: "{self}.copy_({value})"
""",
    ),
    "member of a value that the versions of its rule have": (
        "R024",
        """
- torch: torch.abs
  rewrite: "{input}.set_({input})"
  versions: {mindspore: ">=2.9"}
""",
    ),
    "member of a value that all versions have": (
        "R024",
        """
- torch: torch.abs
  rewrite: "{input}.abs()"
""",
    ),
    "name of the script that looks like a member": (
        "R024",
        """
- torch: torch.neg
  rewrite: "mindspore.ops.neg({input})"
""",
    ),
    # Parameters that older versions have no place for
    "parameter that all versions have a place for that it is for": (
        "R024",
        """
- torch: torch.Tensor.true_divide
  to: mindspore.Tensor.true_divide
  versions: {mindspore: ">=2.9"}
""",
    ),
    "parameter that calls may leave out in an older version": (
        "R024",
        """
- torch: torch.nn.Module.register_forward_pre_hook
  to: mindspore.nn.Cell.register_forward_pre_hook
  args: {hook_fn: "hook"}
""",
    ),
    # The line for editors
    "schema below a comment": (
        "R025",
        "# Mine.\n# yaml-language-server: $schema=../schema.json\nformat: 1\n"
        "rules: [{torch: torch.abs, to: mindspore.ops.abs}]\n",
    ),
    "schema by its address": (
        "R025",
        "# yaml-language-server: $schema=https://mindconverter.dev/schemas/rules.schema.json\nformat: 1\n"
        "rules: [{torch: torch.abs, to: mindspore.ops.abs}]\n",
    ),
    # Blanks
    "empty line between": ("R026", "- {torch: torch.abs, to: mindspore.ops.abs}\n\n- {torch: torch.neg, drop: true}\n"),
    "comment at the end": ("R026", "- {torch: torch.abs, to: mindspore.ops.abs}\n# The end.\n"),
    "comment behind a record": ("R026", "- {torch: torch.abs, to: mindspore.ops.abs}  # as it is\n"),
    "blanks in front": ("R026", "-   {torch:   torch.abs,   to: mindspore.ops.abs}\n"),
    # Inputs of Cells
    "one input": ("R027", '- {onnx: Tanh, since: [13], cell: mindspore.nn.Tanh, inputs: ["input"]}\n'),
    "the first input": ("R027", "- {onnx: Tanh, since: [13], cell: mindspore.nn.Tanh}\n"),
    "Cell that takes two": (
        "R027",
        '- {onnx: Add, since: [14], cell: mindspore.nn.L1Loss, inputs: ["A", "B"]}\n',
    ),
    "helper class that inherits": ("R027", "- {onnx: Tanh, since: [13], cell: Layer, helper: Layer}\n"),
    # Conditions
    "range": (
        "R028",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, "
        'refuse: {when: "start_dim > 0 and start_dim < 3", say: Use another one.}}\n',
    ),
    "one value among others": (
        "R028",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, "
        'refuse: {when: "start_dim == 1 or start_dim == 2", say: Use another one.}}\n',
    ),
    "a number of one type": (
        "R028",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, "
        'refuse: {when: "is_number(start_dim) and is_int(start_dim)", say: Use another one.}}\n',
    ),
    "types of two parameters": (
        "R028",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, "
        'refuse: {when: "is_int(start_dim) and is_none(end_dim)", say: Use another one.}}\n',
    ),
    "last case": (
        "R028",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, "
        'cases: [{when: "start_dim == 1", set: {order: F}}, {when: "True", warn: It may differ.}]}\n',
    ),
    "not one and not the other": (
        "R028",
        "- {torch: torch.flatten, to: mindspore.ops.flatten, "
        'refuse: {when: "start_dim != 1 and start_dim != 2", say: Use another one.}}\n',
    ),
}
