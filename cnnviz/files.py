"""Writing files so that a reader never sees half of one.

A file is written beside its target, flushed to the disk, and moved over it in one step; the folder is flushed too, so
that the move survives a power cut. Operating-system errors become a StorageError in a person's words.
"""

import errno
import json
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cnnviz.errors import StorageError

__all__ = ["read_json", "read_regular", "stamp", "storage_errors", "sync_folder", "write_atomically", "write_json"]

_REASONS = {
    errno.ENOENT: "its folder does not exist (any more); it may have been deleted or moved, so check the path",
    errno.ENAMETOOLONG: "the path is too long; choose a shorter folder with --home or CNNVIZ_HOME",
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


def write_atomically(path: Path, content: bytes, *, durable: bool = True, within: Path | None = None) -> None:
    """Replace a file in one step.

    Args:
        path: the target; its folder is made when missing.
        content: the whole new content.
        durable: flush to the disk before the move. False for what is rewritten every second anyway.
        within: a folder that must be there, such as a run's; only folders inside it are made. A run that was deleted
            meanwhile must not come back as a folder with one file in it.

    Raises:
        StorageError: the disk is full, read-only or refuses, or `within` is gone; the old file is then untouched.
    """
    with storage_errors(path):
        _make_folder(path.parent, within)
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


def _make_folder(folder: Path, within: Path | None) -> None:
    if within is None:
        folder.mkdir(parents=True, exist_ok=True)
        return
    for part in folder.relative_to(within).parts:
        within = within / part
        within.mkdir(exist_ok=True)


def write_json(path: Path, value: Any, *, durable: bool = True, within: Path | None = None) -> None:
    """Replace a JSON file in one step; see `write_atomically`."""
    content = (json.dumps(value, indent=1, allow_nan=False) + "\n").encode()
    write_atomically(path, content, durable=durable, within=within)


def read_regular(path: Path, start: int = 0) -> bytes:
    """Read a file from a byte to its end, if it is a file.

    A pipe or a device in its place would keep a reader waiting for ever, or never end.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # not every system has both
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            file.seek(start)
            return file.read()
    finally:
        os.close(descriptor)


def stamp(path: Path) -> tuple[int, ...]:
    """Return what changes with a file; nothing where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a JSON object.

    Returns:
        The object, or None where the file is missing, torn, or holds something that is not an object.
    """
    try:
        value = json.loads(read_regular(path))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
