"""Running a network over many images without training it."""

from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.training.halves import halves, in_halves

__all__ = ["Forward", "probabilities_of"]

# Large enough that the call costs nothing beside the arithmetic, small enough for the maps to stay in the cache.
_BATCH = 100


class Forward:
    """A network's logits for any number of images, compiled once.

    Args:
        model: with a layer named "logits", as `build` makes it; its present weights are used at each call. It may be
            a head alone, whose inputs are features.
        inputs: what goes in: "uint8" for images, "float32" for features.
    """

    def __init__(self, model: keras.Model, inputs: Literal["uint8", "float32"] = "uint8") -> None:
        whole_model = model.layers[-1].name != "logits"
        logits = keras.Model(model.inputs, model.get_layer("logits").output) if whole_model else model
        shape = [None, *model.input_shape[1:]]

        signature = [tf.TensorSpec(shape, inputs)]

        def whole(images: tf.Tensor) -> tf.Tensor:
            return logits(tf.cast(images, tf.float32), training=False)

        def parted(images: tf.Tensor) -> tf.Tensor:
            return tf.concat([whole(half) for half in halves(images)], 0)

        self._run_few = tf.function(whole, input_signature=signature)
        self._run = tf.function(parted, input_signature=signature) if in_halves() else self._run_few

    def __call__(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Return the logits.

        Args:
            images: (n, height, width, channels) uint8, or (n, ...) float32 features; n may be 0.

        Returns:
            (n, classes) float32, or (n, 1) for a binary network.
        """
        batches = [images[start : start + _BATCH] for start in range(0, max(len(images), 1), _BATCH)]
        return np.concatenate([(self._run if len(batch) > 1 else self._run_few)(batch).numpy() for batch in batches])


def probabilities_of(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn logits into probabilities.

    Args:
        logits: (n, classes), or (n, 1) of a binary network.

    Returns:
        (n, classes) float32 in [0, 1], each row's sum 1; a binary network gets its two columns.
    """
    if logits.shape[1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)  # softmax over (0, z) is the sigmoid of z
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), dtype=np.float32)
