"""Taking a lock file, with the two ways in which that fails told apart."""

from pathlib import Path

from filelock import FileLock, Timeout

from cnnviz.files import storage_errors

__all__ = ["take"]


def take(lock: FileLock, timeout_s: float = 0) -> bool:
    """Take a lock.

    Args:
        lock: any lock file; its folder must exist.
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
