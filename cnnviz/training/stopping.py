"""Stopping politely what works in the main thread of a process, as its Stop button does."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["stop_on_signals"]


@contextmanager
def stop_on_signals(folder: Path) -> Iterator[None]:
    """Make Control-C and a polite kill ask for a clean stop; a second Control-C ends it at once.

    Args:
        folder: of the run or the study; the request is a file in it.
    """
    if threading.current_thread() is not threading.main_thread():  # a notebook's or server's thread gets no signals
        yield
        return

    def stop(number: int, _frame: object) -> None:
        with suppress(OSError):  # where the disk refuses, the second one still ends it
            (folder / "stop").touch()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
