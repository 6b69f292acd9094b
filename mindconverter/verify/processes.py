"""Do work in processes of their own, each piece within a time: a crash or a hang costs one piece."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
_START = 120.0
"""The seconds that a process has besides to start and to import what it needs."""


@dataclass(frozen=True)
class Lost:
    """Stand for the result of a task whose process ended, or took too long; ``say`` tells which."""

    say: str


@dataclass
class _Worker(Generic[Task]):
    process: BaseProcess
    connection: Connection
    index: int
    deadline: float


def work(
    tasks: Sequence[Task],
    make: Callable[..., Callable[[Task], Any]],
    arguments: Sequence[Any],
    *,
    jobs: int,
    seconds: float,
) -> Iterator[tuple[int, Any]]:
    """Yield the index and the result of each task as it is done, or what became of its process.

    Args:
        tasks: The tasks.
        make: Called in each process once; what it returns is called with each task.
        arguments: What ``make`` is called with.
        jobs: How many processes work at a time.
        seconds: How long a task may take.
    """
    left = iter(range(len(tasks)))
    workers: list[_Worker[Task]] = []
    try:
        while True:
            while len(workers) < jobs and (index := next(left, None)) is not None:
                workers.append(_started(tasks[index], index, make, arguments, seconds))
            if not workers:
                return
            ready = wait([worker.connection for worker in workers], timeout=0.2)
            for worker in list(workers):
                if worker.connection not in ready and time.monotonic() < worker.deadline:
                    continue
                result = _result(worker, seconds)
                yield worker.index, result
                following = next(left, None) if not isinstance(result, Lost) else None
                if following is None:
                    _stop(worker)
                    workers.remove(worker)
                else:
                    worker.connection.send(tasks[following])
                    worker.index, worker.deadline = following, time.monotonic() + seconds
    finally:
        for worker in workers:
            _stop(worker)


def _started(
    task: Task, index: int, make: Callable[..., Callable[[Task], Any]], arguments: Sequence[Any], seconds: float
) -> _Worker[Task]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, make, tuple(arguments)), daemon=True)
    process.start()
    theirs.close()
    ours.send(task)
    return _Worker(process, ours, index, time.monotonic() + seconds + _START)


def _result(worker: _Worker[Task], seconds: float) -> Any:
    if not worker.connection.poll():
        return Lost(f"It took more than {seconds:g} seconds.")
    try:
        return worker.connection.recv()
    except EOFError:
        worker.process.join(5)
        return Lost(f"It ended the process (exit code {worker.process.exitcode}).")


def _stop(worker: _Worker[Task]) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.join()


def _serve(connection: Connection, make: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
    """Do what comes, until nothing more does."""
    do = make(*arguments)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(do(task))
