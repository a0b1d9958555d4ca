"""Pictures that were of another size or shape than the rest, or that lie on their side, before they were kept."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.originals import Original, Originals
from cnnviz.data.records import Labels

__all__ = ["Oddities", "oddities_of"]

_HEIGHT, _WIDTH, _ORIENTATION, _TURNED_BEFORE, _CAMERA = range(len(Original._fields))

_OTHER_SIDE = np.log(3.0)  # times as long or as short a side as the others', from which on a picture is odd
_OTHER_SHAPE = np.log(2.0)  # times as long for its width
_SPREADS = 5.0  # median absolute deviations, where the others differ that much among themselves
_ENLARGED = 2.0  # times, from which on little is left to see
_OUTNUMBERED = 0.2  # share up to which pictures are strangers among the rest
_PORTRAITS = 0.05  # share of a camera's pictures up to which upright ones are strangers among lying ones
_OF_A_CAMERA = 20  # pictures that tell how it is held
_UPRIGHT = 1  # EXIF's orientation


@dataclass(frozen=True, eq=False)
class Oddities:
    """What is odd about what n images were.

    Attributes:
        size: (n,) bool, far larger or smaller than the others of its class.
        shape: (n,) bool, far longer for its width, or wider for its height, than the others of its class.
        tiny: (n,) bool, enlarged to twice its size and more.
        turned: (n,) bool, turned upright by a word of its EXIF data that somebody had followed before.
        portrait: (n,) bool, upright among the lying pictures of its camera, which does not say that it was held so.
    """

    size: NDArray[np.bool_]
    shape: NDArray[np.bool_]
    tiny: NDArray[np.bool_]
    turned: NDArray[np.bool_]
    portrait: NDArray[np.bool_]


def oddities_of(originals: Originals, labels: Labels, kept: tuple[int, int]) -> Oddities:
    """Look at what images were before they were kept.

    Args:
        originals: (n, 5), of `cnnviz.data.originals`.
        labels: (n,), the images' classes: folders, mostly.
        kept: height and width of the images.
    """
    height, width = (originals[:, column].astype(np.float64) for column in (_HEIGHT, _WIDTH))
    # 1x1 and larger: nothing without pixels is kept
    side, shape = np.log(height * width) / 2, np.abs(np.log(width / height))
    enlarged = np.maximum(kept[0] / height, kept[1] / width)
    return Oddities(
        _far(side, labels, _OTHER_SIDE),
        _far(shape, labels, _OTHER_SHAPE),
        tiny=_few(enlarged >= _ENLARGED),
        turned=originals[:, _TURNED_BEFORE] > 0,
        portrait=_lone_portraits(originals),
    )


def _far(values: NDArray[np.float64], labels: Labels, least: float) -> NDArray[np.bool_]:
    """Say which values are far from the median of their class, (n,)."""
    far = np.zeros(len(values), bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        apart = np.abs(values[rows] - np.median(values[rows]))
        far[rows] = _few(apart > max(least, _SPREADS * float(np.median(apart))))
    return far


def _few(which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which are odd, none where they are too many to be it."""
    return np.asarray(which & (which.mean() <= _OUTNUMBERED))


def _lone_portraits(originals: Originals) -> NDArray[np.bool_]:
    """Say which pictures stand upright where nearly all others of their camera lie, (n,)."""
    lone = np.zeros(len(originals), bool)
    upright = originals[:, _HEIGHT] > originals[:, _WIDTH]
    for camera in np.unique(originals[:, _CAMERA][originals[:, _CAMERA] > 0]):
        rows = np.flatnonzero(originals[:, _CAMERA] == camera)
        if len(rows) >= _OF_A_CAMERA and upright[rows].mean() <= _PORTRAITS:
            lone[rows] = upright[rows] & (originals[rows, _ORIENTATION] == _UPRIGHT)
    return lone
