"""Writing files so that a reader never sees half of one.

A file is written beside its target, flushed to the disk, and moved over it in one step; the folder is flushed too, so
that the move survives a power cut. Operating-system errors become a StorageError in a person's words.
"""

import errno
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cnnviz.errors import StorageError

__all__ = ["read_json", "storage_errors", "sync_folder", "write_atomically", "write_json"]

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and try again",
    errno.EDQUOT: "the disk quota is used up; free some space and try again",
    errno.EROFS: "the disk is read-only; choose another folder with --home or CNNVIZ_HOME",
    errno.EACCES: "writing there is not permitted; choose another folder with --home or CNNVIZ_HOME",
    errno.EPERM: "writing there is not permitted; choose another folder with --home or CNNVIZ_HOME",
    errno.ENOTDIR: "a part of that path is a file, not a folder; choose another folder with --home or CNNVIZ_HOME",
    errno.EEXIST: "a file of that name is in the way; choose another folder with --home or CNNVIZ_HOME",
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals about `path` into a StorageError."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"the system said: {error.strerror or error}")
        raise StorageError(f"cannot write {path}: {reason}") from error


def sync_folder(folder: Path) -> None:
    """Flush a folder's own entry to the disk, where the system can (Windows cannot open folders)."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace a file in one step.

    Args:
        path: the target; its folder is made when missing.
        content: the whole new content.
        durable: flush to the disk before the move. False for what is rewritten every second anyway.

    Raises:
        StorageError: the disk is full, read-only or refuses; the old file is then untouched.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.parent / f".{path.name}.{os.getpid()}.{threading.get_ident()}.part"
        try:
            with open(partial, "wb") as file:
                file.write(content)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            os.replace(partial, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(partial)
            raise
        if durable:
            sync_folder(path.parent)


def write_json(path: Path, value: Any, *, durable: bool = True) -> None:
    """Replace a JSON file in one step; see `write_atomically`."""
    write_atomically(path, (json.dumps(value, indent=1, allow_nan=False) + "\n").encode(), durable=durable)


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object.

    Returns:
        The object, or None where the file is missing, torn, or holds something that is not an object.
    """
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
