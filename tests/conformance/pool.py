"""Run cases in worker processes: one that crashes or hangs costs its case, and a new one takes its place."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from tests.conformance.outcome import Outcome, Result

START_SECONDS = 120.0
"""How long a new process may take until it is ready; frameworks are slow to import on a busy machine."""


class Worker:
    """Hold a process that runs one case after the other.

    Args:
        module: The module that the process imports; its `start()` returns the function that runs a case.
        limit: Seconds that a case may take.
    """

    def __init__(self, module: str, limit: float = 60.0) -> None:
        self._module = module
        self._limit = limit
        self._process: Any = None
        self._connection: Any = None

    def run(self, case: Any) -> Result:
        """Return the result of a case, which has `name` and `operator`."""
        if self._process is None:
            self._begin()
        blank = Result(case.name, Outcome.CRASH, operator=case.operator)
        try:
            self._connection.send(case)
            if self._connection.poll(self._limit):
                result = self._connection.recv()
                assert isinstance(result, Result)
                return result
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            self.close()
            return replace(blank, say=f"the process ended with {code}")
        self.close()
        return replace(blank, outcome=Outcome.TIMEOUT, say=f"not done after {self._limit:g} s", seconds=self._limit)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
        self._process = self._connection = None

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._module, other), daemon=True)
        self._process.start()
        other.close()
        if not self._connection.poll(START_SECONDS):
            self.close()
            raise RuntimeError("The worker process does not start.")
        self._connection.recv()


def _serve(module: str, connection: Any) -> None:
    """Run the cases that come, silently, until nobody listens any more."""
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    run: Callable[[Any], Result] = importlib.import_module(module).start()
    connection.send("ready")
    while True:
        try:
            case = connection.recv()
        except EOFError:
            return
        connection.send(run(case))


def run_all(module: str, cases: Iterable[Any], *, workers: int = 2, limit: float = 60.0) -> Iterator[Result]:
    """Yield the result of each case as it comes.

    Args:
        module: See `Worker`.
        cases: The cases.
        workers: How many processes run at a time.
        limit: Seconds that a case may take.
    """
    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
    done: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
    for case in cases:
        waiting.put(case)

    def work() -> None:
        worker = Worker(module, limit)
        try:
            while True:
                done.put(worker.run(waiting.get_nowait()))
        except queue.Empty:
            worker.close()
        finally:
            done.put(None)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    running = workers
    while running:
        result = done.get()
        if result is None:
            running -= 1
        else:
            yield result
