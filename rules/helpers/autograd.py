"""Blocks without gradients."""

from contextlib import ContextDecorator


class no_grad(ContextDecorator):
    """Mark a block or function that needs no gradients; MindSpore computes them only where they are asked for."""

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None
