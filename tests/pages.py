"""Run what a page of the documentation shows: write its files, run its commands, and compare what comes of it.

- A block with a ``title`` is a file: it is written, or compared if it lies in ``output/``, where commands write.
- A ``console`` block has commands behind ``$`` and what they print. A line ``...`` stands for any lines.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mindconverter.cli.main import main

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', flags=re.M | re.S)


@dataclass(frozen=True)
class Step:
    """Hold one thing that a reader does or sees.

    Attributes:
        line: Its line in the page.
        command: The command; empty for a file.
        file: The file; empty for a command.
        text: The content of the file, or what the command prints.
    """

    line: int
    command: str
    file: str
    text: str


def steps(page: Path) -> Iterator[Step]:
    """Yield the steps of a page."""
    markdown = page.read_text()
    for block in _BLOCK.finditer(markdown):
        language, title, text = block.groups()
        line = markdown.count("\n", 0, block.start()) + 1
        if language == "console":
            for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, flags=re.M):
                yield Step(line, command, "", printed)
        elif title:
            yield Step(line, "", title, text)


def run_page(page: Path, folder: Path) -> list[str]:
    """Do what a page says in a folder, and return what came out otherwise than the page shows it."""
    wrong = []
    with contextlib.chdir(folder):
        for step in steps(page):
            found = _run(step.command) if step.command else _file(step)
            if not _matches(step.text, found):
                what = step.command or step.file
                wrong.append(f"{page.name}:{step.line}: {what} gives\n{found}\nand not\n{step.text}")
    return wrong


def _run(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program == "mindconverter":
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main(arguments)
        return printed.getvalue()
    assert program == "python", command
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else run.stderr


def _file(step: Step) -> str:
    path = Path(step.file)
    if path.parts[0] == "output":
        return path.read_text() if path.exists() else "no such file\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.text)
    return step.text


def _matches(expected: str, found: str) -> bool:
    lines = [".*?" if line == "...\n" else re.escape(line) for line in expected.splitlines(keepends=True)]
    return re.fullmatch("".join(lines), found, flags=re.S) is not None
