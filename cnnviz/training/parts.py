"""The two parts of a network in training: a body that was taken over and is used as it is, and a head that trains.

A network that begins with random weights is all head.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.spec import RunSpec

__all__ = ["Parts", "learned_variables", "learned_weights", "rate_shares"]

Pass = Callable[[keras.Model, tf.Tensor], tf.Tensor]

_AT_ONCE = 32  # images of 224x224 pixels, of which the first maps of a network then take some 100 MB


@dataclass(frozen=True, eq=False)
class Parts:
    """A network from images to logits, cut where its head begins.

    Attributes:
        body: images to features; None where all is head.
        head: features, or images, to logits. Its layers follow each other.
        once: whether the body is frozen as a whole, so that features are computed before the training.
    """

    body: keras.Model | None
    head: keras.Model
    once: bool

    @classmethod
    def of(cls, model: keras.Model, spec: RunSpec) -> "Parts":
        """Cut a network, and freeze what its spec says.

        Args:
            model: as `build` or `begin_with` makes it.
            spec: what it was made from.
        """
        logits = model.get_layer("logits").output
        if spec.beginning is None:
            return cls(None, keras.Model(model.inputs, logits), once=False)
        frozen = {row.name for row in spec.frozen_rows}
        for layer in model.layers:
            layer.trainable = layer.name not in frozen
        for name in spec.model.frozen_convolutions:  # the layers of a network that was opened again do not know it
            model.get_layer(name).kernel.trainable = False
        features = model.get_layer(spec.model.named_layers[0][0]).input
        return cls(keras.Model(model.inputs, features), keras.Model(features, logits), spec.computes_once)

    def training_pass(self, forward: Pass, values: tf.Tensor) -> tf.Tensor:
        """Return the logits of images (batch, height, width, channels) float32, or of features, as in training."""
        if self.body is not None and not self.once:
            values = self.body(values, training=False)
        return forward(self.head, values)

    def features(
        self, images: Any, on_progress: Callable[[int], None], change: Callable[[Any], Any] = np.asarray
    ) -> NDArray[np.float32]:
        """Compute what the body makes of images.

        Args:
            images: (n, height, width, channels) uint8, in memory or on the disk.
            on_progress: called with how many more are done; what it raises ends the work.
            change: is given some images at a time, in order; what it returns is taken for them.

        Returns:
            (n, ...) float32.
        """
        body = self.body
        if body is None:
            raise ValueError("there is no body")

        def features(batch: tf.Tensor) -> tf.Tensor:
            return body(batch, training=False)

        run = tf.function(features, input_signature=[tf.TensorSpec([None, *images.shape[1:]], tf.float32)])
        found = np.zeros((len(images), *body.output_shape[1:]), np.float32)
        for start in range(0, len(images), _AT_ONCE):
            batch = change(images[start : start + _AT_ONCE]).astype(np.float32)
            found[start : start + len(batch)] = run(batch).numpy()
            on_progress(len(batch))
        return found


def learned_variables(model: keras.Model) -> list[Any]:
    """Return all that a training changes in a network, random states included: nothing of frozen layers."""
    return [variable for layer in model.layers if layer.trainable for variable in layer.variables]


def learned_weights(model: keras.Model) -> list[Any]:
    """Return the weights that a training changes in a network: nothing of frozen layers."""
    return [weight for layer in model.layers if layer.trainable for weight in layer.weights]


def rate_shares(model: keras.Model, spec: RunSpec) -> dict[str, float]:
    """Return which variables learn at a share of the learning rate, by path.

    Args:
        model: as `begin_with` makes it, its frozen layers frozen.
        spec: what it was made from.
    """
    shares = spec.rate_shares
    return {
        variable.path: shares[layer.name]
        for layer in model.layers
        if shares.get(layer.name, 1) != 1
        for variable in layer.trainable_variables
    }
