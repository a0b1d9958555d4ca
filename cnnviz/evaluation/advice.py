"""What to try next after a training, from how it went."""

from cnnviz.evaluation.doubts import doubts
from cnnviz.runs import Run

__all__ = ["advice"]

_GUESSING = 1.3  # times the accuracy of guessing
_RISEN = 1.15  # times the lowest validation loss


def advice(run: Run, accuracy: float | None) -> str:
    """Return what to try next, in a sentence or two.

    Args:
        run: one that has ended.
        accuracy: the share of test images it gets right, in [0, 1]; None where it was not measured.

    Raises:
        RunError: its settings cannot be read.
    """
    if any(doubt.kind == "apart" for doubt in doubts(run)):
        return "Next: look at its mistakes and at the labels on Data, then train on more images."
    if isinstance(accuracy, int | float) and accuracy < _GUESSING / run.spec.model.classes:
        return "That is no better than guessing. Next: start another like this with a smaller learning rate."
    losses = run.history().epochs.get("val_loss", [])
    if losses and losses[-1] > _RISEN * min(losses):
        best = losses.index(min(losses)) + 1
        return (
            f"Since epoch {best} the validation loss has risen: it learns its training images by heart. "
            "Next: start another like this with fewer epochs, dropout or augmentation."
        )
    return "Next: start another like this, change one thing, and see what it does."
