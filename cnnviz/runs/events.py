"""The event log of a run: JSON lines with one writer and any number of readers."""

import errno
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnviz.files import read_regular, storage_errors

__all__ = ["Event", "EventLog", "EventReader", "OnEvent"]

Event = dict[str, Any]
OnEvent = Callable[[Event], None]

# What a reader must not lose in a power cut; batch events may.
_DURABLE = {"status", "epoch", "snapshot", "error"}
_BATCH = b'"kind": "batch"'  # as it is written; in a message the quotes are escaped


class EventReader:
    """Reads a log from where it stopped last time.

    A half-written last line is left for the next call; a line that is no JSON object is skipped, so one torn write in
    the middle (a power cut) costs one event and not the run.

    Args:
        path: the log.
        batches: whether to return the batches' events, too; without them a long log is read in a moment.
    """

    def __init__(self, path: Path, *, batches: bool = True) -> None:
        self.path = path
        self._batches = batches
        self._offset = 0

    def read(self) -> list[Event]:
        """Return the events that were completed since the last call, oldest first; none where the file is missing."""
        try:
            content = read_regular(self.path, self._offset)
        except OSError:
            return []
        complete = content.rfind(b"\n") + 1
        self._offset += complete
        lines = content[:complete].splitlines()
        if not self._batches:
            lines = [line for line in lines if _BATCH not in line]
        return [event for line in lines if (event := _parse(line)) is not None]


def _parse(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("kind"), str) else None


class EventLog:
    """Appends to a log; continues the numbering of what is there and cuts a torn last line off."""

    def __init__(self, path: Path) -> None:
        self.path = path
        events = EventReader(path).read()
        self._next = max((event["seq"] for event in events if isinstance(event.get("seq"), int)), default=-1) + 1
        with storage_errors(path):
            if path.exists() and not path.is_file():
                raise OSError(errno.EEXIST, "it is not a regular file")  # opening a pipe would wait for its reader
            # no buffer of Python's own: what a full disk refused must not be tried again when the file is closed
            self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - closed by close()
            self._cut_torn_line()

    def _cut_torn_line(self) -> None:
        content = read_regular(self.path)
        if content and not content.endswith(b"\n"):
            self._file.truncate(content.rfind(b"\n") + 1)

    def append(self, kind: str, **values: Any) -> Event:
        """Write one event and flush it.

        Args:
            kind: status, batch, epoch, snapshot or error.
            values: what happened; must be JSON, without NaN.

        Returns:
            The event as it stands in the file, with its number `seq` and wall-clock `time` in seconds.

        Raises:
            StorageError: the disk is full or refuses.
        """
        event: Event = {"seq": self._next, "time": round(time.time(), 3), "kind": kind, **values}
        line = json.dumps(event, allow_nan=False).encode() + b"\n"
        with storage_errors(self.path):
            self._write(line)
            if kind in _DURABLE:
                os.fsync(self._file.fileno())
        self._next += 1
        return event

    def _write(self, line: bytes) -> None:
        """Write a whole line or nothing of it."""
        end = os.fstat(self._file.fileno()).st_size
        written = 0
        try:
            while written < len(line):  # a disk that is nearly full takes a part
                written += self._file.write(line[written:])
        except OSError:
            self._file.truncate(end)
            raise

    def close(self) -> None:
        """Close the file; closing twice is closing once."""
        self._file.close()
