"""What a run, its state and its snapshots are called: said in one way everywhere."""

import math
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal

from cnnviz.errors import RunError
from cnnviz.runs.overview import started_at
from cnnviz.runs.run import Run
from cnnviz.runs.status import Status
from cnnviz.spec.words import epochs_in_words
from cnnviz.words import duration

__all__ = [
    "Snapshots",
    "moments_in_words",
    "no_such_snapshot",
    "progress_in_words",
    "queue_in_words",
    "run_in_words",
    "snapshot_labels",
    "started_in_words",
    "state_in_words",
    "untested",
]

Snapshots = Literal["weights", "measured", "both"]


def run_in_words(run: Run) -> str:
    """Return what a run is called in a list; no two runs have the same words.

    Raises:
        RunError: its settings cannot be read.
    """
    data, started = "from elsewhere" if run.spec.model.foreign else run.spec.data.name, started_at(run.id)
    made = f"{started.day} {started:%b %H:%M} · {run.id.rpartition('-')[2]}" if started else ""
    return " · ".join(filter(None, [run.name, data, made]))


def started_in_words(run_id: str, now: datetime) -> str:
    """Return when a run was started, such as "today 14:05", "20 Nov" or "20 Nov 2025".

    Args:
        run_id: its id, which begins with that moment in this machine's time.
        now: this machine's time.

    Returns:
        The words; none where the id does not begin with a time, as with runs that came with cnnviz.
    """
    started = started_at(run_id)
    if started is None:
        return ""
    if started.date() == now.date():
        return f"today {started:%H:%M}"
    year = f" {started.year}" if started.year != now.year else ""
    return f"{started.day} {started:%b}{year}"


def state_in_words(status: Status, position: float = 0.0) -> str:
    """Return a run's state in a few words, such as "epoch 3 of 10" or "stopped in epoch 3 of 10".

    Args:
        status: where it is; written once a second.
        position: where its curves are, in epochs, which may be further.
    """
    # The epoch that it works on, counted from 1: the last one, too, once that is done.
    done = max(status.position, position, status.epoch)
    present = min(math.floor(done) + 1, max(status.epochs, 1))
    place = f"epoch {present}" + (f" of {status.epochs}" if status.epochs else "")
    match status.state:
        case "running" if done == 0:
            return "getting ready"
        case "running":
            return place
        case "queued":
            return "waiting"
        case "stopping":
            return "stopping"
        case "completed" if status.epochs or status.epoch:
            return f"completed {epochs_in_words(status.epoch)}"
        case state if not status.epochs:  # its status is lost, or it never got as far as a plan
            return state
        case state if status.step == 0:
            return f"{state} before it began"
        case state:
            return f"{state} in {place}"


def progress_in_words(status: Status, position: float = 0.0, *, speed: bool = True) -> str:
    """Return where a run is and what is left, such as "epoch 3 of 10 · 8,900 images/s · 41 s left".

    Before its first step that is what it does meanwhile: "Getting cifar10: 12 of 170 MB".

    Args:
        status: as for `state_in_words`.
        position: as for `state_in_words`.
        speed: whether to say how many images a second it learns from.
    """
    parts = [state_in_words(status, position)]
    if parts == ["getting ready"]:
        return status.message.removesuffix(".") or parts[0]
    if status.state == "running":
        if speed and status.images_per_second > 0:
            parts.append(f"{status.images_per_second:,.0f} images/s")
        if status.seconds_left is not None:
            parts.append(f"{duration(status.seconds_left)} left")
    return " · ".join(parts)


def queue_in_words(before: int | None, training: str | None) -> str:
    """Say what a waiting run waits for.

    Args:
        before: how many other runs wait before it; None where it waits no more.
        training: the name of the run that trains now, None where none does.
    """
    if training is None and not before:
        return "Its turn is now; it begins as soon as a worker is ready and no other home of this machine trains."
    what = f"Waiting for {training} to end" if training is not None else "Waiting for its turn"
    if not before:
        return f"{what}; then it is this run's turn."
    others = "1 more run is" if before == 1 else f"{before} more runs are"
    return f"{what}; {others} before this one."


# --- snapshots ----------------------------------------------------------------------------------------------------


def snapshot_labels(run: Run, which: Snapshots = "weights") -> dict[int, str]:
    """Name a run's snapshots by when they were made, oldest first.

    Args:
        run: whose.
        which: those that can be opened, those with predictions of the test images ("measured"), or those with both.
    """
    measured = {} if which == "weights" else {item.number: item.moment for item in run.predicted_snapshots()}
    if which == "measured":
        return measured
    return {item.number: item.moment for item in run.snapshots() if which == "weights" or item.number in measured}


def moments_in_words(run: Run, snapshots: Iterable[int]) -> list[str]:
    """Name snapshots at which the test images were measured, such as "after epoch 3"."""
    names = snapshot_labels(run, "measured")
    return [names.get(number, f"snapshot {number}") for number in map(int, snapshots)]


def no_such_snapshot(run: Run, asked: str, numbers: Collection[int]) -> RunError:
    """Return what to raise where a link asks for a snapshot that is not on offer.

    Args:
        run: whose.
        asked: what the link says.
        numbers: of the snapshots on offer.
    """
    gaps = len(numbers) <= max(numbers, default=0)  # of a large network that came with cnnviz a few can be opened
    there = ", ".join(map(str, sorted(numbers))) if gaps else f"0 to {max(numbers, default=0)}"
    known = f"the snapshots {there}; choose one of these" if numbers else "none; choose another run"
    return RunError(f"the link asks for snapshot {asked[:40]!r} of the run {run.name}, which has {known}")


def untested(run: Run) -> tuple[str, str]:
    """Say why a run was measured on no test images though nothing is missing, and what to do; without full stops.

    Args:
        run: of a network from elsewhere, or a trial of a search.
    """
    if not run.spec.model.foreign:
        return (
            f"the run {run.name} is a trial of a search, which leaves the test images alone, since networks that are "
            "chosen by them look better on them than they are",
            "look at the best trial, which Tune measures, or train these settings in full",
        )
    if run.bundled:
        return (
            f"the network {run.name} came along without the images that others trained and tested it on",
            "ask it about photos of yours on Classify",
        )
    return (
        f"the network {run.name} came from elsewhere and was measured on no test images",
        "bring it in again with a data set that has its classes",
    )
