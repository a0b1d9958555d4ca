"""Worker processes of this machine that train trials beside each other."""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from cnnviz.files import storage_errors
from cnnviz.home import HOME_VARIABLE
from cnnviz.runs import Run
from cnnviz.training.launcher import worker_environment
from cnnviz.training.tasks import Task
from cnnviz.tuning.trial_worker import READY

__all__ = ["LocalWorkers", "Workers", "usual_places"]

_PATIENCE_S = 20.0

log = logging.getLogger(__name__)


class Workers(Protocol):
    """Who trains the runs of trials; what comes of them stands in their folders."""

    places: int
    here: bool  # whether they need this machine's place to train

    def begin(self, run: Run, task: Task = "train") -> None:
        """Train a run, from its newest checkpoint where it has one; or only measure a complete one."""

    def has(self, run_id: str) -> bool:
        """Say whether a run is still being worked on."""

    def close(self) -> None:
        """Give back what was taken; runs that are being trained are stopped before."""


def usual_places() -> int:
    """Return how many trials this machine trains beside each other, each on a core of its own: benchmarks/tuning.py."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores)


@dataclass(eq=False)
class _Worker:
    """A process and the run that it has."""

    process: "subprocess.Popen[str]"
    run_id: str = ""
    ready: threading.Event = field(default_factory=threading.Event)

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    @property
    def busy(self) -> bool:
        return bool(self.run_id) and self.lives and not self.ready.is_set()

    def leave(self) -> None:
        """Tell it nothing more: it ends when it has done what it has."""
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


class LocalWorkers:
    """Processes of this machine, started when they are needed.

    Args:
        home: the home folder.
        log_path: where they write what they have to say.
        places: how many at most.
        threads: of TensorFlow in each; 0 leaves that to it.
    """

    here = True

    def __init__(self, home: Path, log_path: Path, places: int, threads: int) -> None:
        self.places = places
        self._home, self._log_path, self._threads = home, log_path, threads
        self._workers: list[_Worker] = []

    def begin(self, run: Run, task: Task = "train") -> None:
        """Give a run to a process that has none, or to a new one.

        Raises:
            StorageError: no process can be started.
        """
        for gone in [one for one in self._workers if not one.lives]:
            gone.leave()
            self._workers.remove(gone)
        worker = next((one for one in self._workers if not one.busy), None)
        if worker is None:
            worker = self._start()
        worker.run_id = run.id
        worker.ready.clear()
        assert worker.process.stdin is not None
        with suppress(BrokenPipeError):  # it ended just now: nobody has the run, and it is begun again
            worker.process.stdin.write(f"{task} {run.id}\n")
            worker.process.stdin.flush()

    def has(self, run_id: str) -> bool:
        """Say whether a process is still at work on a run."""
        return any(worker.run_id == run_id and worker.busy for worker in self._workers)

    def close(self) -> None:
        """End the processes, and wait until they have."""
        for worker in self._workers:
            worker.leave()
        for worker in self._workers:
            worker.process.terminate()  # one that still trains keeps what it has
        for worker in self._workers:
            try:
                worker.process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        self._workers = []

    def _start(self) -> _Worker:
        with storage_errors(self._log_path), open(self._log_path, "ab") as output:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "cnnviz.tuning.trial_worker",
                    "--home",
                    str(self._home),
                    "--threads",
                    str(self._threads),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                env={**worker_environment(), HOME_VARIABLE: str(self._home)},
                start_new_session=True,  # Ctrl-C is for the one who tells it; a stop request follows
            )
        worker = _Worker(process)
        threading.Thread(target=_listen, args=(worker, process.stdout), daemon=True).start()
        self._workers.append(worker)
        return worker


def _listen(worker: _Worker, answers: IO[str]) -> None:
    """Note whenever a process has done what it was told."""
    with answers:
        for line in answers:
            if line == READY:
                worker.ready.set()
