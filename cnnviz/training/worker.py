"""The worker process: waits with TensorFlow imported, trains the runs of the queue, and ends.

It belongs to nobody: it goes on when the dashboard that started it is gone, and ends when nothing waits and no
dashboard needs it warm.
"""

import argparse
import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import psutil
from filelock import FileLock

from cnnviz.errors import CnnvizError
from cnnviz.runs import Run, RunStore, write_status
from cnnviz.runs.locks import take
from cnnviz.runs.processes import is_alive, start_times
from cnnviz.spec.base import one_line
from cnnviz.training.queue import claim_next, free_slot, is_waiting
from cnnviz.training.standby import standby_lock
from cnnviz.training.stopping import stop_on_signals

__all__ = ["main"]

_POLL_S = 0.03

log = logging.getLogger("cnnviz.worker")


def main(arguments: Sequence[str] | None = None) -> None:
    """Wait for runs and train them.

    Args:
        arguments: `--home DIR --server PID`; the process's own when None.
    """
    parser = argparse.ArgumentParser(description="Trains the runs that wait in a home.")
    parser.add_argument("--home", required=True)
    parser.add_argument("--server", type=int, required=True, help="stay ready while this process lives")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    store = RunStore(options.home)
    server = (options.server, *_start_times(options.server))
    while (place := _wait_for_work(store, server)) is not None:
        with place:
            while (run := claim_next(store)) is not None:
                _train_one(run)
        if not is_waiting(store):
            return  # a fresh process for the next: what TensorFlow keeps of the last network is given back


def _wait_for_work(store: RunStore, server: tuple[int, float, float | None]) -> FileLock | None:
    """Be the one waiting worker until a run waits and there is a place to train it.

    The place of the waiting worker is held until then: however many runs are queued, one process at most waits for
    them.

    Args:
        store: whose runs.
        server: the process for which a worker is kept ready, and its start times.

    Returns:
        The locked place to train; None when nobody needs a waiting worker.
    """
    lock = standby_lock(store)
    while take(lock, timeout_s=2):  # somebody who only asks whether a worker waits holds it for an instant
        with lock:
            if not _warm_up(store):
                return None
            while is_waiting(store) or is_alive(*server):
                place = free_slot(store, give_up=lambda: not is_waiting(store)) if is_waiting(store) else None
                if place is not None:
                    return place
                time.sleep(_POLL_S)
        # Asked once more after the lock is free: a run queued just now, whose owner saw a waiting worker, is not left
        # behind.
        if not is_waiting(store):
            break
    return None


def _start_times(pid: int) -> tuple[float, float | None]:
    try:
        return start_times(psutil.Process(pid))
    except psutil.Error:
        return 0.0, None


def _warm_up(store: RunStore) -> bool:
    """Import what takes seconds, and make TensorFlow do once what it does slowly the first time.

    Where that fails (TensorFlow is missing, or does not run on this processor), whatever waits is told so: no other
    worker would fare better.
    """
    try:
        from cnnviz.training.warm import take_one_step

        take_one_step()
    except Exception as error:
        log.exception("the worker could not start")
        message = (
            f"No worker could start ({one_line(f'{type(error).__name__}: {error}', 200)}); mend that and resume it."
        )
        while (run := claim_next(store)) is not None:
            write_status(run.folder, replace(run.status, state="failed", message=message))
        return False
    return True


def _train_one(run: Run) -> None:
    from cnnviz.training.execute import execute

    with suppress(OSError):
        descriptor = os.open(run.folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(descriptor, 1)  # TensorFlow writes to the descriptors, not to Python's streams
        os.dup2(descriptor, 2)
        os.close(descriptor)
    log.info("training %s", run.id)
    try:
        with stop_on_signals(run.folder):
            execute(run)
    except (CnnvizError, OSError):
        log.exception("the run %s could not be opened", run.id)


if __name__ == "__main__":
    main()
