"""How figures of what is looked at are called when they are saved."""

from cnnviz.runs import Weights
from cnnviz.ui.bar.pinned import Pinned
from cnnviz.ui.components.saving import Saving

__all__ = ["saved", "saved_of"]


def saved(pinned: Pinned, what: str, *, image: bool = True) -> Saving:
    """Name a figure of what the bar pins.

    Args:
        pinned: what is looked at.
        what: the figure, in a few words, such as "conv2d_1 kernels".
        image: whether it shows something of the pinned image.
    """
    return saved_of(pinned.weights, what, pinned.image_in_words if image else "")


def saved_of(weights: Weights, what: str, image: str = "") -> Saving:
    """Name a figure of a network.

    Args:
        weights: the network's.
        what: the figure, in a few words.
        image: which image it looks at, in words; empty for none.
    """
    run, when = weights.run, weights.moment
    parts = [f"{run.name} on {run.spec.data.name}", when, image, f"run {run.id}"]
    name = " ".join(filter(None, [run.name, when if weights.snapshot is not None else "", what, image]))
    return Saving(name, " · ".join(filter(None, parts)))
