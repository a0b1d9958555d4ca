"""The network's own view of images: what reaches its last weights. Images close there look alike to the network.

Source: Donahue et al. 2014, "DeCAF: a deep convolutional activation feature for generic visual recognition".
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from cnnviz.errors import DataError, SpecError
from cnnviz.explain.batching import image_batches
from cnnviz.explain.compiled import compiled
from cnnviz.explain.network import Images, image_shape, own_weights
from cnnviz.explain.passage import Passage, pass_through

__all__ = ["penultimate"]


def penultimate(model: keras.Model, images: ArrayLike, on_progress: Callable[[int, int], None] | None = None) -> Images:
    """Return what goes into a network's last weights: its features, from which the logits are one product away.

    Args:
        model: any Keras model of one image with weights.
        images: (n, height, width, channels) or one image, uint8 or float in 0..255, at least one.
        on_progress: told (images done, images) after each batch; it may raise to stop.

    Returns:
        (n, features) float32. Feature maps, as before a last 1x1 convolution, are averaged over their places.

    Raises:
        SpecError: the model has no weights that get a single tensor.
        DataError: the images do not fit the model, or there are none.
    """
    shape = image_shape(model, images)
    count = len(images) if np.ndim(images) == 4 else 1  # type: ignore[arg-type]
    if not count:
        raise DataError("no images were given to look at; give at least one")
    run = compiled(model, shape, "penultimate", _features)
    parts, done = [], 0
    for batch in image_batches(model, images):
        parts.append(run(batch).numpy())
        done += len(batch)
        if on_progress:
            on_progress(done, count)
    return np.concatenate(parts)


def _features(model: keras.Model, images: tf.Tensor) -> tf.Tensor:
    features = tf.cast(_before_last_weights(model, pass_through(model, images)), tf.float32)
    places = list(range(1, features.shape.rank - 1))
    return tf.reduce_mean(features, axis=places) if places else features


def _before_last_weights(model: keras.Model, passage: Passage) -> tf.Tensor:
    """Return what entered the last layer that multiplies: one with a matrix or kernels of its own."""
    for call in reversed(passage.calls):
        multiplies = any(len(weights.shape) > 1 for weights in own_weights(call.layer))
        if multiplies and call.inputs is not None and not isinstance(call.layer, keras.layers.PReLU):
            return call.inputs
    raise SpecError(f"the model {model.name} has no layer with weights that takes one tensor; choose another model")
