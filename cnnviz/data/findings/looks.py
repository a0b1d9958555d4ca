"""Images that show nothing, are dark, bright or blurred, or are grey among colour.

The measures are those that photo tools use (as CleanVision: brightness by percentiles, blur by the variance of a
Laplacian), taken of the images as a network gets them. Blur is compared with the data set's own, since small images
have no sharpness of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.records import Images

__all__ = ["Looks", "looks_of"]

_BLOCK = 500  # images measured at a time
_EVEN = 2.0  # standard deviation, of 255, below which an image shows nothing
_DARK, _BRIGHT = 48, 224  # grey levels of 255: nearly no pixel is above, or below
_BLUR_SPREADS = 5.0  # median absolute deviations below the median sharpness
_COLOURLESS = 3  # levels between the channels, at most
_OUTNUMBERED = 0.2  # share of grey images up to which they are strangers among colour

# BT.601, as everywhere here
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, eq=False)
class Looks:
    """What each of n images looks like.

    Attributes:
        brightness: (n,) float32, mean grey level in 0..255.
        contrast: (n,) float32, standard deviation of the grey levels.
        blank, dark, bright, blurred, grey: (n,) bool; an image that shows nothing is not blurred besides.
    """

    brightness: NDArray[np.float32]
    contrast: NDArray[np.float32]
    blank: NDArray[np.bool_]
    dark: NDArray[np.bool_]
    bright: NDArray[np.bool_]
    blurred: NDArray[np.bool_]
    grey: NDArray[np.bool_]


def looks_of(splits: Sequence[Images], tell: Callable[[int, int], None] | None = None) -> Looks:
    """Measure the images of one data set.

    Args:
        splits: (n, height, width, 1 or 3) uint8 each; n is of all together.
        tell: called with how many are measured and n; raises to stop.
    """
    blocks, done, total = [], 0, sum(len(images) for images in splits)
    for images in splits:
        for start in range(0, len(images), _BLOCK):
            blocks.append(_measured(np.asarray(images[start : start + _BLOCK])))
            done += blocks[-1].shape[1]
            if tell:
                tell(done, total)
    brightness, contrast, low, high, sharpness, colour = np.concatenate(blocks, axis=1)
    blank, grey = contrast < _EVEN, colour <= _COLOURLESS
    return Looks(
        brightness,
        contrast,
        blank,
        dark=~blank & (high < _DARK),
        bright=~blank & (low > _BRIGHT),
        blurred=~blank & _far_below(sharpness, contrast),
        grey=grey & (grey.mean() <= _OUTNUMBERED),
    )


def _measured(images: Images) -> NDArray[np.float32]:
    """Return six numbers an image, (6, n): mean, standard deviation, 5th and 95th percentile, sharpness, colour."""
    values = images[..., 0].astype(np.float32) if images.shape[3] == 1 else images.astype(np.float32) @ _GREY
    colour = images.max(axis=3).astype(np.int16) - images.min(axis=3)  # 0 everywhere with a single channel
    return np.stack(
        [
            values.mean((1, 2)),
            values.std((1, 2)),
            *np.percentile(values, (5, 95), axis=(1, 2)),
            _sharpness(values),
            colour.max((1, 2)),
        ]
    ).astype(np.float32)


def _sharpness(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the standard deviation of each image's Laplacian, (n,)."""
    if min(values.shape[1:]) < 3:
        return np.zeros(len(values), np.float32)
    inner = values[:, 1:-1, 1:-1]
    around = values[:, :-2, 1:-1] + values[:, 2:, 1:-1] + values[:, 1:-1, :-2] + values[:, 1:-1, 2:]
    return np.asarray((around - 4 * inner).std((1, 2)), np.float32)


def _far_below(sharpness: NDArray[np.float32], contrast: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say which images are far less sharp, for their contrast, than the others of the set."""
    relative = np.log((sharpness + 0.1) / (contrast + 1))
    middle = np.median(relative)
    spread = np.median(np.abs(relative - middle))
    return np.asarray(relative < middle - _BLUR_SPREADS * max(float(spread), 0.1))
