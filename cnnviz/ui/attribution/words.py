"""What the Attribution page says."""

from collections.abc import Sequence
from dataclasses import replace

from cnnviz.explain.heatmap import Heatmap
from cnnviz.explain.methods import METHODS
from cnnviz.figures.heatmap import full_value, in_two_digits
from cnnviz.ui.bar import Pinned
from cnnviz.ui.components.saving import Saving
from cnnviz.ui.network.saved import saved

__all__ = [
    "TITLES",
    "at_layer",
    "check_verdict",
    "correlation_in_words",
    "saved_for",
    "stage_title",
    "strength",
]

TITLES = {name: method.title for name, method in METHODS.items()}

_ALIKE = 0.7
_SIMILAR = 0.4
_ENOUGH = 0.2


def at_layer(heatmap: Heatmap) -> str:
    """Say where a heatmap was read: `conv2d_2 13×13`; nothing for methods on pixels."""
    if heatmap.coarse is None:
        return ""
    return f"{heatmap.layer} {heatmap.coarse.shape[0]}×{heatmap.coarse.shape[1]}"


def strength(heatmap: Heatmap) -> str:
    """Say what the brightest colour stands for, in the method's own unit: `0.054`, `≥ 0.0031` where more is drawn so.

    Args:
        heatmap: from `cnnviz.explain`.
    """
    if heatmap.empty:
        return ""
    full, most = full_value(heatmap), heatmap.raw_range[1]
    return f"{'≥ ' if most > 1.005 * full else ''}{in_two_digits(full)}"


def correlation_in_words(correlation: float | None) -> str:
    """Say how alike two heatmaps are: `0.75: nearly the same`."""
    if correlation is None:
        return "cannot be compared, because one of the two is the same everywhere"
    if correlation >= _ALIKE:
        how = "nearly the same"
    elif correlation >= _SIMILAR:
        how = "similar"
    elif correlation >= _ENOUGH:
        how = "a little alike"
    elif correlation > -_ENOUGH:
        how = "unrelated"
    else:
        how = "the opposite" if correlation <= -_SIMILAR else "rather the opposite"
    return f"rank correlation {in_two_digits(round(correlation, 2))}: {how}"


def stage_title(layers: Sequence[str], total: int) -> str:
    """Name the layers that were drawn anew."""
    if len(layers) == total:
        return "All layers random"
    if len(layers) == 1:
        return f"{layers[0]} random"
    return f"Last {len(layers)} layers random"


def check_verdict(title: str, correlation: float | None) -> str:
    """Draw the conclusion from the network whose layers are all random, one sentence."""
    if correlation is None:
        return f"{title} cannot be judged here: with random weights its heatmap is the same everywhere, or was before."
    if correlation >= _ALIKE:
        return f"{title} hardly changes when the network forgets everything: here it shows the image, not the network."
    if correlation >= _SIMILAR:
        return f"{title} changes only in part when the network forgets everything: some of it is the image itself."
    return f"{title} becomes another picture when the network forgets everything: it shows what was learned."


def saved_for(pinned: Pinned, what: str, class_name: str) -> Saving:
    """Name a figure that explains a class.

    Args:
        pinned: what is looked at.
        what: the figure, in a few words, such as "Grad-CAM".
        class_name: the explained class.
    """
    saving = saved(pinned, f"{what.replace('++', ' plus plus')} for {class_name}")
    return replace(saving, source=f"{saving.source} · explained: {class_name}")
