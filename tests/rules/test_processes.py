"""Examples run in processes that may crash or hang: each costs its own result and no other."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from mindconverter.verify.processes import Lost, Worker, work


def start(factor: int) -> Callable[[int], int]:
    def run(task: int) -> int:
        if task == 1:
            os._exit(3)
        if task == 2:
            time.sleep(60)
        return factor * task

    return run


def test_what_ends_its_process_or_hangs_costs_its_own_result() -> None:
    found = dict(work(range(5), start, [10], jobs=2, seconds=1))
    crash, hang = Lost("It ended the process (exit code 3)."), Lost("It took more than 1 seconds.", late=True)
    assert found == {0: 0, 1: crash, 2: hang, 3: 30, 4: 40}


def test_a_worker_goes_on_after_a_crash() -> None:
    worker = Worker(start, [2], 1)
    assert worker.run(1) == Lost("It ended the process (exit code 3).")
    assert worker.run(4) == 8
    assert worker.run(3) == 6
    worker.close()
