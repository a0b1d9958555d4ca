"""Subject: one image, one class, one model, checked; what every attribution method starts from."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.batching import batches
from cnnviz.explain.compiled import compiled
from cnnviz.explain.heatmap import Verdict
from cnnviz.explain.network import Images, Shape, find_layer, image_shape, one_image
from cnnviz.explain.passage import pass_through
from cnnviz.explain.scores import HEADS, Head, choose, class_scores

__all__ = ["CLASS", "Said", "Subject", "asked", "gradient_sum", "scores_of", "subject", "verdict_of"]

CLASS = tf.TensorSpec([], tf.int32)


@dataclass(frozen=True, eq=False)
class Subject:
    """What is to be explained.

    Attributes:
        model: the network.
        image: (1, height, width, channels) float32.
        shape: (height, width, channels).
        verdict: the class to explain and the network's present opinion of it.
    """

    model: keras.Model
    image: Images
    shape: Shape
    verdict: Verdict


def subject(model: keras.Model, image: ArrayLike, class_index: int | None, layer: str | int | None = None) -> Subject:
    """Check a method's arguments and ask the network.

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255.
        class_index: the class to explain, or None for the predicted one.
        layer: checked here even where the method has no use for it, so that a wrong link is told.

    Returns:
        The image as the model takes it, the class, and what the network says of it.

    Raises:
        SpecError: the class or the layer does not exist, or the model is no classifier of images.
        DataError: the image does not fit the model.
    """
    if layer is not None:
        find_layer(model, layer)
    batch = one_image(model, image)
    shape = image_shape(model, batch)
    logits, probabilities, found = scores_of(model, batch, shape)
    index = check_class(class_index, logits.shape[1])
    return Subject(model, batch, shape, verdict_of(logits[0], probabilities[0], index, found))


def check_class(class_index: int | None, classes: int) -> int:
    """Return a class's index, -1 for the predicted one.

    Args:
        class_index: as given by a caller.
        classes: how many there are.

    Raises:
        SpecError: there is no such class.
    """
    if class_index is None:
        return -1
    if isinstance(class_index, bool) or not isinstance(class_index, int | np.integer):
        raise SpecError(f"the class was given as {class_index!r:.40}; give its index, 0 to {classes - 1}")
    if not 0 <= class_index < classes:
        raise SpecError(f"the class {class_index} does not exist; the model has the classes 0 to {classes - 1}")
    return int(class_index)


def verdict_of(logits: Any, probabilities: Any, class_index: int, found: bool) -> Verdict:
    """Make the verdict of one image's scores, (classes,) both; a negative class stands for the predicted one."""
    predicted = int(np.argmax(logits))
    index = predicted if class_index < 0 else class_index
    return Verdict(index, predicted, float(logits[index]), float(probabilities[index]), found)


def scores_of(model: keras.Model, images: Images, shape: Shape) -> tuple[Images, Images, bool]:
    """Ask a network about images.

    Args:
        model: any Keras classifier of images.
        images: (n, height, width, channels) float32 in 0..255.
        shape: (height, width, channels).

    Returns:
        (n, classes) float32 logits, (n, classes) float32 probabilities, and whether the logits are the network's own.

    Raises:
        SpecError: the model does not give one number a class.
    """
    said = asked(model, images, shape)
    return said.logits, said.probabilities, said.exact


@dataclass(frozen=True, eq=False)
class Said:
    """What a network says of images; as `cnnviz.explain.scores.Scores`, with arrays (n, ...) float32."""

    logits: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    units: NDArray[np.float32]
    outputs: NDArray[np.float32]
    head: Head
    exact: bool


def asked(model: keras.Model, images: Images, shape: Shape) -> Said:
    """Ask a network about images and keep all of what it says; arguments and errors as for `scores_of`."""
    *arrays, head, exact = compiled(model, shape, "scores", _scores)(images)
    logits, probabilities, units, outputs = (array.numpy() for array in arrays)
    return Said(logits, probabilities, units, outputs, HEADS[int(head)], bool(exact))


def _scores(model: keras.Model, images: tf.Tensor) -> tuple[tf.Tensor, ...]:
    scores = class_scores(pass_through(model, images))
    head, exact = tf.constant(HEADS.index(scores.head)), tf.constant(scores.exact)
    return scores.logits, scores.probabilities, scores.units, scores.outputs, head, exact


def gradient_sum(what: Subject, images: Images) -> NDArray[np.float64]:
    """Add up the gradients of the class's score at the pixels of some images, in score a grey level.

    Args:
        what: the network and the class.
        images: (n, height, width, channels) float32, n at least 1.

    Returns:
        (height, width, channels).

    Raises:
        SpecError: no gradient reaches the pixels.
    """
    gradients = compiled(what.model, what.shape, "pixel gradients", _pixel_gradients, CLASS)
    total = np.zeros(what.shape)
    for batch in batches(what.model, images):
        total += gradients(batch, np.int32(what.verdict.class_index)).numpy().sum(axis=0, dtype=np.float64)
    return total


def _pixel_gradients(model: keras.Model, images: tf.Tensor, class_index: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        _, score = choose(class_scores(pass_through(model, images)), class_index)
    gradients = tape.gradient(score, images)
    if gradients is None:
        raise SpecError(
            f"the model {model.name} turns its input into whole numbers, so no gradient reaches the pixels; use "
            "Grad-CAM or occlusion"
        )
    return gradients
