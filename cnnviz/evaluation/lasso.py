"""A line drawn round points of a map: how a link writes it, and which points lie inside.

`pca.3.0a1…`: the layout and the snapshot on whose points it was drawn ("model" for the run's model), so that what was
chosen stays chosen while the points move; then the corners, three letters a number, x and y in turn. They count in 36s
from -0.5 to 1.5 of the map's window, as `point_map/view.js` writes them.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.plane import Projection

__all__ = ["Lasso", "inside", "read_lasso"]

_LASSO = re.compile(r"(pca|tsne)\.(model|\d{1,5})\.((?:[0-9a-z]{6}){3,250})")
_LOW, _SPAN, _STEPS = -0.5, 2.0, 36**3 - 1


@dataclass(frozen=True)
class Lasso:
    """A line that was drawn round points.

    Attributes:
        method: of the map it was drawn on.
        snapshot: the snapshot whose points were seen; None for the run's model.
        text: its corners.
    """

    method: Projection
    snapshot: int | None
    text: str

    def __str__(self) -> str:
        return f"{self.method}.{'model' if self.snapshot is None else self.snapshot}.{self.text}"

    @property
    def corners(self) -> NDArray[np.float64]:
        """(corners, 2) in the map's units."""
        numbers = [int(self.text[at : at + 3], 36) for at in range(0, len(self.text), 3)]
        return _LOW + _SPAN * np.array(numbers, np.float64).reshape(-1, 2) / _STEPS


def read_lasso(text: str | None) -> Lasso | None:
    """Read what a link holds; what is no lasso is none: there is nothing to lose but a choice of points."""
    match = _LASSO.fullmatch(text or "")
    if match is None:
        return None
    method: Projection = "pca" if match[1] == "pca" else "tsne"
    return Lasso(method, None if match[2] == "model" else int(match[2]), match[3])


def inside(corners: NDArray[np.float64], places: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Say which points lie inside a closed line: a ray from them to the right crosses it an odd number of times.

    Args:
        corners: (corners, 2).
        places: (n, 2).

    Returns:
        (n,) whether each lies inside.
    """
    x, y = places.astype(np.float64).T
    found = np.zeros(len(places), np.bool_)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if ay == by:
            continue
        crosses = (ay > y) != (by > y)
        found ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return found
