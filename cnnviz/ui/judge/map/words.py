"""What the map says about itself: what its distances mean, and what they do not."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation import Judged
from cnnviz.evaluation.plane import Projection
from cnnviz.inference.planes import Placed
from cnnviz.ui.components.image_grid import Group
from cnnviz.ui.components.point_map import Colour
from cnnviz.ui.words import images_in_words

__all__ = ["alt", "caption", "lead", "sorted_by_class"]

_FEW = 100  # images: with fewer, t-SNE has hardly any neighbours to go by
_COLOURS = 10  # that can be told apart


def alt(judged: Judged, method: Projection) -> str:
    """Describe the map to those who do not see it."""
    name = "PCA" if method == "pca" else "t-SNE"
    wrong = int((~judged.right).sum())
    shown = images_in_words(len(judged))
    return f"A {name} map of {shown} of the test set, {wrong:,} of them wrong; a point stands for each."


def caption(judged: Judged, placed: Placed, method: Projection, colour: Colour) -> str:
    """Say how to read the map: what is shown, then how far it can be trusted."""
    many = len(judged.class_names)
    repeated = f"; {many} classes share ten colours" if many > _COLOURS and colour != "right" else ""
    shown = f"Each mark is a test image, a cross where the network is wrong{repeated}."
    return f"{shown} {_trust(judged, placed, method)}"


def _trust(judged: Judged, placed: Placed, method: Projection) -> str:
    if method == "tsne":
        few = f" With {images_in_words(len(judged))} it has few neighbours to go by." if len(judged) < _FEW else ""
        return (
            "t-SNE keeps neighbours: close by means alike to the network. How far apart clusters lie, where, and how "
            f"large they are means nothing, and each snapshot has a map of its own.{few}"
        )
    if not sum(placed.shares):
        return "All of them look the same to the network here, so they stand on one spot."
    first, second, lost = (_percent(share) for share in (*placed.shares, 1 - sum(placed.shares)))
    return (
        f"PCA lays the last features flat along two directions, with {first} and {second} of their variance: far apart "
        f"means different, but close by may differ in the other {lost}. All snapshots share the newest one's "
        "directions: what moves, moved in the network."
    )


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.01 else f"{max(share, 0):.0%}".replace("%", " %")


def lead(judged: Judged, listed: NDArray[np.int64], *, chosen: bool) -> str:
    """Say how many images stand beside the map, and how many of them are wrong.

    Args:
        judged: predictions and true classes.
        listed: their numbers.
        chosen: whether somebody chose them, or they are all there are.
    """
    wrong = int((~judged.right[listed]).sum())
    return f"{images_in_words(len(listed))}{' chosen' if chosen else ''}, {wrong:,} wrong"


def sorted_by_class(judged: Judged, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[Group, ...]]:
    """Put images of a class together, the class with most images first, the most confident images first.

    Args:
        judged: predictions and true classes.
        chosen: (k,) int64, numbers of test images.

    Returns:
        (k,) the same in order, and a head for each class.
    """
    labels = judged.labels[chosen]
    counts = np.bincount(labels, minlength=len(judged.class_names))
    order = np.lexsort((chosen, -judged.confidence[chosen], labels, -counts[labels]))
    found = chosen[order]
    groups = []
    for label in np.argsort(-counts, kind="stable"):
        if counts[label]:
            wrong = int((~judged.right[chosen[labels == label]]).sum())
            groups.append(Group(judged.class_names[label], f"{counts[label]:,}, {wrong:,} wrong", int(counts[label])))
    return found, tuple(groups)
