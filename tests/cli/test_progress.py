"""Progress is shown on a terminal and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

WORK = """
from mindconverter.cli.progress import progress_bar
with progress_bar() as progress:
    if progress is None:
        print("no terminal")
    else:
        for done in range(4):
            progress("reading [bold]net[/bold].py", done, 3)
"""


def test_nothing_is_shown_where_stderr_is_a_file() -> None:
    run = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("no terminal\n", "")


def test_a_terminal_shows_what_is_done_with_names_as_they_are() -> None:
    master, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen([sys.executable, "-c", WORK], stderr=terminal, stdout=subprocess.PIPE, env=environment)
    os.close(terminal)
    shown = b""
    while chunk := read_terminal(master):
        shown += chunk
    os.close(master)
    printed, _ = process.communicate()
    assert process.returncode == 0
    assert printed == b""
    assert b"reading [bold]net[/bold].py" in shown
    assert b"3/3" in shown


def read_terminal(descriptor: int) -> bytes:
    """Return what is there; empty once the other side is closed, which Linux reports as an error."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""
