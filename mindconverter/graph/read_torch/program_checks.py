"""Check the archive of a program before PyTorch loads it: PyTorch itself would run what the file says.

Its loader imports modules, evaluates expressions and unpickles objects that the file chooses, and its exporter calls
the functions that the file names. So every such text has to be of a form that is known to be harmless.
"""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mindconverter.errors import ModelLoadingError

if TYPE_CHECKING:
    pass

_MEMBERS = (
    "models/model.json",
    "data/weights/*",
    "data/constants/*",
    "data/sample_inputs/model.pt",
    "extra/*",
    "archive_*",
    "byteorder",
    "version",
    ".data/*",
)
_COMPILED = "data/aotinductor/*"
_TENSORS = ("weight_", "tensor_")
_ADVICE = "Load it where you trust it and export it to ONNX, or save the module itself with torch.save(module, FILE)."

_TARGETS = re.compile(
    r"torch\.ops\.(aten|prims|quantized_decomposed|torchvision)\.\w+\.\w+"
    r"|torch\.ops\.higher_order\.(cond|while_loop|scan|associative_scan|map_impl|wrap_with_set_grad_enabled|wrap_with_autocast)"
    r"|torch\._?sym_\w+"
    r"|math\.(ceil|floor|trunc|sqrt|pow)"
    r"|_operator\.(getitem|add|sub|mul|truediv|floordiv|mod|neg|pos|pow|eq|ne|lt|le|gt|ge|and_|or_|xor|not_)"
)
_FILE_ARGUMENT = "filename"
_SPECS = (None, "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict")
_SYMBOL = re.compile(r"[A-Za-z]{1,12}\d*")
_EXPRESSION = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.Call,
    ast.Name,
    ast.Constant,
    ast.keyword,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
)


def check_program(archive: BinaryIO, path: Path) -> None:
    """Refuse the archive of a program that names more than tensors, operators of tensors and sizes.

    Args:
        archive: The archive.
        path: Where it came from, for messages.

    Raises:
        ModelLoadingError: It does, or it is damaged.
    """
    import torch

    try:
        # PyTorch's own reader, so that what is checked is what will be read.
        reader = torch._C.PyTorchFileReader(archive)
        members = [str(name) for name in reader.get_all_records()]
        refused = [name for name in members if not any(fnmatchcase(name, known) for known in _MEMBERS)]
        if any(fnmatchcase(name, _COMPILED) for name in members):
            raise _refusal("The file holds compiled code for one machine, which tells nothing of the model", path)
        problems = [f"the member {name}" for name in refused]
        problems += list(_payload_problems(reader, [name for name in members if name.endswith("_config.json")]))
        problems += [name for name in members if name.endswith(".pt") and not _is_plain(reader.get_record(name))]
        problems += list(_problems(json.loads(reader.get_record(_MEMBERS[0]))))
    except ModelLoadingError:
        raise
    except Exception as error:  # a damaged file raises whatever its bytes lead to
        raise ModelLoadingError(f"The file is damaged: {error}.", where=str(path), advice="Export it again.") from error
    if problems:
        told = ", ".join(dict.fromkeys(problems[:8]))
        raise _refusal(f"The file refers to {told}, which is not allowed. Nothing of it has run", path)


def _refusal(message: str, path: Path) -> ModelLoadingError:
    return ModelLoadingError(f"{message}.", where=str(path), advice=_ADVICE)


def _payload_problems(reader: Any, configurations: list[str]) -> Iterator[str]:
    """Yield what is stored as an object and not as the bytes of a tensor."""
    for name in configurations:
        folder = name.rpartition("/")[0]
        for key, payload in json.loads(reader.get_record(name)).get("config", {}).items():
            file = str(payload.get("path_name", ""))
            is_tensor = file.startswith(_TENSORS)
            if not is_tensor or (payload.get("use_pickle") and not _is_plain(reader.get_record(f"{folder}/{file}"))):
                yield f"the object {key}"


def _is_plain(pickled: bytes) -> bool:
    """Tell whether PyTorch's restricted unpickler takes it."""
    import torch

    try:
        torch.load(io.BytesIO(pickled), weights_only=True)
    except Exception:  # whatever the bytes lead to, they are not taken
        return False
    return True


def _problems(value: object, key: str = "") -> Iterator[str]:
    """Yield the texts that PyTorch would import, evaluate or call, and that are not known to be harmless."""
    if isinstance(value, dict):
        for name, item in value.items():
            if key == "range_constraints" and not _SYMBOL.fullmatch(name):
                yield name
            yield from _problems(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _problems(item, key)
    elif isinstance(value, str):
        check = {"target": _is_harmless_target, "as_operator": _is_harmless_target, "expr_str": _is_size}.get(key)
        check = _is_plain_structure if key in ("in_spec", "out_spec") else check
        if check is not None and not check(value):
            yield value


def _is_harmless_target(text: str) -> bool:
    """Tell whether a text names an operator of tensors or numbers; those of files are none."""
    import torch

    if not _TARGETS.fullmatch(text):
        return False
    parts = text.split(".")
    if parts[:2] != ["torch", "ops"]:
        return True
    schemas = torch._C._jit_get_schemas_for_operator(f"{parts[2]}::{parts[3]}")
    return not any(argument.name == _FILE_ARGUMENT for schema in schemas for argument in schema.arguments)


def _is_size(text: str) -> bool:
    """Tell whether a text is an expression of sizes: symbols, numbers, and functions of them."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return False
    return all(isinstance(node, _EXPRESSION) and _is_size_part(node) for node in ast.walk(tree))


def _is_size_part(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return _is_symbolic_function(name)
        case ast.Call():
            return False
        case ast.Name(id=name):
            return _is_symbolic_function(name) or (_SYMBOL.fullmatch(name) is not None and any(map(str.isdigit, name)))
        case ast.Constant(value=str(value)):
            return _SYMBOL.fullmatch(value) is not None and any(map(str.isdigit, value))
    return True


def _is_symbolic_function(name: str) -> bool:
    import sympy
    from torch.utils._sympy import functions

    found = getattr(functions, name, None) or getattr(sympy, name, None)
    return isinstance(found, type) and issubclass(found, sympy.Basic)


def _is_plain_structure(text: str) -> bool:
    """Tell whether inputs or outputs are tuples, lists and dictionaries with texts as keys."""
    try:
        value = json.loads(text)
        return isinstance(value, list) and len(value) == 2 and _is_plain_spec(value[1])
    except (ValueError, TypeError, AttributeError):
        return False


def _is_plain_spec(spec: dict[str, Any]) -> bool:
    context = spec["context"]
    keys = [] if context is None else json.loads(context)
    plain = keys is None or (isinstance(keys, list) and all(isinstance(key, (str, int)) for key in keys))
    return spec["type"] in _SPECS and plain and all(map(_is_plain_spec, spec["children_spec"]))
