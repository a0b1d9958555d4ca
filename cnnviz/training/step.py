"""The compiled training step: many steps in one call, images gathered where they already are.

The training images lie in the device's memory as bytes; a call gets only the order in which to use them. That spares
the input pipeline, the conversion to floats and the return to Python after every batch, which together cost as much as
the arithmetic of a small network (docs/decisions/0002). Every step's loss still comes back.

Images that stay on the disk come batch by batch instead, read ahead in a thread (`cnnviz.training.feeding`); what is
made of a batch is the same.
"""

from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.data import Split
from cnnviz.data.stored import StoredImages
from cnnviz.spec import RunSpec
from cnnviz.training.augment import augment, first_sides
from cnnviz.training.averaging import Averages
from cnnviz.training.feeding import Feed
from cnnviz.training.halves import fits_halves, in_halves, pass_in_halves
from cnnviz.training.parts import Parts, Pass, rate_shares
from cnnviz.training.passing import training_pass
from cnnviz.training.rates import KEEP

__all__ = ["TrainingStep", "class_weights", "make_optimizer"]


def make_optimizer(spec: RunSpec) -> keras.optimizers.Optimizer:
    """Return the optimizer a spec asks for; the learning rate is set anew before every step."""
    train = spec.train
    decay = train.weight_decay or None
    if train.optimizer == "sgd":
        nesterov = train.nesterov and train.momentum > 0
        return keras.optimizers.SGD(train.learning_rate, momentum=train.momentum, nesterov=nesterov, weight_decay=decay)
    return keras.optimizers.Adam(train.learning_rate, weight_decay=decay)


class TrainingStep:
    """Takes training steps with a model, its optimizer and its images.

    Args:
        model: as `build` or `begin_with` makes it, with a layer named "logits".
        spec: the run's settings.
        images: the training images and labels.
        class_weights: (classes,) float, how much an image of each class counts.
        features: (n, 1 + copies, ...) float32, what a frozen body makes of each image and of changed copies of it; then
            the images are not looked at.
    """

    def __init__(
        self,
        model: keras.Model,
        spec: RunSpec,
        images: Split,
        class_weights: NDArray[np.float64] | None = None,
        features: NDArray[np.float32] | None = None,
    ) -> None:
        self.model = model
        self.parts = Parts.of(model, spec)
        self._shares = rate_shares(model, spec)
        self.optimizer = make_optimizer(spec)
        self.optimizer.build(model.trainable_variables)
        self.averages = Averages(model, spec.train)
        self._spec = spec
        self._halved = self.parts.body is None and in_halves() and fits_halves(model)
        normalisations = (one for one in model.layers if isinstance(one, keras.layers.BatchNormalization))
        self._offsets = {one.beta.path for one in normalisations if one.center}
        pixels: Any = images.images
        self._feed = Feed(pixels) if isinstance(pixels, StoredImages) and features is None else None
        self._features = None if features is None else tf.constant(features)
        self._images = None if self._feed or features is not None else tf.constant(pixels)
        self._batch = tf.TensorSpec([None, *pixels.shape[1:]], tf.uint8)
        self._labels = tf.constant(images.labels, tf.int32)
        weights = np.ones(spec.model.classes) if class_weights is None else class_weights
        self._class_weights = tf.constant(weights, tf.float32)
        self._mirrored = first_sides(len(images), spec.train.seed) if spec.train.augmentation.alternate else None
        self._run = self._compiled(pass_in_halves if self._halved else training_pass)
        self._run_one = self._compiled(training_pass) if self._halved else self._run  # half an image is none

    def _compiled(self, forward: Pass) -> Any:
        if self._feed:
            return tf.function(
                partial(self._one_step, forward),
                input_signature=[
                    self._batch,
                    tf.TensorSpec([None], tf.int32),
                    tf.TensorSpec([], tf.float32),
                    tf.TensorSpec([], tf.float32),
                    tf.TensorSpec([2], tf.int32),
                ],
            )
        return tf.function(
            partial(self._steps, forward),
            input_signature=[
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([None], tf.float32),
                tf.TensorSpec([2], tf.int32),
            ],
        )

    def __call__(
        self,
        indices: NDArray[np.int32],
        rates: NDArray[np.float32],
        first_step: int,
        *,
        epoch: int = 0,
        decays: NDArray[np.float32] | None = None,
        following: NDArray[np.int32] | None = None,
    ) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Take steps.

        Args:
            indices: (steps, batch) which images each step sees.
            rates: (steps,) each step's learning rate.
            first_step: steps taken before, so that augmentation is new in every step and repeatable.
            epoch: finished epochs; where mirroring alternates, an odd one shows each image's other side.
            decays: (steps,) as `averaging_decays` gives them; None leaves the average alone.
            following: (batch,) which images the step after these will see, if that is known: images on the disk are
                read ahead.

        Returns:
            The mean loss of every step's batch before its update (steps,), penalties included, and how many of the
            batch were right (steps,).
        """
        if decays is None:
            decays = np.full_like(rates, KEEP)
        run = self._run if indices.shape[1] > 1 else self._run_one
        if self._feed:
            batches = enumerate(self._feed.batches(indices, following))
            pairs = [
                run(batch, indices[step], rates[step], decays[step], np.array([first_step + step, epoch], np.int32))
                for step, batch in batches
            ]
            each, right = zip(*pairs, strict=True)
            return np.array(each, np.float32), np.array(right, np.int32)
        losses, correct = run(indices, rates, decays, np.array([first_step, epoch], np.int32))
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

    def weighed(self, losses: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Return each image's loss (batch,) times how much an image of its class counts."""
        return losses * tf.gather(self._class_weights, labels)

    def penalty(self) -> tf.Tensor:
        """Return the sum of the layers' weight penalties."""
        parts = self.parts
        body = parts.body.losses if parts.body is not None and not parts.once else []
        return tf.add_n([tf.constant(0.0), *body, *parts.head.losses])

    def _steps(self, forward: Pass, indices: tf.Tensor, rates: tf.Tensor, decays: tf.Tensor, place: tf.Tensor) -> Any:
        count = tf.shape(indices)[0]
        losses = tf.TensorArray(tf.float32, size=count)
        correct = tf.TensorArray(tf.int32, size=count)
        for step in tf.range(count):
            now = tf.stack([place[0] + step, place[1]])
            inputs = self._inputs(indices[step], now[0])
            loss, right = self._one_step(forward, inputs, indices[step], rates[step], decays[step], now)
            losses = losses.write(step, loss)
            correct = correct.write(step, right)
        return losses.stack(), correct.stack()

    def _inputs(self, chosen: tf.Tensor, number: tf.Tensor) -> tf.Tensor:
        """Return the images that are chosen (batch,), or the features of one of each image's copies."""
        if self._features is None:
            return tf.gather(self._images, chosen)
        seed = tf.stack([self._spec.train.seed, number])
        copies = self._features.shape[1]
        which = tf.random.stateless_uniform(tf.shape(chosen), seed, 0, copies, tf.int32)
        return tf.gather_nd(self._features, tf.stack([chosen, which], 1))

    def _one_step(
        self, forward: Pass, images: tf.Tensor, chosen: tf.Tensor, rate: tf.Tensor, decay: tf.Tensor, place: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Take a step with images (batch, height, width, channels) uint8, or features; `chosen` are their numbers."""
        self.optimizer.learning_rate.assign(rate)
        loss, right = self._step(forward, tf.cast(images, tf.float32), chosen, place[0], place[1])
        if decay >= 0:
            self.averages.update(decay)
        return loss, right

    def _step(
        self, forward: Pass, images: tf.Tensor, chosen: tf.Tensor, number: tf.Tensor, epoch: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        labels = tf.gather(self._labels, chosen)  # (batch,)
        train = self._spec.train
        if train.augmentation.active and self._features is None:
            mirrored = None
            if self._mirrored is not None:
                mirrored = tf.gather(self._mirrored, chosen) != (epoch % 2 == 1)
            images = augment(images, train.augmentation, tf.stack([train.seed, number]), mirrored)
        with tf.GradientTape() as tape:
            logits = self.parts.training_pass(forward, images)  # (batch, classes), or (batch, 1)
            loss = tf.reduce_mean(self.weighed(self.losses(logits, labels), labels)) + self.penalty()
        variables = self.model.trainable_variables
        gradients = tape.gradient(loss, variables)
        if train.offset_rate != 1:  # with SGD a larger gradient is a larger rate
            gradients = [
                train.offset_rate * gradient if variable.path in self._offsets else gradient
                for variable, gradient in zip(variables, gradients, strict=True)
            ]
        before = {variable.path: tf.identity(variable.value) for variable in variables if variable.path in self._shares}
        self.optimizer.apply(gradients, variables)
        for variable in variables:
            if variable.path in before:  # of any optimiser's step the share that its layer takes
                share, old = self._shares[variable.path], before[variable.path]
                variable.assign(old + share * (variable.value - old))
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
