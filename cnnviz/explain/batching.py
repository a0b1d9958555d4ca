"""Batches of images whose feature maps fit a laptop's memory, and who is told of them."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from cnnviz.explain.network import Images, Shape, image_batch, walk

__all__ = ["as_images", "batches", "image_batches", "watched"]

_BATCH_BYTES = 20 * 2**20  # of all feature maps of a batch, which a gradient keeps to the end
_LARGEST = 256
_MAPS = 64  # maps of the image's size, of a network that does not say what its layers make


OnProgress = Callable[[int, int], None]

_WATCHING: ContextVar[OnProgress | None] = ContextVar("watching", default=None)


@contextmanager
def watched(on_progress: OnProgress) -> Iterator[None]:
    """Be told of the batches that this thread sends through networks; whatever explains an image does so in batches.

    Args:
        on_progress: told (images sent, images there are) before each batch, from 0 on for each of several rounds. What
            it raises ends the computation.
    """
    before = _WATCHING.set(on_progress)
    try:
        yield
    finally:
        _WATCHING.reset(before)


def batches(model: keras.Model, images: Images) -> Iterator[Images]:
    """Cut images into batches, smaller ones for a network with larger feature maps.

    Args:
        model: any Keras model.
        images: (n, height, width, channels), n at least 1.
    """
    size = _size(model, images.shape[1:])
    on_progress = _WATCHING.get()
    for start in range(0, len(images), size):
        if on_progress:
            on_progress(start, len(images))
        yield images[start : start + size]


def image_batches(model: keras.Model, images: ArrayLike) -> Iterable[Images]:
    """Bring images into a model's form a batch at a time: all of them as floats would be four times as large.

    Args:
        model: any Keras model with one image input.
        images: (n, height, width, channels) or one image, uint8 or float in 0..255, at least one.

    Raises:
        DataError: the images do not fit the model.
    """
    array = as_images(images)
    if array.ndim != 4:
        return batches(model, image_batch(model, array))
    return (image_batch(model, part) for part in batches(model, array))


def as_images(images: ArrayLike) -> Images:
    """Return images as an array; what is one as far as indexing goes, such as images on the disk, stays that."""
    stored: Any = images
    return stored if hasattr(images, "ndim") and hasattr(images, "shape") else np.asarray(images)


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
