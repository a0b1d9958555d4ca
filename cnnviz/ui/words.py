"""Where a run is, how long something takes, what a setting is called: said in one way on every page."""

import math
from collections.abc import Sequence

from cnnviz.runs import Status
from cnnviz.spec.words import epochs_in_words

__all__ = [
    "duration",
    "epochs_in_words",
    "images_in_words",
    "joined",
    "percent",
    "progress_in_words",
    "queue_in_words",
    "state_in_words",
]


def duration(seconds: float) -> str:
    """Return a time as people say it, such as 41 s, 3 min 20 s, 1 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def images_in_words(count: int) -> str:
    """Return a number of images, such as 1 image, 3,010 images."""
    return "1 image" if count == 1 else f"{count:,} images"


def joined(parts: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def percent(share: float) -> str:
    """Return a share as "69.4 %"."""
    return f"{100 * share:.1f}\u00a0%"


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

    Args:
        status: as for `state_in_words`.
        position: as for `state_in_words`.
        speed: whether to say how many images a second it learns from.
    """
    parts = [state_in_words(status, position)]
    if status.state == "running" and parts != ["getting ready"]:
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
