"""What the panels of a replay are called, how they are read, and where a moment lies, in words and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.figures.heatmap import heat_ramp, in_two_digits
from cnnviz.figures.mosaic import in_digits
from cnnviz.figures.theme import DIVERGING
from cnnviz.figures.tiles import color_table

if TYPE_CHECKING:  # the records alone; what makes them knows Keras
    from cnnviz.replay import ImageReplay, MapsReplay, Replay

__all__ = [
    "Words",
    "confusion_words",
    "heat_words",
    "is_epoch",
    "kernel_words",
    "loss_words",
    "map_words",
    "moment_in_words",
    "shown_classes",
]

MOST_BARS = 10

_GREY = ("#000000", "#808080", "#FFFFFF")
_SIGNED = tuple(str(color) for _, color in DIVERGING)


@dataclass(frozen=True)
class Words:
    """What stands round a panel.

    Attributes:
        title: what it is.
        caption: how to read it, one sentence.
        low, high: the ends of its scale; empty without one.
        ramp: colours `#RRGGBB` from low to high.
    """

    title: str
    caption: str
    low: str = ""
    high: str = ""
    ramp: tuple[str, ...] = ()


def is_epoch(position: float) -> bool:
    """Say whether a position in epochs is the end of one."""
    return position > 0 and abs(position - round(position)) < 1e-6


def moment_in_words(replay: "Replay", frame: int) -> tuple[str, str]:
    """Say when a frame was, and how good the network was then.

    Returns:
        "after epoch 3 of 10" and "test accuracy 65.6 %"; the second is empty where it is not known.
    """
    snapshot = replay.snapshots[frame]
    if snapshot.step == 0:
        when = "before training"
    elif is_epoch(snapshot.position):
        when = f"after epoch {round(snapshot.position)} of {replay.epochs:.0f}"
    else:
        when = f"after step {snapshot.step:,}, epoch {snapshot.position:.2f}"
    accuracy = None if replay.accuracy is None else replay.accuracy[frame]
    return when, "" if accuracy is None or np.isnan(accuracy) else f"test accuracy {accuracy:.1%}".replace("%", " %")


def kernel_words(replay: "Replay") -> Words:
    """Say how to read the kernels; the scale is one for all frames."""
    assert replay.kernels is not None
    height, width, channels, _ = replay.kernels.shape[1:]
    kind = f"Each tile is one {height}×{width} kernel"
    if channels == 3:
        caption = f"{kind}, its input channels drawn as red, green and blue; grey is zero."
    else:
        mean = "" if channels == 1 else f", the mean of its {channels} input channels"
        caption = f"{kind}{mean}: white is zero, blue negative, red positive."
    if len(replay.kernels) > 1 and not np.ptp(replay.kernels, axis=0).any():
        caption += " They stay as they are: this layer's kernels are not learned."
    limit = in_digits(replay.kernel_limit)
    ramp = _GREY if channels == 3 else _SIGNED
    return Words(f"Kernels of {replay.kernel_layer}", caption, f"−{limit}", f"+{limit}", ramp)


def map_words(layer: "MapsReplay", first: bool) -> Words:
    """Say how to read a layer's feature maps.

    Args:
        layer: the layer.
        first: whether its maps are those of the kernels shown.
    """
    channels, shown = layer.shape[2], len(layer.filters)
    size = f"{layer.shape[0]}×{layer.shape[1]} pixels"
    if first and shown == channels:
        caption = f"What each kernel finds in the image, in the kernels' order; {size} each."
    elif shown == channels:
        caption = f"What each of the {channels} filters finds in the image; {size} each."
    else:
        caption = f"The {shown} strongest of {channels} feature maps, in a fixed order; {size} each."
    low = f"−{in_digits(layer.limit)}" if layer.signed else "0"
    ramp = _SIGNED if layer.signed else _ramp()
    return Words(f"Maps of {layer.layer}", caption, low, in_digits(layer.limit), ramp)


def heat_words(seen: "ImageReplay", class_names: Sequence[str]) -> Words:
    """Say how to read the heatmaps; the scale is one for all frames."""
    if seen.heat is None:
        return Words("Heatmap", "The network has no convolution, so Grad-CAM has no feature maps to weigh.")
    name = class_names[seen.class_index]
    caption = f"Below, what speaks for {name} (Grad-CAM of {seen.heat_layer}, one scale); right, the probabilities."
    return Words("Heatmap", caption, "0", in_two_digits(seen.heat_limit), heat_ramp())


def confusion_words(replay: "Replay") -> Words:
    """Say how to read the confusion matrix."""
    count = replay.predicted.shape[1]
    caption = f"{count:,} test images: a row is a true class, columns are the predicted classes in the same order."
    return Words("Confusion", caption, "0 %", "100 % of a row", _ramp())


def loss_words(replay: "Replay") -> Words:
    """Say how to read the loss."""
    held = " and validation (◆)" if replay.history.epochs.get("val_loss") else ""
    return Words("Loss", f"Training (●){held} loss over the epochs; the line marks the moment shown.")


def shown_classes(shares: Sequence[Sequence[float]], truth: int | None) -> tuple[int, ...]:
    """Choose the classes whose probabilities are drawn, in an order that does not move: at most ten.

    Args:
        shares: (frames, classes) probabilities.
        truth: the true class, which is always among them.
    """
    highest = np.asarray(shares, np.float64).max(axis=0)
    if len(highest) <= MOST_BARS:
        return tuple(range(len(highest)))
    if truth is not None:
        highest[truth] = np.inf
    return tuple(sorted(np.argsort(-highest, kind="stable")[:MOST_BARS].tolist()))


def _ramp(steps: int = 9) -> tuple[str, ...]:
    rows = color_table("sequential")[np.linspace(0, 255, steps).astype(np.intp)]
    return tuple("#" + bytes(row).hex().upper() for row in rows)
