"""Batches of images whose feature maps fit a laptop's memory."""

import math
from collections.abc import Iterable

import keras
import numpy as np
from numpy.typing import ArrayLike

from cnnviz.explain.network import Images, Shape, image_batch, walk

__all__ = ["batches", "image_batches"]

_BATCH_BYTES = 20 * 2**20  # of all feature maps of a batch, which a gradient keeps to the end
_LARGEST = 256
_MAPS = 64  # maps of the image's size, of a network that does not say what its layers make


def batches(model: keras.Model, images: Images) -> list[Images]:
    """Cut images into batches, smaller ones for a network with larger feature maps.

    Args:
        model: any Keras model.
        images: (n, height, width, channels), n at least 1.
    """
    size = _size(model, images.shape[1:])
    return [images[start : start + size] for start in range(0, len(images), size)]


def image_batches(model: keras.Model, images: ArrayLike) -> Iterable[Images]:
    """Bring images into a model's form a batch at a time: all of them as floats would be four times as large.

    Args:
        model: any Keras model with one image input.
        images: (n, height, width, channels) or one image, uint8 or float in 0..255, at least one.

    Raises:
        DataError: the images do not fit the model.
    """
    array = np.asarray(images)
    if array.ndim != 4:
        return batches(model, image_batch(model, array))
    return (image_batch(model, part) for part in batches(model, array))


def _size(model: keras.Model, shape: tuple[int, ...]) -> int:
    each = 4 * (_numbers(model) or _MAPS * math.prod(shape[:2]))
    return min(max(_BATCH_BYTES // each, 1), _LARGEST)


def _numbers(model: keras.Model) -> int | None:
    """How many numbers all layers and operations make of one image; None where one of them does not say."""
    layers = [layer for _, layer in walk(model)]
    arithmetic = [one for network in (model, *layers) for one in getattr(network, "operations", ())]
    total = 0
    for one in {id(one): one for one in (*layers, *arithmetic)}.values():
        try:
            made: Shape = one.output.shape[1:]
        except (AttributeError, ValueError):  # never called, or part of a block
            return None
        if None in made:
            return None
        total += math.prod(made)
    return total
