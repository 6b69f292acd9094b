"""Writing checkpoints."""

from pathlib import Path

import mindspore
from mindspore import Tensor, nn


def save_state(obj, f) -> None:
    """Write a cell, or a dictionary of parameters, as a checkpoint."""
    if isinstance(obj, nn.Cell):
        mindspore.save_checkpoint(obj, str(Path(f)))
        return
    others = [name for name, value in obj.items() if not isinstance(value, Tensor)]
    if others:
        raise TypeError(f"A checkpoint holds parameters only; save {', '.join(others)} in another file.")
    mindspore.save_checkpoint([{"name": name, "data": value} for name, value in obj.items()], str(Path(f)))
