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
from cnnviz.runs.status import is_waiting
from cnnviz.spec import RunSpec
from cnnviz.training.queue import enqueue, parallel_runs, withdraw
from cnnviz.training.reopen import RESUMABLE, reopened, stopped_waiting
from cnnviz.training.standby import has_standby

__all__ = ["RESUMABLE", "ensure_worker", "resume", "start", "stop", "warm_up", "worker_environment"]

# No notices in worker.log about processor instructions, graphics memory taken as it is needed (it is often shared), and
# threads that a warm worker can still choose when it knows the network: cnnviz/training/halves.py.
_DEFAULTS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "TF_OVERRIDE_GLOBAL_THREADPOOL": "1",
}

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
        StorageError: the home cannot be written, or no process be started; nothing is left of the run.
    """
    parallel_runs()  # a worker could only die of a wrong setting, where nobody sees it
    store = RunStore(home)
    run = store.create(spec, Status("queued", epochs=spec.train.epochs, **process_fields()))
    try:
        enqueue(store, run)
    except StorageError:
        store.discard(run)
        raise
    try:
        ensure_worker(store)
    except StorageError:
        if withdraw(store, run.id):  # else a worker that is there already has taken it
            store.discard(run)
            raise
    return run


def resume(run: Run, home: str | Path | None = None) -> Run:
    """Continue a run from its newest checkpoint, in a process of its own; without a checkpoint it begins anew.

    Raises:
        RunError: it is bundled, or in a state that cannot be resumed.
        StorageError: the home cannot be written.
    """
    store = RunStore(run.home if home is None else home)
    with reopened(run) as status:
        enqueue(store, run)
        waiting = replace(status, pid=None, process_started=None, process_since_boot=None, host="")
        try:
            write_status(run.folder, waiting)
        except StorageError:
            withdraw(store, run.id)
            raise
    ensure_worker(store)
    return run


def stop(run: Run, home: str | Path | None = None) -> None:
    """Stop a run: at once where it still waits, within a moment where it trains. Stopping twice is stopping once.

    Raises:
        RunError: it has ended already.
    """
    run.request_stop()
    if withdraw(RunStore(run.home if home is None else home), run.id) or _waits_in_vain(run):
        write_status(run.folder, stopped_waiting(run))


def _waits_in_vain(run: Run) -> bool:
    """Whether this very process put a run on the disk and never into the queue, so that no worker will ever hear it."""
    status = run.status
    return status.state == "queued" and status.pid == os.getpid() and not is_waiting(run.folder)


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
                env={**worker_environment(), HOME_VARIABLE: str(home)},
                start_new_session=True,  # the end of the dashboard's terminal must not end a training
            )
    _started.append(process)


def worker_environment() -> dict[str, str]:
    """Return the environment of a process that trains."""
    return {**_DEFAULTS, **os.environ, "PYTHONPATH": _python_path()}


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
