"""What a map of images says of itself: what is shown, and how far it can be trusted."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.plane import Projection
from cnnviz.words import images_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnviz.evaluation import Judged
    from cnnviz.inference.planes import Placed

__all__ = ["Colour", "map_alt", "map_caption", "seen"]

Colour = Literal["true", "predicted", "right"]

_FEW = 100  # images: with fewer, t-SNE has hardly any neighbours to go by
_MOST_COLOURS = 10  # that can be told apart


def seen(judged: "Judged", colour: Colour, hidden: "Sequence[str]") -> NDArray[np.bool_]:
    """Say which images the legend does not hide.

    Args:
        judged: predictions and true classes.
        colour: what the colours stand for.
        hidden: "right", "wrong", and labels as text.

    Returns:
        (n,)
    """
    by = judged.predicted if colour == "predicted" else judged.labels
    found = ~np.isin(by, [int(token) for token in hidden if token.isdecimal()])
    if "right" in hidden:
        found &= ~judged.right
    if "wrong" in hidden:
        found &= judged.right
    return found


def map_alt(judged: "Judged", method: Projection) -> str:
    """Describe the map to those who do not see it."""
    name = "PCA" if method == "pca" else "t-SNE"
    wrong = int((~judged.right).sum())
    shown = images_in_words(len(judged))
    return f"A {name} map of {shown} of the test set, {wrong:,} of them wrong; a point stands for each."


def map_caption(judged: "Judged", placed: "Placed", method: Projection, colour: Colour) -> str:
    """Say how to read the map: what is shown, then how far it can be trusted.

    Args:
        judged: predictions and true classes.
        placed: where the images stand.
        method: how they were placed.
        colour: what the colours stand for.
    """
    many = len(judged.class_names)
    repeated = f"; {many} classes share ten colours" if many > _MOST_COLOURS and colour != "right" else ""
    shown = f"Each mark is a test image, a cross where the network is wrong{repeated}."
    return f"{shown} {_trust(len(judged), placed, method)}"


def _trust(count: int, placed: "Placed", method: Projection) -> str:
    if method == "tsne":
        few = f" With {images_in_words(count)} it has few neighbours to go by." if count < _FEW else ""
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
