"""Where a run is, in words."""

import math

from cnnviz.runs import Status

__all__ = ["duration", "queue_in_words", "state_in_words"]


def duration(seconds: float) -> str:
    """Return a time as people say it, such as 41 s, 3 min 20 s, 1 h 05 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def state_in_words(status: Status, position: float = 0.0) -> str:
    """Return a run's state as one line, such as "epoch 3 of 10 · 8,900 images/s · 41 s left".

    Args:
        status: where it is; written once a second.
        position: where its curves are, in epochs, which may be further.
    """
    position = max(status.position, position)
    of = f" of {status.epochs}" if status.epochs else ""
    match status.state:
        case "running" if position == 0:
            return "getting ready"
        case "running":
            present = min(math.floor(position) + 1, max(status.epochs, 1))
            parts = [f"epoch {present}{of}"]
            if status.images_per_second > 0:
                parts.append(f"{status.images_per_second:,.0f} images/s")
            if status.seconds_left is not None:
                parts.append(f"{duration(status.seconds_left)} left")
            return " · ".join(parts)
        case "queued":
            return "waiting"
        case "stopping":
            return "stopping"
        case "completed":
            return f"completed {_epochs(status.epoch)}"
        case "stopped" if status.step == 0:
            return "stopped before it began"
        case state:
            place = f"epoch {min(status.epoch + 1, max(status.epochs, 1))}{of}"
            return f"{state} at {place}" if state == "stopped" else f"{state} in {place}"


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def queue_in_words(before: int | None, training: str | None) -> str:
    """Say what a waiting run waits for.

    Args:
        before: how many other runs wait before it; None where it waits no more.
        training: the name of the run that trains now, None where none does.
    """
    if training is None and not before:
        return "Its turn is now; a worker is getting ready."
    what = f"Waiting for {training} to end" if training is not None else "Waiting for its turn"
    if not before:
        return f"{what}; then it is this run's turn."
    others = "1 more run is" if before == 1 else f"{before} more runs are"
    return f"{what}; {others} before this one."
