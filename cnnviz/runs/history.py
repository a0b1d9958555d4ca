"""History: the curves of a run, made from its events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cnnviz.runs.events import Event

__all__ = ["History", "Snapshot", "Timeline"]

EPOCH_VALUES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")
BATCH_VALUES = ("position", "loss", "accuracy", "seconds", "images")

_ROUNDING = 1e-6  # batch events carry their position with six digits
_LARGEST = 1e300
_MOST_IMAGES = 100_000_000
_MOST = 1_000_000  # epochs and snapshots: a thousand times what a run can have


@dataclass(frozen=True)
class History:
    """The curves of a run.

    Attributes:
        epochs: loss, accuracy, val_loss, val_accuracy, learning_rate and seconds, a value for each finished epoch; a
            key without any value is absent. Accuracy is a share in [0, 1]; seconds count from the start of training.
        batches: position (in epochs: 0.37 is 37 % of the first), loss, accuracy, seconds and images; a value for every
            report, loss and accuracy being means over the images since the report before.
        val_images: how many images the validation is of; None without any, and in runs of an earlier version.
    """

    epochs: dict[str, list[float]] = field(default_factory=dict)
    batches: dict[str, list[float]] = field(default_factory=dict)
    val_images: int | None = None

    @property
    def n_epochs(self) -> int:
        """How many epochs are finished."""
        return len(self.epochs.get("loss", ()))

    @property
    def train_images(self) -> int | None:
        """How many training images an epoch has; None where the first did not end or its reports were not kept."""
        images, ends = self.batches.get("images"), self.batches.get("position", [])
        if not images or not self.n_epochs:
            return None
        return round(sum(count for count, end in zip(images, ends, strict=True) if end <= 1 + _ROUNDING))

    @property
    def of_validation(self) -> str:
        """How many images the validation is of, to follow its accuracy: " of 4 images"; empty where nobody knows."""
        count = self.val_images
        return "" if count is None else f" of {count:,} image{'' if count == 1 else 's'}"

    @property
    def validated_in_words(self) -> str:
        """The newest validation accuracy, a sentence; empty where nobody knows it, or of how many images it is."""
        accuracies = self.epochs.get("val_accuracy")
        if not accuracies or not self.of_validation:
            return ""
        return f"Validation accuracy: {100 * accuracies[-1]:.0f} %{self.of_validation}."


@dataclass(frozen=True)
class Snapshot:
    """The weights at one moment of a run.

    Attributes:
        number: counts from 0, the weights before the first step; also the file's name.
        position: the moment in epochs; 2.0 is the end of the second.
        step: steps taken so far.
    """

    number: int
    position: float
    step: int

    @property
    def name(self) -> str:
        """The file's name without its ending: four digits."""
        return f"{self.number:04d}"

    @property
    def moment(self) -> str:
        """When it was made: "before training", "after epoch 3" or "after step 250"."""
        if self.step == 0:
            return "before training"
        if abs(self.position - round(self.position)) < _ROUNDING:
            return f"after epoch {round(self.position)}"
        return f"after step {self.step:,}"


class Timeline:
    """Collects events into curves; feed it again whenever there are more.

    A resumed run continues from a checkpoint: what an earlier attempt reported after that moment is dropped, so that
    the curves are those of the weights that exist.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._epochs: list[dict[str, Any]] = []
        self._batches: list[dict[str, Any]] = []
        self._snapshots: dict[int, Snapshot] = {}
        self._history: History | None = None  # of the events so far, until there are more
        self.extend(events)

    def extend(self, events: Iterable[Event]) -> None:
        """Take in more events, oldest first; those that lack their values are skipped."""
        for event in events:
            self._history = None
            if "resumed_from" in event:
                if _is_position(event["resumed_from"]):
                    self._forget_after(float(event["resumed_from"]) + _ROUNDING)
            elif event["kind"] == "batch" and _is_batch(event):
                self._batches.append(event)
            elif event["kind"] == "epoch" and _is_epoch(event):
                self._epochs.append(event)
            elif event["kind"] == "snapshot" and _is_snapshot(event):
                number = event["number"]
                self._snapshots[number] = Snapshot(number, float(event["position"]), int(event["step"]))

    def _forget_after(self, position: float) -> None:
        self._batches = [event for event in self._batches if event["position"] <= position]
        self._epochs = [event for event in self._epochs if event["epoch"] <= position]
        self._snapshots = {key: value for key, value in self._snapshots.items() if value.position <= position}

    @property
    def history(self) -> History:
        """The curves of the events so far; the same object until there are more."""
        if self._history is None:
            epochs, batches = _columns(self._epochs, EPOCH_VALUES), _columns(self._batches, BATCH_VALUES)
            self._history = History(epochs, batches, _val_images(self._epochs))
        return self._history

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots that were announced, in the order of their numbers."""
        return tuple(self._snapshots[number] for number in sorted(self._snapshots))


def _has_numbers(event: Event, keys: Iterable[str]) -> bool:
    return all(_is_number(event.get(key)) for key in keys)


def _is_number(value: object) -> bool:
    """Whether it is a number that a chart can take: neither true nor NaN nor infinite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_position(value: Any) -> bool:
    """Whether it is a moment in epochs that a run can have."""
    return _is_number(value) and 0 <= value < _MOST


def _is_batch(event: Event) -> bool:
    return _has_numbers(event, BATCH_VALUES[:-1]) and _is_position(event["position"])


def _is_epoch(event: Event) -> bool:
    return _has_numbers(event, ("loss", "accuracy")) and _is_position(event.get("epoch"))


def _is_snapshot(event: Event) -> bool:
    number = event.get("number")
    if type(number) is not int or not 0 <= number <= _MOST:
        return False
    return _has_numbers(event, ("step",)) and _is_position(event.get("position"))


def _columns(events: list[dict[str, Any]], keys: Iterable[str]) -> dict[str, list[float]]:
    present = [key for key in keys if events and all(_is_number(event.get(key)) for event in events)]
    return {key: [float(event[key]) for event in events] for key in present}


def _val_images(epochs: list[dict[str, Any]]) -> int | None:
    count = epochs[-1].get("val_images") if epochs else None
    return count if type(count) is int and 0 < count <= _MOST_IMAGES else None
