"""Keep TensorFlow quiet, and say what to install where it is missing."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from mindconverter.errors import MissingDependencyError


def require_tensorflow(file: Path) -> None:
    """Import the TensorFlow packages.

    Args:
        file: The model, for the message.

    Raises:
        MissingDependencyError: One is not installed.
    """
    try:
        import_module("tensorflow")
        import_module("tf2onnx")
    except ImportError as error:
        raise MissingDependencyError(
            f"Reading {file.name} needs the package {error.name}.",
            advice='Run: pip install "mindconverter[tensorflow]"',
        ) from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what TensorFlow and tf2onnx tell about themselves off the terminal."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), _without_native_messages():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


@contextlib.contextmanager
def _without_native_messages() -> Iterator[None]:
    """Send standard error to nowhere, since TensorFlow's native code writes to it before its log level is read."""
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
