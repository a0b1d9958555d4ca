"""The means and variances that batch normalisations use outside of training, measured anew before every look.

While it trains, a layer normalises by its batch; Keras keeps moving averages of those means and variances for later. A
momentum of 0.99 remembers a hundred steps: after a run of sixty they are still near where they began, and at a high
learning rate they lag behind the weights at any momentum. So they are measured over training images with the weights
as they are ("precise batch normalisation", Wu and Johnson 2021, arXiv 2105.07576; docs/decisions/0012).
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.spec import RunSpec
from cnnviz.training.memory import images_at_once

__all__ = ["Statistics"]


class Statistics:
    """Measures the means and variances of a network's batch normalisations.

    Args:
        model: whose layers follow each other, as `build` makes them; or such a head alone.
        spec: what it was built from; its seed chooses the images.
        images: (n, height, width, channels) uint8, the training images; or (n, ...) float32, the features of the head.
        body: what makes features of images, for a head; None where they are features already, or there is no body.
    """

    def __init__(
        self, model: keras.Model, spec: RunSpec, images: NDArray[Any], body: keras.Model | None = None
    ) -> None:
        self._body = body
        layers = model.layers[1:]  # the first is the input
        normalising = [place for place, layer in enumerate(layers) if _normalises(layer)]
        self._layers = layers[: normalising[-1] + 1] if normalising else []
        chosen = np.random.default_rng([spec.train.seed, 2]).permutation(len(images))
        self._images = images[chosen[: images_at_once(spec)]]

    def measure(self) -> None:
        """Set each layer's mean and variance to those of what reaches it, the first layer first.

        The images are neither augmented nor does anything drop out, as when the network is used. The same weights give
        the same statistics, so a resumed run stays the uninterrupted one.
        """
        if not self._layers:
            return
        values = tf.constant(self._images, tf.float32)
        if self._body is not None:
            values = self._body(values, training=False)
        for layer in self._layers:
            if _normalises(layer):
                mean, variance = tf.nn.moments(values, list(range(len(values.shape) - 1)))
                layer.moving_mean.assign(mean)
                layer.moving_variance.assign(variance)
            values = layer(values, training=False)


def _normalises(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)
