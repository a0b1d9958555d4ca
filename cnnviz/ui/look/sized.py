"""Images of a data set in the size that a network takes: one from elsewhere may take another."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.photos import fit

if TYPE_CHECKING:
    import keras

__all__ = ["features_of", "sized"]

_AT_ONCE = 256  # images: a whole data set in the size of a photo fills the memory

Images = NDArray[np.uint8]


def sized(images: Images, shape: tuple[int, int, int]) -> Images:
    """Return images as a network takes them.

    Args:
        images: (n, height, width, channels) uint8, a data set's.
        shape: (height, width, channels) that the network takes.

    Returns:
        (n, *shape) uint8; the images themselves where they have that shape already.
    """
    if images.shape[1:] == shape:
        return images
    return np.stack([fit(image, shape) for image in images]) if len(images) else np.zeros((0, *shape), np.uint8)


def features_of(
    model: "keras.Model",
    images: Images,
    shape: tuple[int, int, int],
    on_progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float32]:
    """Return what goes into a network's last weights, for images of any size; see `cnnviz.explain.penultimate`.

    Args:
        model: the network.
        images: (n, height, width, channels) uint8, at least one.
        shape: (height, width, channels) that the network takes.
        on_progress: told (images done, images) after each batch; it may raise to stop.
    """
    from cnnviz.explain.features import penultimate

    if images.shape[1:] == shape:
        return penultimate(model, images, on_progress)
    parts = []
    for start in range(0, len(images), _AT_ONCE):
        parts.append(penultimate(model, sized(images[start : start + _AT_ONCE], shape)))
        if on_progress:
            on_progress(min(start + _AT_ONCE, len(images)), len(images))
    return np.concatenate(parts)
