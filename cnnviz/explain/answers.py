"""What a network's outputs mean: probabilities of classes that exclude each other, independent ones, or neither.

It is found out by `answers_of`; `Answers.probabilities` then makes probabilities of whatever the network says.
"""

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.explain.batching import batches, image_batches
from cnnviz.explain.network import Shape, image_batch, image_shape
from cnnviz.explain.probing import probe_images
from cnnviz.explain.scores import Head
from cnnviz.explain.subject import asked

__all__ = ["Answers", "Head", "answers_of", "class_probabilities", "completed"]

_SAME = 1e-6  # a spread of the answers, as a share of the largest, that is rounding alone


@dataclass(frozen=True)
class Answers:
    """What a network's outputs mean.

    Attributes:
        head: "softmax", "sigmoid" and "probabilities" are probabilities, "linear" are logits, "scores" are something
            else, which is taken for logits.
        units: how many numbers it gives; one is the second of two classes'.
        independent: whether there are several, each a probability of its own; they need not add up to 1.
        constant: whether it answered the same for all of the images it was asked about.
        lowest: the smallest output among those answers, of those that are finite; NaN where none is.
        highest: the largest.
    """

    head: Head
    units: int
    independent: bool
    constant: bool
    lowest: float
    highest: float

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return max(self.units, 2)

    @property
    def note(self) -> str:
        """What whoever reads its answers should know, in a sentence; empty where there is nothing."""
        if self.head == "softmax" and self.units == 1:
            return (
                "This network answers the same for every image: its only output goes through a softmax, which makes "
                "it 1 whatever goes in."
            )
        if self.constant:
            return "This network answers the same for every image it was asked about: it tells nothing apart."
        if self.independent:
            return (
                "Its classes do not exclude each other: each has a probability of its own, and they need not add up "
                "to 1."
            )
        return ""

    @property
    def are_probabilities(self) -> bool:
        """Whether the outputs are probabilities as they are."""
        return self.head in ("softmax", "sigmoid", "probabilities")

    def probabilities(self, outputs: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class.

        Args:
            outputs: what the network itself says of n images, (n, ..., units).

        Returns:
            (n, classes) in [0, 1].
        """
        said = np.asarray(outputs, np.float64)
        said = said.reshape(len(said), self.units)
        if self.are_probabilities:
            said = np.clip(said, 0, 1)
        elif self.units == 1:
            said = 1 / (1 + np.exp(-np.clip(said, -700, 700)))
        else:
            grown = np.exp(said - said.max(axis=1, keepdims=True))
            said = grown / grown.sum(axis=1, keepdims=True)
        return np.concatenate([1 - said, said], axis=1) if self.units == 1 else said


def answers_of(model: keras.Model, shape: Shape | None = None, images: ArrayLike | None = None) -> Answers:
    """Say what a network's outputs mean, by its traced graph and by what it says of a few images.

    Args:
        model: any Keras classifier of images.
        shape: (height, width, channels) of its images; None for its own.
        images: (n, height, width, channels) in the range it takes; None for a few that are made for it.

    Returns:
        What they mean. It is found anew at each call, since new weights may change whether it is constant.

    Raises:
        SpecError: the model does not give one number a class, or takes no images.
        DataError: the images do not fit the model.
    """
    given = None if images is None else image_batch(model, images)
    shape = shape or image_shape(model, given)
    said = [asked(model, batch, shape) for batch in batches(model, probe_images(shape) if given is None else given)]
    outputs, head = np.concatenate([part.outputs for part in said]), said[0].head
    units, finite = outputs.shape[1], outputs[np.isfinite(outputs)]
    return Answers(
        head=head,
        units=units,
        independent=head == "sigmoid" and units > 1,
        constant=(head == "softmax" and units == 1) or _same(np.concatenate([part.units for part in said])),
        lowest=float(finite.min()) if finite.size else math.nan,
        highest=float(finite.max()) if finite.size else math.nan,
    )


def class_probabilities(model: keras.Model, images: ArrayLike) -> NDArray[np.float64]:
    """Return how probable a network finds each class.

    Args:
        model: any Keras classifier of images.
        images: (n, height, width, channels) or one image (height, width, channels), uint8 or float in 0..255.

    Returns:
        (n, classes) in [0, 1]. A single output is the second of two classes; outputs that are no probabilities go
        through a softmax, a single one through a sigmoid; those of independent classes need not add up to 1.

    Raises:
        SpecError: the model does not give one number a class, or takes no images.
        DataError: the images do not fit the model.
    """
    parts = [asked(model, batch, image_shape(model, batch)).probabilities for batch in image_batches(model, images)]
    return np.concatenate(parts).astype(np.float64)


def completed(model: keras.Model, answers: Answers) -> keras.Model:
    """Return a network whose outputs are probabilities: itself, or with a layer "probabilities" behind it.

    Args:
        model: any Keras classifier of images that says what it takes.
        answers: what its outputs mean.

    Returns:
        A model from the same images to (n, units); it shares the layers.
    """
    (output,) = model.outputs
    tensor = keras.layers.Reshape((answers.units,), name="one_row")(output) if len(output.shape) > 2 else output
    if not answers.are_probabilities:
        ending = "sigmoid" if answers.units == 1 else "softmax"
        tensor = keras.layers.Activation(ending, dtype="float32", name="probabilities")(tensor)
    return model if tensor is output else keras.Model(model.input, tensor, name=model.name)


def _same(values: NDArray[np.floating[Any]]) -> bool:
    """Tell whether all rows of (n, units) are the same."""
    spread = np.ptp(values.astype(np.float64), axis=0)
    return bool(len(values) > 1 and spread.max() <= _SAME * np.abs(values).max())
