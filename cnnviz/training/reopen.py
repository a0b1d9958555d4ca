"""Opening an ended run for more training: only one caller succeeds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from filelock import FileLock

from cnnviz.errors import RunError
from cnnviz.files import storage_errors
from cnnviz.runs import Run, Status
from cnnviz.training.locks import take

__all__ = ["RESUMABLE", "reopened", "run_lock"]

RESUMABLE = frozenset({"stopped", "interrupted", "failed"})

# A killed process counts as dead at once, but the system frees its lock only when the last of its threads is gone.
_PATIENCE_S = 5.0


def run_lock(run: Run) -> FileLock:
    """Return the lock that whoever trains a run holds; the system frees it when that process ends."""
    return FileLock(run.folder / ".lock", timeout=5)


@contextmanager
def reopened(run: Run) -> Iterator[Status]:
    """Take hold of an ended run, remove its stop request, and give its status as "queued" for the caller to write.

    Raises:
        RunError: it is bundled, in a state that cannot be resumed, or was taken by somebody else just now.
        StorageError: the home cannot be written.
    """
    if run.bundled:
        raise RunError(f"the run {run.name} came with cnnviz and cannot be resumed; train one of your own")
    lock = run_lock(run)
    if not run.folder.is_dir():
        raise RunError(f"the run {run.id} does not exist any more; choose another")
    _resumable(run)
    if not take(lock, timeout_s=_PATIENCE_S):
        raise RunError(f"the run {run.name} is being trained already; wait for it or stop it")
    try:
        status = _resumable(run)  # once more: somebody else may have been faster
        with storage_errors(run.folder), suppress(FileNotFoundError):
            os.unlink(run.folder / "stop")
        yield replace(status, state="queued", message="", seconds_left=None)
    finally:
        lock.release()


def _resumable(run: Run) -> Status:
    """Return a run's status.

    Raises:
        RunError: it cannot be resumed from there.
    """
    status = run.status
    if status.state not in RESUMABLE:
        raise RunError(
            f"the run {run.name} is {status.state}; only a stopped, interrupted or failed run can be resumed"
        )
    return status
