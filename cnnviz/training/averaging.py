"""Averages of a network's weights over the steps of its training, kept beside them."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf

from cnnviz.spec import TrainSpec
from cnnviz.training.parts import learned_weights

__all__ = ["Averages"]


class Averages:
    """A moving average of every weight, the moving means and variances of batch normalisations included.

    Args:
        model: whose weights.
        spec: its rule for averaging; with "none" there is nothing to keep and everything here does nothing.
    """

    def __init__(self, model: keras.Model, spec: TrainSpec) -> None:
        self._weights = [] if spec.averaging == "none" else [weight.value for weight in learned_weights(model)]
        self._go_on_from_it = spec.averaging == "lookahead"
        self.variables = [tf.Variable(weight, trainable=False) for weight in self._weights]

    def update(self, decay: tf.Tensor) -> None:
        """Take the present weights in: the average becomes decay * average + (1 - decay) * weights."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            average.assign(weight + decay * (average - weight))
            if self._go_on_from_it:
                weight.assign(average)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Have the averages in the model's place, and the weights again afterwards."""
        present = [tf.identity(weight) for weight in self._weights]
        self.take()
        try:
            yield
        finally:
            for weight, value in zip(self._weights, present, strict=True):
                weight.assign(value)

    def take(self) -> None:
        """Make the averages the model's weights."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            weight.assign(average)

    def begin(self) -> None:
        """Make the model's weights the averages."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            average.assign(weight)
