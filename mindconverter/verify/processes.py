"""Do work in processes of their own, each piece within a time: a crash or a hang costs one piece."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
_START = 120.0
"""The seconds that a process has to start and to import what it needs; frameworks are slow to import at times."""


@dataclass(frozen=True)
class Lost:
    """Stand for the result of a task that has none.

    Attributes:
        say: What became of it, in a sentence.
        late: Whether it took too long; else its process ended.
    """

    say: str
    late: bool = False


class Worker(Generic[Task]):
    """Do one task after the other in a silent process, in a new one after each that is lost.

    Args:
        make: Called in each process once; what it returns is called with each task, and returns something.
        arguments: What ``make`` is called with.
        seconds: How long a task may take.
    """

    def __init__(self, make: Callable[..., Callable[[Task], Any]], arguments: Sequence[Any], seconds: float) -> None:
        self._make = make
        self._arguments = tuple(arguments)
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._first: list[Task] = []

    def run(self, task: Task) -> Any:
        """Return the result of a task, or what became of it."""
        self.give(task)
        while (result := self.poll(self._deadline - time.monotonic())) is None:
            pass
        return result

    def give(self, task: Task) -> None:
        """Begin with a task."""
        if self._process is None:
            self._begin()
            self._first = [task]
        else:
            self._send(task)

    def poll(self, seconds: float = 0.0) -> Any:
        """Return the result of the task, or what became of it; None if it needs more than so many seconds yet."""
        assert self._process is not None
        try:
            if self.connection.poll(max(0.0, seconds)):
                message = self.connection.recv()
                if not self._first:
                    return message
                self._send(self._first.pop())  # the first message tells that the process is ready
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            self.close()
            return Lost(f"It ended the process (exit code {code}).")
        if time.monotonic() < self._deadline:
            return None
        limit = _START if self._first else self._seconds
        self.close()
        return Lost(f"It took more than {limit:g} seconds.", late=True)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self.connection.close()
            self._process.kill()
            self._process.join()
        self._process = None

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._make, self._arguments), daemon=True)
        self._process.start()
        theirs.close()
        self._deadline = time.monotonic() + _START

    def _send(self, task: Task) -> None:
        with suppress(OSError):  # `poll` tells that the process has ended
            self.connection.send(task)
        self._deadline = time.monotonic() + self._seconds


def work(
    tasks: Sequence[Task],
    make: Callable[..., Callable[[Task], Any]],
    arguments: Sequence[Any],
    *,
    jobs: int,
    seconds: float,
) -> Iterator[tuple[int, Any]]:
    """Yield the index and the result of each task as it is done, or what became of it.

    Args:
        tasks: The tasks.
        make: See `Worker`.
        arguments: See `Worker`.
        jobs: How many processes work at a time.
        seconds: How long a task may take.
    """
    left = iter(range(len(tasks)))
    workers = [Worker(make, arguments, seconds) for _ in range(jobs)]
    busy: dict[Worker[Task], int] = {}
    try:
        while True:
            for worker in workers:
                if worker in busy:
                    continue
                index = next(left, None)
                if index is None:
                    worker.close()
                else:
                    worker.give(tasks[index])
                    busy[worker] = index
            if not busy:
                return
            wait([worker.connection for worker in busy], timeout=0.2)
            for worker in list(busy):
                result = worker.poll()
                if result is not None:
                    yield busy.pop(worker), result
    finally:
        for worker in workers:
            worker.close()


def _serve(connection: Connection, make: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
    """Do what comes, until nothing more does."""
    with open(os.devnull, "w") as nothing:
        for stream in (1, 2):  # frameworks print there
            os.dup2(nothing.fileno(), stream)
    do = make(*arguments)
    connection.send("ready")
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(do(task))
