"""Let programs that give an object of a package's class, as those of transformers do, give a dictionary instead.

PyTorch's loader would look the class up. The outputs are flattened anyway, by the names of its fields.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

_MODEL = "models/model.json"
_SPEC = "out_spec"
_DICTIONARY = "builtins.dict"
_PLAIN = "builtins."


def with_plain_outputs(path: Path) -> io.BytesIO:
    """Return the archive of a program whose outputs are tensors, tuples, lists and dictionaries.

    Args:
        path: The archive; one that is damaged is returned as it is, for the check to say so.
    """
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = next(item for item in archive.namelist() if item.partition("/")[2] == _MODEL)
            model = json.loads(archive.read(name))
            if not _simplify(model):
                return io.BytesIO(data)
            target = io.BytesIO()
            with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as written:
                for item in archive.infolist():
                    written.writestr(item, json.dumps(model) if item.filename == name else archive.read(item))
    except (zipfile.BadZipFile, StopIteration, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return io.BytesIO(data)
    target.seek(0)
    return target


def _simplify(value: Any) -> bool:
    """Turn the classes in descriptions of outputs into dictionaries, and tell whether there were any."""
    if isinstance(value, list):
        return True in [_simplify(item) for item in value]
    if not isinstance(value, dict):
        return False
    found = True in [_simplify(item) for key, item in value.items() if key != _SPEC]
    if isinstance(value.get(_SPEC), str) and value[_SPEC]:
        version, spec = json.loads(value[_SPEC])
        if _simplify_spec(spec):
            value[_SPEC] = json.dumps([version, spec])
            found = True
    return found


def _simplify_spec(spec: dict[str, Any]) -> bool:
    """Turn a class with a name for each of its parts into a dictionary."""
    found = True in [_simplify_spec(child) for child in spec["children_spec"]]
    if not isinstance(spec["type"], str) or spec["type"].startswith((_PLAIN, "collections.")):
        return found
    names = json.loads(spec["context"])
    if isinstance(names, list) and len(names) == len(spec["children_spec"]) and all(isinstance(n, str) for n in names):
        spec["type"] = _DICTIONARY
        return True
    return found
