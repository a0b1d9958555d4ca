"""Which process trains a run, told apart from another one that got its number later."""

import os
import socket
from typing import Any

import psutil

__all__ = ["is_alive", "process_fields", "start_times"]

# Process start times are read with different roundings by different versions of the same tool.
_SAME_START_S = 2.0
# Counted from the start of the machine it is exact; closer together than two restarts of a machine ever are.
_SAME_SINCE_BOOT_S = 0.05


def start_times(process: psutil.Process) -> tuple[float, float | None]:
    """Return when a process started: in seconds since 1970, and since the machine's start where that is known.

    Which of the two stays as it was when the clock is set depends on the system (Linux counts from the machine's
    start, macOS and Windows by the clock), so both are kept and one that agrees is enough.
    """
    started = process.create_time()
    since_boot = round(started - psutil.boot_time(), 3)
    return started, since_boot if since_boot > 0 else None


def process_fields() -> dict[str, Any]:
    """Return the fields of a Status that say which process this is."""
    started, since_boot = start_times(psutil.Process())
    return {
        "pid": os.getpid(),
        "process_started": started,
        "process_since_boot": since_boot,
        "host": socket.gethostname(),
    }


def is_alive(pid: int, started: float, since_boot: float | None = None) -> bool:
    """Say whether a process still runs; one that got its number later, or a zombie, is not it.

    Args:
        pid: its number.
        started: when it started, in seconds since 1970.
        since_boot: the same in seconds since the machine's start; None where it was not kept.
    """
    try:
        process = psutil.Process(pid)
        now_started, now_since_boot = start_times(process)
        same = abs(now_started - started) < _SAME_START_S or (
            since_boot is not None
            and now_since_boot is not None
            and abs(now_since_boot - since_boot) < _SAME_SINCE_BOOT_S
        )
        return same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):  # ValueError: no process can have that number
        return False
