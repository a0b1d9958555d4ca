"""The state of a run, derived from its files and from whether its process lives; never from memory."""

import os
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from cnnviz.files import read_json, write_json
from cnnviz.runs.processes import is_alive, process_fields

__all__ = ["ACTIVE", "State", "Status", "claim", "is_waiting", "read_status", "write_status"]

State = Literal["queued", "running", "stopping", "stopped", "completed", "failed", "diverged", "interrupted"]

ACTIVE: frozenset[State] = frozenset({"queued", "running", "stopping"})

# A worker on another machine (a shared home) cannot be asked whether it lives; it says so itself every second.
# One here that lives and says nothing for so long is frozen or overloaded.
_SILENCE_S = 30.0
# An empty file in a run's folder: the process of that id and start time took it out of the queue.
_CLAIM = ".claimed-"
_LARGEST = 2**53  # what every program that reads JSON agrees on


@dataclass(frozen=True)
class Status:
    """Where a run is.

    Attributes:
        state: one of State.
        epoch, epochs: finished and planned epochs.
        step, steps: steps taken and planned, over all epochs.
        position: the moment in epochs.
        prepared: how much is done of what comes before the first step, as a share; 0 when not known, and afterwards.
        images_per_second: of training alone, measured over the last seconds; 0 when not known.
        seconds_left: an estimate; None when not known.
        message: one sentence for people, possibly empty.
        pid, process_started, host: the process that trains, its start time in seconds since 1970, its machine.
        process_since_boot: the same start time in seconds since the machine's start, which setting the clock leaves
            as it is; None in files of an earlier version.
        heartbeat: when this was written, in seconds since 1970.
    """

    state: State
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    position: float = 0.0
    prepared: float = 0.0
    images_per_second: float = 0.0
    seconds_left: float | None = None
    message: str = ""
    pid: int | None = None
    process_started: float | None = None
    process_since_boot: float | None = None
    host: str = ""
    heartbeat: float = 0.0

    @property
    def active(self) -> bool:
        """Whether the run waits, runs, or is about to stop."""
        return self.state in ACTIVE


def write_status(folder: Path, status: Status) -> None:
    """Replace the run's status.json in one step.

    Raises:
        StorageError: the disk is full or refuses, and the old status stays; or the run was deleted.
    """
    # Not flushed to the disk: written every second, and a run whose machine lost its power is interrupted anyway.
    values = asdict(replace(status, heartbeat=time.time()))
    write_json(folder / "status.json", values, durable=not status.active, within=folder)


def read_status(folder: Path) -> Status:
    """Read where a run is, looking at its process where it should have one.

    Args:
        folder: the run's folder.

    Returns:
        What status.json says, except that a run whose process is gone is "interrupted", and one that was asked to stop
        and still runs is "stopping"; where a living process has said nothing for long, the message says so.
    """
    status = _parse(read_json(folder / "status.json"))
    if status is None:
        return Status("interrupted", message="Its status file is missing or damaged; resume it or delete it.")
    if not status.active:
        return status
    if status.state == "queued" and is_waiting(folder):
        return status
    if not _owner_lives(status):
        return _interrupted(status)
    if status.state == "running" and (folder / "stop").exists():
        status = replace(status, state="stopping")
    silence = time.time() - status.heartbeat
    if status.state != "queued" and status.heartbeat and silence > _SILENCE_S:
        return replace(status, message=f"Its process has not answered for {silence:.0f} s.")
    return status


def _parse(values: dict[str, Any] | None) -> Status | None:
    if values is None or values.get("state") not in get_args(State):
        return None
    known = {item.name: values[item.name] for item in fields(Status) if item.name in values}
    return Status(**known) if all(_fits(name, value) for name, value in known.items()) else None


def _fits(name: str, value: object) -> bool:
    """Whether a value from a file is what its field says."""
    if name in ("state", "message", "host"):
        return isinstance(value, str)
    if value is None:
        return name in ("seconds_left", "pid", "process_started", "process_since_boot")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LARGEST:
        return False
    return isinstance(value, int) or name not in ("epoch", "epochs", "step", "steps", "pid")


def claim(marker: Path, folder: Path) -> bool:
    """Take a waiting run for this process; only one of many callers succeeds.

    The marker moves from the queue into the run's folder and its new name says who took it, all in one step, so that no
    reader sees the run without an owner before the first status of its training.

    Args:
        marker: the run's file in the queue.
        folder: the run's folder.
    """
    process = process_fields()
    numbers = (process["pid"], process["process_started"], process["process_since_boot"])
    mine = folder / f"{_CLAIM}{'-'.join(str(number) for number in numbers if number is not None)}"
    try:
        os.replace(marker, mine)
    except (FileNotFoundError, NotADirectoryError):
        return False
    for path in folder.glob(f"{_CLAIM}*"):
        if path != mine:  # of an earlier attempt
            with suppress(FileNotFoundError):
                os.unlink(path)
    return True


def is_waiting(folder: Path) -> bool:
    """Whether the run is in the queue, or was taken out of it by a process that lives and is about to begin."""
    if (folder.parent / ".queue" / folder.name).is_file():
        return True
    for path in folder.glob(f"{_CLAIM}*"):
        pid, *times = path.name.removeprefix(_CLAIM).split("-")
        with suppress(ValueError, TypeError):  # TypeError: fewer or more numbers than that
            return is_alive(int(pid), *map(float, times))
    return False


def _owner_lives(status: Status) -> bool:
    if status.host not in ("", socket.gethostname()):
        return time.time() - status.heartbeat < _SILENCE_S
    if status.pid is None or status.process_started is None:
        return False
    return is_alive(status.pid, status.process_started, status.process_since_boot)


def _interrupted(status: Status) -> Status:
    epoch = min(status.epoch + 1, status.epochs)
    what = "before it began" if status.state == "queued" else f"in epoch {epoch} of {status.epochs}"
    message = f"Its process ended {what} without saying why (killed, out of memory, or the machine restarted)."
    return replace(status, state="interrupted", message=message, seconds_left=None)
