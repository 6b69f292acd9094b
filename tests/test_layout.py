"""The engine knows no API, and its modules stay small: the laws of the design that a machine can hold.

A mapping belongs in ``rules/``. What this test finds in ``mindconverter/`` is the name of an API of the catalogues,
as a string or as an identifier outside docstrings.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mindconverter"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 450

# What a module needs to name, with the reason. Everything that could be a rule is to become one instead.
ALLOWED: dict[str, dict[str, str]] = {
    "graph/normalise/branches.py": {
        "If": "its branch follows from its condition, so that a known one folds it",
        "Identity": "the form in which a graph says that two names are one value",
    },
    "graph/normalise/fold.py": {
        "Gather": "items of a shape follow from the shape, so shape inference folds them",
        "Reshape": "its target follows from the shape of its result, so shape inference folds it",
        "Shape": "its value follows from the shape of its input, so shape inference folds it",
        "Size": "its value follows from the shape of its input, so shape inference folds it",
        "CastLike": "its value follows from the type of its input, so type inference folds it",
    },
    "graph/lower/index_grids.py": dict.fromkeys(
        [
            *("Add", "And", "Cast", "Concat", "Expand", "Gather", "GatherND", "Greater", "GreaterOrEqual", "Identity"),
            *("Less", "LessOrEqual", "Range", "Reshape", "Slice", "Unsqueeze", "Where"),
        ],
        "its value follows from the sizes of what it reads, so folding over open sizes follows it",
    ),
    "graph/normalise/normalise.py": {"Identity": "the form in which a graph says that two names are one value"},
    "graph/onnx_model/onnx_file.py": {"Constant": "the form in which a graph stores a value that is no initializer"},
    "graph/onnx_model/open_sizes.py": {"Reshape": "inference makes up symbols for its sizes, which counting tells"},
    "graph/read_torch/program_checks.py": {
        "while_loop": "an operator that an exported program may name, in the list of those that are harmless",
        "torch.save": "the message says how the file should have been written",
    },
    "graph/read_torch/safe_load.py": {
        "torch.nn.functional": "a folder of PyTorch itself, whose functions a saved module may name",
        "torch.save": "the message says how the file should have been written",
    },
    "graph/read_tf/saved_model.py": {"PyFunc": "an operator of TensorFlow that runs Python code, which is refused"},
    "graph/read_tf/tf_norms.py": dict.fromkeys(
        ["Identity", "Mul", "Neg", "Reshape", "Sub"],
        "an operator of TensorFlow, which folds constants before any table sees the graph",
    ),
    "graph/modules/scopes.py": {"strided_slice": "a name scope that TensorFlow opens by itself, which is no layer"},
    "graph/read_torch/script_load.py": {"torch.save": "the message says how the file should have been written"},
    "graph/read_torch/torch_kind.py": {"torch.save": "the message says how the file should have been written"},
    "graph/read_torch/torch_program.py": {"torch.save": "the message says how the file should have been written"},
    "graph/emit/skeleton.py": {
        "mindspore.nn.Cell": "what every class of a generated script derives from",
        "mindspore.nn.SequentialCell": "how a generated script writes modules that are called in a row",
        "mindspore.nn.CellList": "how a generated script writes a list of modules",
        "mindspore.nn.CellDict": "how a generated script writes a container of named modules",
        "mindspore.Parameter": "how a generated script holds a weight outside a Cell",
        "mindspore.Tensor": "how a generated script holds a constant",
        "mindspore.ops.zeros": "the value of a Parameter until the checkpoint is loaded",
        "mindspore.ops.ones": "a batch to run a generated script with",
        "mindspore.load_checkpoint": "how a generated script reads its checkpoint",
        "mindspore.load_param_into_net": "how a generated script loads its checkpoint",
        "mindspore.ops.full": "how a generated script holds a constant of equal items",
        "requires_grad": "marks a Parameter that is not trained",
    },
    "graph/read_tf/tf_graph.py": {
        "Identity": "what a placeholder with a default becomes: a node that passes its input on"
    },
    "rules/functions.py": {
        "is_tensor": "a function of the expression language: what a value is, whatever the framework"
    },
    "cli/weights.py": {"mindspore.nn.Cell": "what a network is, in a message and a type"},
    "verify/script_example.py": {
        "torch.nn": "the usual import at the top of the script that an example stands in",
        "torch.nn.functional": "the usual import at the top of the script that an example stands in",
    },
    "weights/torch_state.py": {"torch.save": "the message says how the file should have been written"},
    "weights/expressions.py": {"expand_dims": "a function of the weight expressions"},
    "weights/transforms.py": {"expand_dims": "a function of the weight expressions"},
    "rules/lint/contradiction.py": {"is_tensor": "a function of the language of expressions, as in rules/functions.py"},
}

# The usual short names of the frameworks' packages, as generated and converted code writes them.
SHORT = {
    "torch.": ("torch.", "torch.nn.", "torch.nn.functional."),
    "nn.": ("torch.nn.", "mindspore.nn.", "torch.nn.functional."),
    "F.": ("torch.nn.functional.", "mindspore.ops."),
    "ops.": ("mindspore.ops.",),
    "mint.": ("mindspore.mint.",),
    "ms.": ("mindspore.",),
    "mindspore.": ("mindspore.",),
    "Tensor.": ("torch.Tensor.", "mindspore.Tensor."),
}
# The places whose functions are API names even alone, without their package.
FLAT = ("torch.", "torch.nn.functional.", "torch.Tensor.", "mindspore.ops.", "mindspore.mint.", "mindspore.Tensor.")

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
# Two humps, or a digit in the name of a class: Conv2d, BatchNormalization, ReLU. Not Graph, Node, Parameter.
DISTINCTIVE = re.compile(r"[A-Z](?=.*[a-z0-9])(?:[A-Za-z0-9]*[a-z][A-Z]|[A-Za-z]*\d)[A-Za-z0-9]*")


@cache
def catalogue() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return the dotted API names, the names that are telling even alone, and the ONNX operators."""
    dotted: set[str] = set()
    for path in sorted((ROOT / "rules" / "catalog").glob("*.json")):
        dotted.update(json.loads(path.read_text()).get("api", {}))
    operators = {
        operator
        for path in sorted((ROOT / "rules" / "catalog").glob("onnx-*.json"))
        for domain in json.loads(path.read_text())["domains"].values()
        for operator in domain
    }
    leaves = {
        name.rpartition(".")[2]
        for name in dotted
        if name.startswith(("torch.nn.", "torch.optim.", "mindspore.nn.", "mindspore.ops.", "mindspore.mint.nn."))
    }
    telling = {leaf for leaf in leaves | operators if DISTINCTIVE.fullmatch(leaf)}
    for place in FLAT:
        functions = (name[len(place) :] for name in dotted if name.startswith(place))
        telling.update(name for name in functions if "_" in name.strip("_") and "." not in name and name.islower())
    return frozenset(dotted), frozenset(telling), frozenset(operators)


def is_api_name(word: str) -> bool:
    """Tell whether a word such as ``nn.Conv2d``, ``masked_fill`` or ``LayerNormalization`` names an API."""
    dotted, telling, _ = catalogue()
    if word.rpartition(".")[2] in telling:
        return True
    for short, packages in SHORT.items():
        rest = word.removeprefix(short)
        if rest != word and any(package + rest in dotted for package in packages):
            return True
    return False


def api_names(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of every API that the code of ``source`` names."""
    tree = ast.parse(source)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    _, telling, operators = catalogue()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            if node.value in operators:
                yield node.lineno, node.value
            else:
                yield from ((node.lineno, word) for word in WORD.findall(node.value) if is_api_name(word))
        else:
            name = identifier(node)
            # Identifiers in lower case are the engine's own words, such as a variable called `batch_norm`.
            if name in telling and not name.islower():
                yield node.lineno, name


def identifier(node: ast.AST) -> str:
    """Return the name that a node gives or uses; empty for an attribute of a library that reads source or models."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    match root:
        case ast.Name(id="ast" | "cst" | "libcst" | "m" | "onnx") if root is not node:
            return ""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.ClassDef(name=name):
            return name
    return ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_engine_names_no_api(path: Path) -> None:
    allowed = ALLOWED.get(path.relative_to(PACKAGE).as_posix(), {})
    found = [f"{path.name}:{line}: {name}" for line, name in api_names(path.read_text()) if name not in allowed]
    assert not found, "a mapping belongs in rules/, not in the engine"


def test_every_allowed_name_is_in_use() -> None:
    for module, names in ALLOWED.items():
        used = {name for _, name in api_names((PACKAGE / module).read_text())}
        assert used >= set(names), f"{module} no longer names {set(names) - used}"


@pytest.mark.parametrize(
    "code",
    [
        'target = "nn.Conv2d"',
        'target = "torch.nn.Conv2d"',
        'target = "mindspore.ops.relu"',
        'if name == "BatchNormalization": pass',
        'if node.op_type == "Conv": pass',
        'names = {"masked_fill": 1}',
        'text = f"self.{name} = nn.Dense({size})"',
        'call = "ops.relu(x)"',
        "layer = nn.Conv2d",
        "class AdaptiveAvgPool2d: pass",
        'value.say("Use torch.nn.functional.interpolate instead.")',
        '"""Doc."""\nx = "nn.Conv2d"',
    ],
)
def test_the_check_sees_an_api_name(code: str) -> None:
    assert list(api_names(code))


@pytest.mark.parametrize(
    "code",
    [
        '"""Convert nn.Conv2d."""',
        'def f() -> None:\n    """Handle BatchNormalization."""',
        'class A:\n    """Handle BatchNormalization."""',
        "# nn.Conv2d",
        'kind = "convolution"',
        'text = "import"',
        'folder = "torch"',
        'help = "PyTorch (.pth), TensorFlow (.pb) or ONNX (.onnx) model"',
        "batch_norm = 1",
        "kind = ast.FloorDiv",
        "kinds = onnx.TensorProto.DataType.values()",
        "class Parameter: pass",
        "class ScriptGenerationError: pass",
        'name = "nn.ThisIsNoApi"',
    ],
)
def test_the_check_leaves_other_words_alone(code: str) -> None:
    assert not list(api_names(code))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_modules_stay_small_and_finished(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_LINES
    assert path.name not in {"utils.py", "helpers.py", "misc.py", "common.py"}
    assert not re.search(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", text)
