"""Write files so that a reader sees the whole new file or the old one, never a part."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mindconverter.errors import MindConverterError

_ADVICE = "Check that the folder can be written to and that the disk has room, or choose another folder with --output."


@contextmanager
def replacing(path: Path, error: type[MindConverterError]) -> Iterator[Path]:
    """Yield a temporary path that takes the place of ``path`` when the block ends without an exception.

    The temporary file lies in the same folder, which is created where needed, and has the same suffix, so that a
    library which derives the format or the name from it can write to it. After a failure it is removed and ``path`` is
    as it was.

    Args:
        path: The file to write.
        error: What an ``OSError`` is reported as.

    Raises:
        MindConverterError: As ``error``, when the file cannot be written.
    """
    temporary = path.with_name(f".{path.stem}.{secrets.token_hex(6)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            _flush_to_disk(temporary)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as failure:
        reason = failure.strerror or str(failure)
        raise error(f"The file cannot be written: {reason}.", where=str(path), advice=_ADVICE) from failure


def atomic_write_bytes(path: Path, data: bytes, error: type[MindConverterError]) -> None:
    """Write ``data`` to ``path``, whole or not at all.

    Args:
        path: The file to write; its folder is created where needed.
        data: The content.
        error: What an ``OSError`` is reported as.

    Raises:
        MindConverterError: As ``error``, when the file cannot be written.
    """
    with replacing(path, error) as temporary:
        temporary.write_bytes(data)


def atomic_write_text(path: Path, text: str, error: type[MindConverterError]) -> None:
    """Write ``text`` to ``path`` in UTF-8, whole or not at all, with its line endings as they are.

    Args:
        path: The file to write; its folder is created where needed.
        text: The content.
        error: What an ``OSError`` is reported as.

    Raises:
        MindConverterError: As ``error``, when the file cannot be written.
    """
    atomic_write_bytes(path, text.encode("utf-8"), error)


def _flush_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
