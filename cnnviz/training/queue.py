"""Who trains when: runs wait in a queue, and a machine trains one at a time unless told otherwise.

A waiting run has an empty file in `runs/.queue`; whoever manages to move it into the run's folder has the run. A place
to train is a locked file in a folder that all homes of a user share; the operating system frees it when its process
ends, however it ends, so a dead owner never blocks.
"""

import getpass
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
from filelock import FileLock

from cnnviz.errors import CnnvizError, StorageError
from cnnviz.files import storage_errors
from cnnviz.runs import Run, RunStore
from cnnviz.runs.locks import take
from cnnviz.runs.status import claim

__all__ = [
    "PARALLEL_VARIABLE",
    "PLACES_VARIABLE",
    "all_taken",
    "claim_next",
    "enqueue",
    "free_slot",
    "is_waiting",
    "parallel_runs",
    "somebody_waits",
    "waiting_before",
    "withdraw",
]

PARALLEL_VARIABLE = "CNNVIZ_PARALLEL_RUNS"
PLACES_VARIABLE = "CNNVIZ_PLACES"
_MOST_DIGITS = 4
_WAITS = "waits-"  # in the folder of places, before the number of a process that waits for one


def parallel_runs() -> int:
    """Return how many runs may train at once: `$CNNVIZ_PARALLEL_RUNS`, or 1, since a training uses every core.

    Raises:
        CnnvizError: the setting is not a whole number from 1 to 9999.
    """
    text = os.environ.get(PARALLEL_VARIABLE, "1")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) >= 1):
        raise CnnvizError(f"{PARALLEL_VARIABLE} is {text!r:.80}; give a whole number from 1 to 9999")
    return int(text)


def enqueue(store: RunStore, run: Run) -> None:
    """Put a run at the end of the queue."""
    marker = store.queue / run.id
    with storage_errors(marker):
        store.queue.mkdir(parents=True, exist_ok=True)
        marker.touch()


def withdraw(store: RunStore, run_id: str) -> bool:
    """Take a run out of the queue; say whether it was there, which only one caller hears.

    Raises:
        StorageError: the home cannot be written.
    """
    marker = store.queue / run_id
    with storage_errors(marker):
        try:
            if not _is_file(marker):
                return False
            os.unlink(marker)
        except (FileNotFoundError, NotADirectoryError):
            return False
    return True


def claim_next(store: RunStore) -> Run | None:
    """Take the run that has waited longest, or None where nothing waits; a run is claimed by one caller only."""
    for marker in sorted(_markers(store), key=_age):
        folder = store.folder / marker.name
        if not folder.is_dir():  # deleted, or no run's marker
            with suppress(StorageError):
                withdraw(store, marker.name)
        elif claim(marker, folder):
            return Run(folder)
    return None


def waiting_before(store: RunStore, run_id: str) -> int | None:
    """Count the runs that come before one that waits; None where it waits no more."""
    names = [marker.name for marker in sorted(_waiting(store), key=_age)]
    return names.index(run_id) if run_id in names else None


def is_waiting(store: RunStore) -> bool:
    """Say whether any run waits."""
    return bool(_waiting(store))


def _waiting(store: RunStore) -> list[Path]:
    """The markers of runs that exist; anything else would keep a worker busy for ever."""
    return [marker for marker in _markers(store) if (store.folder / marker.name).is_dir()]


def _markers(store: RunStore) -> list[Path]:
    """The regular files of the queue; whatever else lies there was not put there by us, and nobody can claim it."""
    try:
        return [marker for marker in store.queue.iterdir() if _is_file(marker)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _age(marker: Path) -> tuple[int, str]:
    try:
        return (marker.stat().st_mtime_ns, marker.name)
    except FileNotFoundError:  # claimed by another worker meanwhile
        return (0, marker.name)


def free_slot(store: RunStore, give_up: Callable[[], bool], poll_s: float = 0.1) -> FileLock | None:
    """Wait for a place to train.

    Args:
        store: whose places.
        give_up: asked again and again while waiting; true ends the wait.
        poll_s: pause between two looks, in seconds.

    Returns:
        The lock to release afterwards, or None when `give_up` ended the wait.
    """
    folder = _places(store)
    mark = folder / f"{_WAITS}{os.getpid()}"
    try:
        while True:
            for number in range(parallel_runs()):
                lock = FileLock(folder / f"{number}.lock")
                if take(lock):
                    return lock
            if give_up():
                return None
            with suppress(OSError):  # whoever holds a place for long does not see then that somebody waits
                mark.touch()
            time.sleep(poll_s)
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def somebody_waits(store: RunStore) -> bool:
    """Say whether a run waits for a place: one of this home's queue, or one in another process, of whichever home.

    Whoever holds a place for many trainings asks, and gives it up.
    """
    if is_waiting(store):
        return True
    for mark in _places(store).glob(f"{_WAITS}*"):
        pid = mark.name.removeprefix(_WAITS)
        if pid.isdecimal() and int(pid) != os.getpid() and psutil.pid_exists(int(pid)):
            return True
    return False


def all_taken(store: RunStore) -> bool:
    """Say whether a run that began now would have to wait for another one."""
    slot = free_slot(store, give_up=lambda: True)
    if slot is not None:
        slot.release()
    return slot is None


def _places(store: RunStore) -> Path:
    """Return the folder of the machine's places: of all homes of this user, or of this home where there is none."""
    chosen = os.environ.get(PLACES_VARIABLE)
    shared = Path(chosen) if chosen else Path(tempfile.gettempdir()) / f"cnnviz-places-{_user()}"
    for folder in (shared, store.folder / ".slots"):
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    with storage_errors(store.folder):
        (store.folder / ".slots").mkdir(parents=True, exist_ok=True)
    return store.folder / ".slots"


def _user() -> str:
    """Name the user; people who share a machine do not write into each other's folders."""
    try:
        return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "anybody"
