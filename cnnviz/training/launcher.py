"""Starting, resuming and stopping runs from a dashboard; imports no Keras, so that a click answers at once."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cnnviz.errors import StorageError
from cnnviz.files import storage_errors
from cnnviz.home import HOME_VARIABLE
from cnnviz.runs import Run, RunStore, Status, process_fields, write_status
from cnnviz.spec import RunSpec
from cnnviz.training.queue import enqueue, parallel_runs, withdraw
from cnnviz.training.reopen import RESUMABLE, reopened
from cnnviz.training.standby import has_standby

__all__ = ["RESUMABLE", "ensure_worker", "resume", "start", "stop", "warm_up"]

_started: list[subprocess.Popen[bytes]] = []


def start(spec: RunSpec, home: str | Path | None = None) -> Run:
    """Start a run in a process of its own, which goes on when this one ends.

    Args:
        spec: what to train.
        home: the home folder.

    Returns:
        The run, waiting; a worker takes it within a moment.

    Raises:
        CnnvizError: the setting for parallel runs cannot be used.
        StorageError: the home cannot be written.
    """
    parallel_runs()  # a worker could only die of a wrong setting, where nobody sees it
    store = RunStore(home)
    run = store.create(spec, Status("queued", epochs=spec.train.epochs, **process_fields()))
    enqueue(store, run)
    ensure_worker(store)
    return run


def resume(run: Run, home: str | Path | None = None) -> Run:
    """Continue a run from its newest checkpoint, in a process of its own; without a checkpoint it begins anew.

    Raises:
        RunError: it is bundled, or in a state that cannot be resumed.
        StorageError: the home cannot be written.
    """
    store = RunStore(_home_of(run) if home is None else home)
    with reopened(run) as status:
        enqueue(store, run)
        write_status(run.folder, replace(status, pid=None, process_started=None, host=""))
    ensure_worker(store)
    return run


def stop(run: Run, home: str | Path | None = None) -> None:
    """Stop a run: at once where it still waits, within a moment where it trains. Stopping twice is stopping once.

    Raises:
        RunError: it has ended already.
    """
    run.request_stop()
    if withdraw(RunStore(_home_of(run) if home is None else home), run.id):
        write_status(run.folder, Status("stopped", message="Stopped before its turn came."))


def _home_of(run: Run) -> Path:
    return run.folder.parent.parent


def ensure_worker(store: RunStore) -> None:
    """Make sure that a worker process will look at the queue.

    Raises:
        StorageError: the process cannot be started or its log not be written.
    """
    _started[:] = [worker for worker in _started if worker.poll() is None]  # leaves no zombie behind
    if has_standby(store):
        return
    home = store.folder.parent
    path = store.folder / ".worker.log"
    with storage_errors(path):
        store.folder.mkdir(parents=True, exist_ok=True)
        with open(path, "ab") as output:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "cnnviz.training.worker",
                    "--home",
                    str(home),
                    "--server",
                    str(os.getpid()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=home,
                env={**os.environ, HOME_VARIABLE: str(home), "PYTHONPATH": _python_path()},
                start_new_session=True,  # the end of the dashboard's terminal must not end a training
            )
    _started.append(process)


def _python_path() -> str:
    """Let the worker find this very cnnviz when it runs from a checkout."""
    here = str(Path(__file__).parent.parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    return here if not known else os.pathsep.join((here, known))


def warm_up(home: str | Path | None = None) -> None:
    """Start a worker that waits with TensorFlow imported, so that the next click trains at once.

    On a disk that cannot be written there is none, quietly: looking works there, and a click on Train says why not.
    """
    with suppress(StorageError):
        ensure_worker(RunStore(home))
