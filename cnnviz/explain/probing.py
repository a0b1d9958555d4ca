"""Asking a network about images made for the purpose: what its answers are like, where nobody has told."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.batching import batches
from cnnviz.explain.network import Images, Shape, walk
from cnnviz.explain.passage import as_given

__all__ = ["answers_to", "computes_in_halves", "probe_images", "single"]

_SEED = 7


def probe_images(shape: Shape) -> Images:
    """Return images that have little in common: noise, a gradient and a grey, as pixels in 0..255 and again in 0..1.

    Which of the two a network was trained on may not be known when it is asked.

    Args:
        shape: (height, width, channels).

    Returns:
        (6, height, width, channels) float32.
    """
    height, width, channels = shape
    noise = np.random.default_rng(_SEED).uniform(0, 255, shape)
    rows, columns = np.linspace(0, 255, height)[:, None, None], np.linspace(255, 0, width)[None, :, None]
    gradient = np.where(np.arange(channels) % 2, rows, columns)  # (height, width, channels)
    pixels = np.stack([noise, gradient + np.zeros(shape), np.full(shape, 140.0)])
    return np.concatenate([pixels, pixels / 255]).astype(np.float32)


def answers_to(model: keras.Model, images: Images) -> NDArray[np.float32]:
    """Return what a model says of images, (n, units) float32, as plain Keras does.

    Args:
        model: any built Keras classifier of images.
        images: (n, height, width, channels) float32.

    Raises:
        SpecError: the model has several outputs.
    """
    parts = [single(model(as_given(model, tf.constant(batch)), training=False)) for batch in batches(model, images)]
    return np.concatenate([np.asarray(tf.cast(part, tf.float32)).reshape(part.shape[0], -1) for part in parts])


def single(output: Any) -> tf.Tensor:
    """Return the one tensor of a model's output.

    Raises:
        SpecError: there are several.
    """
    outputs = [tensor for tensor in tf.nest.flatten(output) if tf.is_tensor(tensor)]
    if len(outputs) != 1:
        raise SpecError(f"the model has {len(outputs)} outputs, expected one (images, classes); choose a classifier")
    return outputs[0]


def computes_in_halves(model: keras.Model) -> bool:
    """Tell whether some layer computes with half precision, whose probabilities add up to 1 less exactly."""
    return any(layer.compute_dtype in ("float16", "bfloat16") for _, layer in walk(model))
