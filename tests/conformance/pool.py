"""Run cases in worker processes: one that crashes or hangs costs its case, and a new one takes its place."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mindconverter.verify import processes
from mindconverter.verify.processes import Lost, work
from tests.conformance.outcome import Outcome, Result


class Worker:
    """Hold a process that runs one case after the other.

    Args:
        module: The module that the process imports; its `start()` returns the function that runs a case.
        limit: Seconds that a case may take.
    """

    def __init__(self, module: str, limit: float = 60.0) -> None:
        self._limit = limit
        self._worker: processes.Worker[Any] = processes.Worker(_start, [module], limit)

    def run(self, case: Any) -> Result:
        """Return the result of a case, which has `name` and `operator`."""
        return _result(case, self._worker.run(case), self._limit)

    def close(self) -> None:
        """End the process."""
        self._worker.close()


def run_all(module: str, cases: Iterable[Any], *, workers: int = 2, limit: float = 60.0) -> Iterator[Result]:
    """Yield the result of each case as it comes.

    Args:
        module: See `Worker`.
        cases: The cases.
        workers: How many processes run at a time.
        limit: Seconds that a case may take.
    """
    given = list(cases)
    for index, found in work(given, _start, [module], jobs=workers, seconds=limit):
        yield _result(given[index], found, limit)


def _start(module: str) -> Callable[[Any], Result]:
    run: Callable[[Any], Result] = importlib.import_module(module).start()
    return run


def _result(case: Any, found: Result | Lost, limit: float) -> Result:
    if isinstance(found, Result):
        return found
    if found.late:
        return Result(case.name, Outcome.TIMEOUT, f"not done after {limit:g} s", case.operator, limit)
    return Result(case.name, Outcome.CRASH, found.say, case.operator)
