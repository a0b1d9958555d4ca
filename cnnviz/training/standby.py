"""Which worker is waiting: so that a dashboard keeps one warm, and only one."""

from filelock import FileLock

from cnnviz.files import storage_errors
from cnnviz.runs import RunStore
from cnnviz.runs.locks import take

__all__ = ["has_standby", "standby_lock"]


def standby_lock(store: RunStore) -> FileLock:
    """Return the lock that a waiting worker holds; the system frees it when the worker ends."""
    path = store.folder / ".slots" / "standby.lock"
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path)


def has_standby(store: RunStore) -> bool:
    """Say whether a worker is waiting for work."""
    lock = standby_lock(store)
    if not take(lock):
        return True
    lock.release()
    return False
