"""Several views of one image: itself, its mirror image, and both moved by a pixel."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.stored import is_stored

__all__ = ["VIEWS", "mean_over_views", "views_of"]

VIEWS = {
    2: "each image and its mirror image",
    6: "each image and its mirror image, and both moved by a pixel up and left, and down and right",
}
_UP_LEFT, _DOWN_RIGHT = (2, 2), (0, 0)  # where the image is cut from itself with a pixel more on every side

_AT_ONCE = 500  # images on the disk: all of them and their views might fill the memory

Predict = Callable[[NDArray[np.uint8]], NDArray[np.floating[Any]]]


def views_of(images: NDArray[np.uint8], count: int) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield the views of some images, each with its weight; together the weights are 1.

    What a move brings in from outside is the neighbouring pixel, mirrored at the border. An image that was not moved
    counts twice as much as one that was (Jordan 2024).

    Args:
        images: (n, height, width, channels).
        count: 1, 2 or 6.
    """
    sides = (1,) if count == 1 else (1, -1)
    still = 0.5 if count > 2 else 1.0
    for side in sides:
        yield still / len(sides), images[:, :, ::side]
    if count > 2:
        height, width = images.shape[1:3]
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
        for row, column in (_UP_LEFT, _DOWN_RIGHT):
            moved = padded[:, row : row + height, column : column + width]
            for side in sides:
                yield (1 - still) / 2 / len(sides), moved[:, :, ::side]


def mean_over_views(predict: Predict, images: NDArray[np.uint8], count: int) -> NDArray[np.float32]:
    """Return the weighted mean of what a network says of an image's views (test-time augmentation).

    Args:
        predict: from images (n, height, width, channels) uint8 to probabilities (n, classes).
        images: (n, height, width, channels) uint8; those on the disk are looked at some hundreds at a time.
        count: 1, 2 or 6.

    Returns:
        (n, classes) float32 in [0, 1], each row's sum 1.
    """
    if is_stored(images) and len(images) > _AT_ONCE:
        starts = range(0, len(images), _AT_ONCE)
        return np.concatenate([mean_over_views(predict, images[at : at + _AT_ONCE], count) for at in starts])
    weighted = (weight * predict(np.ascontiguousarray(view)) for weight, view in views_of(images, count))
    return np.asarray(sum(weighted), dtype=np.float32)
