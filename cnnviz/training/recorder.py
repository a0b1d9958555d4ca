"""What a training leaves on the disk while it runs: events, status, live view."""

import time
from collections import deque
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from cnnviz.arrays import Arrays, pack_arrays
from cnnviz.files import write_atomically
from cnnviz.runs import EventLog, OnEvent, Run, Status, process_fields, write_status

__all__ = ["Recorder"]

_STATUS_EVERY_S = 0.5
_LIVE_EVERY_S = 0.5
_RATE_OVER_S = 5.0


class Recorder:
    """Writes a run's events and status; every number a reader sees passes through here.

    Args:
        run: the run.
        on_event: called with every event after it was written, for a progress bar.
        status: where the run stands at the beginning; it becomes this process's.
    """

    def __init__(self, run: Run, on_event: OnEvent | None, status: Status) -> None:
        self.run = run
        self.status = replace(status, **process_fields())
        self._on_event = on_event
        self._log = EventLog(run.folder / "events.jsonl")
        self._started = time.monotonic()
        self._earlier_s = 0.0
        self._status_due = self._live_due = 0.0
        self._chunks: deque[tuple[int, float]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.close()

    @property
    def continues(self) -> bool:
        """Whether an earlier attempt left curves or snapshots."""
        return bool(self.run.history().batches or self.run.snapshots())

    @property
    def seconds(self) -> float:
        """Seconds of training so far, earlier attempts included; from a clock that is never set back."""
        return self._earlier_s + time.monotonic() - self._started

    def restart_clock(self, seconds: float) -> None:
        """Continue counting from an earlier attempt's seconds."""
        self._earlier_s, self._started = seconds, time.monotonic()

    def event(self, kind: str, **values: Any) -> None:
        """Write an event and tell whoever listens."""
        event = self._log.append(kind, **values)
        if self._on_event is not None:
            self._on_event(event)

    def measured(self, images: int, seconds: float) -> float:
        """Take in how long some images took and return the rate over the last seconds, in images per second."""
        self._chunks.append((images, seconds))
        while len(self._chunks) > 1 and sum(took for _, took in self._chunks) > _RATE_OVER_S:
            self._chunks.popleft()
        return sum(count for count, _ in self._chunks) / max(sum(took for _, took in self._chunks), 1e-9)

    def progress(self, **values: Any) -> None:
        """Change the status; it reaches the disk twice a second, and at the end of every epoch."""
        epoch_ended = values.get("epoch", self.status.epoch) != self.status.epoch
        self.status = replace(self.status, **values)
        if epoch_ended or time.monotonic() >= self._status_due:
            write_status(self.run.folder, self.status)
            self._status_due = time.monotonic() + _STATUS_EVERY_S

    def state(self, state: str, message: str = "", **values: Any) -> None:
        """Change the state: on the disk at once, and an event."""
        self.status = replace(self.status, **{"state": state, "message": message, **values})
        try:  # the status first: on a full disk there may be room for one of the two
            write_status(self.run.folder, self.status)
        finally:
            self.event("status", state=state, message=message)

    @property
    def live_due(self) -> bool:
        """Whether the live view is old enough to be renewed."""
        return time.monotonic() >= self._live_due

    def live(self, arrays: Arrays) -> None:
        """Replace the live view."""
        folder = self.run.folder
        write_atomically(folder / "live.npz", pack_arrays(arrays), durable=False, within=folder)
        self._live_due = time.monotonic() + _LIVE_EVERY_S
