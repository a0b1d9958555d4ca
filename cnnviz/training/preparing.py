"""What comes before the first step and may take long: said in the run's status, and ended by a stop request."""

import time

from cnnviz.training.recorder import Recorder

__all__ = ["Preparing", "StoppedEarlyError"]

_SAID_EVERY_S = 10.0


class StoppedEarlyError(Exception):
    """Somebody asked the run to stop before its first step; the message is the sentence for its status."""


class Preparing:
    """Says how far something is, and listens to a stop request.

    Args:
        recorder: whose status says it.
        what: is done: "Getting cifar10".
        unit: of the numbers, after them: " MB", say.
        size: of one of these.
    """

    def __init__(self, recorder: Recorder, what: str, unit: str = "", size: float = 1) -> None:
        self._recorder, self._what, self._unit, self._size = recorder, what, unit, size
        self._due = time.monotonic() + _SAID_EVERY_S

    def __call__(self, done: int, total: int | None) -> None:
        """Say so.

        Args:
            done: how much is done.
            total: of how much; None where nobody knows.

        Raises:
            StoppedEarlyError: somebody asked the run to stop.
        """
        if (self._recorder.run.folder / "stop").exists():
            raise StoppedEarlyError(f"Stopped before its first step: {self._what[0].lower()}{self._what[1:]}.")
        of = f" of {total / self._size:,.0f}" if total else ""
        message = f"{self._what}: {done / self._size:,.0f}{of}{self._unit}."
        self._recorder.progress(message=message, prepared=min(done / total, 1.0) if total else 0.0)
        if time.monotonic() >= self._due:  # for whoever follows events alone, as the command line does
            self._recorder.event("status", state="running", message=message)
            self._due = time.monotonic() + _SAID_EVERY_S
