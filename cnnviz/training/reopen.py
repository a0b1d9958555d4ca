"""Opening an ended run for more training: only one caller succeeds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from cnnviz.errors import RunError
from cnnviz.files import storage_errors
from cnnviz.runs import Run, Status
from cnnviz.runs.locks import held

__all__ = ["RESUMABLE", "can_resume", "reopened", "stopped_waiting"]

RESUMABLE = frozenset({"stopped", "interrupted", "failed"})


def can_resume(run: Run) -> bool:
    """Say whether a run can go on from where it stopped.

    Raises:
        RunError: its settings cannot be read.
    """
    return run.state in RESUMABLE and not run.bundled and not run.spec.model.foreign


def stopped_waiting(run: Run) -> Status:
    """Return the status of a run that was stopped while it waited; what it had reached before stays said."""
    message = "Stopped before its turn came."
    return replace(run.status, state="stopped", message=message, seconds_left=None, pid=None, process_started=None)


@contextmanager
def reopened(run: Run) -> Iterator[Status]:
    """Take hold of an ended run, remove its stop request, and give its status as "queued" for the caller to write.

    Raises:
        RunError: it is bundled, in a state that cannot be resumed, or was taken by somebody else just now.
        StorageError: the home cannot be written.
    """
    if run.bundled:
        raise RunError(f"the run {run.name} came with cnnviz and cannot be resumed; train one of your own")
    if not run.folder.is_dir():
        raise RunError(f"the run {run.id} does not exist any more; choose another")
    _resumable(run)
    with held(run.folder, f"the run {run.name} is being trained already; wait for it or stop it"):
        status = _resumable(run)  # once more: somebody else may have been faster
        with storage_errors(run.folder), suppress(FileNotFoundError):
            os.unlink(run.folder / "stop")
        yield replace(status, state="queued", message="", prepared=0.0, seconds_left=None)


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
