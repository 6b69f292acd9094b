"""Build a network from a generated script and its checkpoint."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from pathlib import Path
from typing import Any

from mindconverter.errors import ScriptGenerationError
from mindconverter.weights.checkpoint import load_strictly

_numbers = itertools.count()


def load_network(script: Path, network: str, checkpoint: Path) -> Any:
    """Return the network with its checkpoint loaded, in evaluation mode.

    Args:
        script: The generated script.
        network: The name of the class of the whole model.
        checkpoint: The checkpoint; every parameter must be in it, and nothing else.

    Raises:
        ScriptGenerationError: The script cannot be imported.
        CheckpointGenerationError: The checkpoint does not fit.
    """
    name = f"_mindconverter_script_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, script)
    if spec is None or spec.loader is None or not script.is_file():
        raise ScriptGenerationError(
            "The script cannot be imported.", where=str(script), advice="Convert the model again."
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # the framework looks up the source of a class through its module
    spec.loader.exec_module(module)
    cell = getattr(module, network)()
    load_strictly(cell, checkpoint)
    cell.set_train(False)
    return cell
