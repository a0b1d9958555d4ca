"""A network's forward pass while it is trained: Keras' own arithmetic in fewer walks over memory.

Batch normalisation is one operation here and one in the gradient, where Keras' layer is a dozen; GELU's gradient is
written down instead of put together from the parts of its formula. Together that takes 7 % off a step of the preset
`strong` (docs/decisions/0008). Everything else is the layer's own call.
"""

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

__all__ = ["through", "training_pass"]

_SMALLEST_EPSILON = 1.001e-5  # below it TensorFlow's fused operation refuses


def training_pass(model: keras.Model, images: tf.Tensor) -> tf.Tensor:
    """Return a chain of layers' output as in training; moving means and variances are brought up to date.

    Args:
        model: whose layers follow each other, as `build` makes them.
        images: (batch, height, width, channels) float32.
    """
    values = images
    for layer in model.layers[1:]:  # the first is the input
        values = through(layer, values)
    return values


def through(layer: keras.layers.Layer, values: tf.Tensor) -> tf.Tensor:
    """Return what a layer makes of values (batch, ...) in training."""
    if _fits_fused(layer, values):
        return _normalised(layer, values)
    if isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.gelu:
        return _gelu(values)
    return layer(values, training=True)


def _fits_fused(layer: keras.layers.Layer, values: tf.Tensor) -> bool:
    return (
        isinstance(layer, keras.layers.BatchNormalization)
        and len(values.shape) == 4
        and layer.epsilon >= _SMALLEST_EPSILON
    )


def _normalised(layer: keras.layers.BatchNormalization, maps: tf.Tensor) -> tf.Tensor:
    """Normalise maps (batch, height, width, channels) as the layer does, in one operation."""
    scale = layer.gamma.value if layer.scale else tf.ones(maps.shape[-1])
    normalised, mean, variance = tf.compat.v1.nn.fused_batch_norm(
        maps, scale, layer.beta.value, epsilon=layer.epsilon, is_training=True
    )
    count = tf.cast(tf.size(maps) // maps.shape[-1], tf.float32)
    variance *= (count - 1) / count  # it gives that of the population, Keras keeps that of the batch
    for kept, new in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        kept.assign(kept.value * layer.momentum + tf.stop_gradient(new) * (1 - layer.momentum))
    return normalised


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _gelu(values: tf.Tensor) -> tuple[tf.Tensor, Callable[[Any], Any]]:
    """Return each value times the share of a normal distribution below it (Hendrycks and Gimpel 2016)."""
    below = 0.5 * (1 + tf.math.erf(values * math.sqrt(0.5)))

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        density = tf.exp(-0.5 * values * values) / math.sqrt(2 * math.pi)
        return upstream * (below + values * density)

    return values * below, gradient
