"""What becomes of a heatmap when the network's weights are drawn anew (Adebayo et al. 2018), in words."""

from collections.abc import Sequence

from cnnviz.figures.heatmap import in_two_digits

__all__ = ["check_verdict", "correlation_in_words", "stage_title"]

_ALIKE, _SIMILAR, _ENOUGH = 0.7, 0.4, 0.2  # rank correlations of two heatmaps


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
