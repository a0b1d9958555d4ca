"""What makes one doubt a run's numbers: it knows only what it learned from, or they are of too few images."""

from dataclasses import dataclass
from typing import Literal

from cnnviz.runs import History, Run
from cnnviz.spec import BatchNormalization

__all__ = ["Doubt", "doubts"]

_LEARNED = 0.8  # training accuracy from which on something was learned
_CARRIED_OVER = 1 / 3  # of what training gained over guessing, less than that on other images is near chance
_FEW_HELD = 30  # images of which 95 % intervals are narrower than 36 points
_FEW_LEARNED = 1_000  # training images that a small network can know one by one
_ARRIVED = 5  # times 1 / (1 - momentum) steps, and where a moving average began is 1 % of it


@dataclass(frozen=True)
class Doubt:
    """A reason to doubt a run's numbers.

    Attributes:
        kind: "apart" where it is right on training images and near chance on others, "few" where an accuracy is of so
            few images that it says little.
        sentence: what was seen, and what likely causes it; for people.
    """

    kind: Literal["apart", "few"]
    sentence: str


def doubts(run: Run) -> tuple[Doubt, ...]:
    """Return what makes one doubt a run's numbers, the gravest first; nothing before the first epoch has ended.

    Args:
        run: in any state; only its folder's curves and settings are read.

    Raises:
        RunError: its settings cannot be read.
    """
    history = run.history()
    if not history.n_epochs:
        return ()
    return tuple(doubt for doubt in (_apart(run, history), _few(history)) if doubt is not None)


def _apart(run: Run, history: History) -> Doubt | None:
    """Compare the last epoch's training accuracy with that on images held back, or on test images."""
    trained, chance = history.epochs["accuracy"][-1], 1 / run.spec.model.classes
    held = _held_out(run, history)
    if held is None or trained < max(_LEARNED, chance):
        return None
    accuracy, images = held
    if accuracy - chance >= _CARRIED_OVER * (trained - chance):
        return None
    return Doubt(
        "apart",
        f"It is right on {_percent(trained)} of its training images and on {_percent(accuracy)} of {images}, where "
        f"guessing gets {_percent(chance)}. Likely causes: {_joined(_causes(run, history))}.",
    )


def _held_out(run: Run, history: History) -> tuple[float, str] | None:
    """Return an accuracy on images it did not learn from, and which: test images where too few were held back."""
    report, validated = run.evaluation() or {}, history.epochs.get("val_accuracy")
    tested, count = report.get("accuracy"), history.val_images
    few = count is not None and count < _FEW_HELD
    if isinstance(tested, int | float) and 0 <= tested <= 1 and (not validated or few):
        return float(tested), "test images"
    return (validated[-1], "validation images") if validated else None


def _causes(run: Run, history: History) -> list[str]:
    causes = ["labels that do not fit their images", "training images unlike the others (place, camera, crop)"]
    learned = history.train_images
    if learned is not None and learned < _FEW_LEARNED:
        causes.insert(0, f"so few training images ({learned:,}) that it knows each by heart")
    momentum = max(
        (layer.momentum for layer in run.spec.model.layers if isinstance(layer, BatchNormalization)), default=0
    )
    earlier = bool(history.epochs.get("val_accuracy")) and history.val_images is None  # did not measure them anew
    if earlier and run.status.step < _ARRIVED / (1 - momentum):
        causes.insert(0, "moving averages of batch normalisation that had not arrived, which training it anew mends")
    return causes


def _few(history: History) -> Doubt | None:
    count, validated = history.val_images, history.epochs.get("val_accuracy")
    if not validated or count is None or count >= _FEW_HELD:
        return None
    return Doubt(
        "few",
        f"Its validation accuracy, {_percent(validated[-1])}, is of {count} image{'' if count == 1 else 's'} only: "
        "what is stopped, kept or compared by it is mostly luck.",
    )


def _joined(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + f", or {parts[-1]}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
