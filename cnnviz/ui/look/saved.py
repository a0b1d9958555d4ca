"""How figures of what is looked at are called when they are saved."""

from cnnviz.runs import Run
from cnnviz.ui.bar.pinned import Pinned
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.look.stops import snapshot_labels

__all__ = ["moment", "saved", "saved_of"]


def saved(pinned: Pinned, what: str, *, image: bool = True) -> Saving:
    """Name a figure of what the bar pins.

    Args:
        pinned: what is looked at.
        what: the figure, in a few words, such as "conv2d_1 kernels".
        image: whether it shows something of the pinned image.
    """
    return saved_of(pinned.run, pinned.snapshot, what, pinned.image_in_words if image else "")


def saved_of(run: Run, snapshot: int | None, what: str, image: str = "") -> Saving:
    """Name a figure of a network.

    Args:
        run: of the network.
        snapshot: its number; None for the run's model.
        what: the figure, in a few words.
        image: which image it looks at, in words; empty for none.
    """
    when = moment(run, snapshot)
    parts = [f"{run.name} on {run.spec.data.name}", when, image, f"run {run.id}"]
    name = " ".join(filter(None, [run.name, when if snapshot is not None else "", what, image]))
    return Saving(name, " · ".join(filter(None, parts)))


def moment(run: Run, snapshot: int | None) -> str:
    """Say which weights: "trained model", "before training", "after epoch 3"."""
    return "trained model" if snapshot is None else snapshot_labels(run).get(snapshot, f"snapshot {snapshot}")
