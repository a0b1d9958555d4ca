"""Lock files: who holds a run, so that training, resuming and deleting it exclude each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cnnviz.errors import RunError
from cnnviz.files import storage_errors

__all__ = ["held", "run_lock", "take"]

# A killed process counts as dead at once, but the system frees its lock only when the last of its threads is gone.
_PATIENCE_S = 5.0


def run_lock(folder: Path) -> FileLock:
    """Return the lock that whoever trains, resumes or deletes a run holds; the system frees it when its process ends.

    It lies beside the run's folder: one inside would bring a deleted folder back.

    Args:
        folder: the run's folder.
    """
    return FileLock(folder.parent / ".locks" / f"{folder.name}.lock")


def take(lock: FileLock, timeout_s: float = 0) -> bool:
    """Take a lock.

    Args:
        lock: any lock file; its folder is made when missing.
        timeout_s: how long to wait for it, in seconds.

    Returns:
        False where somebody else holds it.

    Raises:
        StorageError: the file cannot be made: read-only, full, not permitted.
    """
    with storage_errors(Path(lock.lock_file)):
        try:
            lock.acquire(timeout=timeout_s)
        except Timeout:  # an OSError too, but not the disk's
            return False
    return True


@contextmanager
def held(folder: Path, otherwise: str) -> Iterator[FileLock]:
    """Hold a run.

    Args:
        folder: the run's folder.
        otherwise: the sentence where somebody else holds it.

    Raises:
        RunError: somebody else holds it, or the run was deleted meanwhile.
        StorageError: the lock file cannot be made.
    """
    lock = run_lock(folder)
    if not take(lock, _PATIENCE_S):
        raise RunError(otherwise)
    try:
        if not folder.is_dir():
            raise RunError(f"the run {folder.name} does not exist any more; choose another")
        yield lock
    finally:
        lock.release()
