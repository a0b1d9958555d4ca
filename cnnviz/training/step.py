"""The compiled training step: many steps in one call, images gathered where they already are.

The training images lie in the device's memory as bytes; a call gets only the order in which to use them. That spares
the input pipeline, the conversion to floats and the return to Python after every batch, which together cost as much as
the arithmetic of a small network (docs/decisions/0002). Every step's loss still comes back.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.spec import RunSpec
from cnnviz.training.augment import augment

__all__ = ["TrainingStep", "class_weights", "make_optimizer"]


def make_optimizer(spec: RunSpec) -> keras.optimizers.Optimizer:
    """Return the optimizer a spec asks for; the learning rate is set anew before every step."""
    train = spec.train
    if train.optimizer == "sgd":
        return keras.optimizers.SGD(
            train.learning_rate, momentum=train.momentum, nesterov=train.nesterov and train.momentum > 0
        )
    return keras.optimizers.Adam(train.learning_rate)


class TrainingStep:
    """Takes training steps with a model, its optimizer and its images.

    Args:
        model: as `build` makes it, with a layer named "logits".
        spec: the run's settings.
        images: the training images and labels.
        class_weights: (classes,) float, how much an image of each class counts.
    """

    def __init__(
        self,
        model: keras.Model,
        spec: RunSpec,
        images: Split,
        class_weights: NDArray[np.float64] | None = None,
    ) -> None:
        self.model = model
        self.optimizer = make_optimizer(spec)
        self.optimizer.build(model.trainable_variables)
        self._spec = spec
        self._logits = keras.Model(model.inputs, model.get_layer("logits").output)
        self._images = tf.constant(images.images)
        self._labels = tf.constant(images.labels, tf.int32)
        weights = np.ones(spec.model.classes) if class_weights is None else class_weights
        self._class_weights = tf.constant(weights, tf.float32)
        self._run = tf.function(
            self._steps,
            input_signature=[
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([], tf.int32),
            ],
        )

    def __call__(
        self, indices: NDArray[np.int32], rates: NDArray[np.float32], first_step: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Take steps.

        Args:
            indices: (steps, batch) which images each step sees.
            rates: (steps,) each step's learning rate.
            first_step: steps taken before, so that augmentation is new in every step and repeatable.

        Returns:
            The mean loss of every step's batch before its update (steps,), penalties included, and how many of the
            batch were right (steps,).
        """
        losses, correct = self._run(indices, rates, first_step)
        return losses.numpy(), correct.numpy()

    def losses(self, logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return each image's loss (batch,), by logits (batch, classes or 1) and labels (batch,), weights left out."""
        smoothing, losses = self._spec.train.label_smoothing, keras.losses
        if self._spec.loss == "binary_crossentropy":
            target = tf.cast(labels[:, None], tf.float32)
            return losses.binary_crossentropy(target, logits, from_logits=True, label_smoothing=smoothing)
        if self._spec.loss == "categorical_crossentropy":
            target = tf.one_hot(labels, self._spec.model.classes)
            return losses.categorical_crossentropy(target, logits, from_logits=True, label_smoothing=smoothing)
        return losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)

    def penalty(self) -> tf.Tensor:
        """Return the sum of the layers' weight penalties."""
        return tf.add_n([tf.constant(0.0), *self._logits.losses])

    def _steps(self, indices: tf.Tensor, rates: tf.Tensor, first_step: tf.Tensor) -> Any:
        count = tf.shape(indices)[0]
        losses = tf.TensorArray(tf.float32, size=count)
        correct = tf.TensorArray(tf.int32, size=count)
        for step in tf.range(count):
            self.optimizer.learning_rate.assign(rates[step])
            loss, right = self._step(indices[step], first_step + step)
            losses = losses.write(step, loss)
            correct = correct.write(step, right)
        return losses.stack(), correct.stack()

    def _step(self, chosen: tf.Tensor, number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images = tf.cast(tf.gather(self._images, chosen), tf.float32)  # (batch, height, width, channels)
        labels = tf.gather(self._labels, chosen)  # (batch,)
        train = self._spec.train
        if train.augmentation.active:
            images = augment(images, train.augmentation, tf.stack([train.seed, number]))
        with tf.GradientTape() as tape:
            logits = self._logits(images, training=True)  # (batch, classes), or (batch, 1)
            weighted = self.losses(logits, labels) * tf.gather(self._class_weights, labels)
            loss = tf.reduce_mean(weighted) + self.penalty()
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return loss, tf.reduce_sum(tf.cast(_winners(logits) == labels, tf.int32))


def class_weights(spec: RunSpec, labels: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """Say how much an image of each class counts.

    Args:
        spec: its class weights: None, "balanced" (scikit-learn's n / (classes * count)), or a number for each class.
        labels: (n,) of the training images.

    Returns:
        (classes,), or None where all count the same.
    """
    asked, classes = spec.train.class_weights, spec.model.classes
    if asked is None:
        return None
    if asked != "balanced":
        return np.array(asked)
    counts = np.bincount(labels, minlength=classes)
    return np.asarray(len(labels) / (classes * np.maximum(counts, 1)), dtype=np.float64)


def _winners(logits: tf.Tensor) -> tf.Tensor:
    """The class that each row of logits says, int32."""
    if logits.shape[-1] == 1:
        return tf.cast(logits[:, 0] > 0, tf.int32)
    return tf.argmax(logits, -1, output_type=tf.int32)
