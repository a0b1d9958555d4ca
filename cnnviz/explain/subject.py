"""Subject: images, a class each, one model, checked; what every attribution method starts from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import DataError, SpecError
from cnnviz.explain.batching import batches
from cnnviz.explain.compiled import compiled
from cnnviz.explain.heatmap import Verdict
from cnnviz.explain.last_maps import LAST_MAPS
from cnnviz.explain.network import Images, Shape, find_layer, image_batch, image_shape
from cnnviz.explain.passage import pass_through
from cnnviz.explain.scores import HEADS, Head, choose, class_scores

__all__ = [
    "CLASSES",
    "Classes",
    "Said",
    "Subject",
    "asked",
    "asked_class",
    "class_given",
    "given_images",
    "gradient_sums",
    "scores_of",
    "subject",
    "verdict_of",
]

CLASSES = tf.TensorSpec([None], tf.int32)

Classes = int | Sequence[int | None] | NDArray[np.integer[Any]] | None
"""The class to explain: one for all images, or one an image; None stands for the predicted one."""

_MOST_CLASSES = 2**31 - 1
_TOGETHER = 256  # copies of images, such as noisy ones, that go through the network side by side


@dataclass(frozen=True, eq=False)
class Subject:
    """What is to be explained.

    Attributes:
        model: the network.
        images: (n, height, width, channels) float32.
        shape: (height, width, channels).
        verdicts: of each image, the class to explain and the network's present opinion of it.
        single: whether an image was given by itself, not a batch of one.
    """

    model: keras.Model
    images: Images
    shape: Shape
    verdicts: tuple[Verdict, ...]
    single: bool

    @property
    def classes(self) -> NDArray[np.int32]:
        """(n,) the classes to explain."""
        return np.array([verdict.class_index for verdict in self.verdicts], np.int32)


def subject(model: keras.Model, image: ArrayLike, class_index: Classes, layer: str | int | None = None) -> Subject:
    """Check a method's arguments and ask the network.

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels).
        class_index: the class to explain, or one for each image; None for the predicted one.
        layer: checked here even where the method has no use for it, so that a wrong link is told.

    Returns:
        The images as the model takes them, their classes, and what the network says of them.

    Raises:
        SpecError: a class or the layer does not exist, or the model is no classifier of images.
        DataError: the images do not fit the model.
    """
    if layer is not None and layer != LAST_MAPS:
        find_layer(model, layer)
    images, single = given_images(model, image)
    shape = image_shape(model, images)
    parts = [scores_of(model, part, shape) for part in batches(model, images)]
    logits, probabilities = (np.concatenate([part[number] for part in parts]) for number in (0, 1))
    found = parts[0][2]
    verdicts = tuple(
        verdict_of(logits[number], probabilities[number], given, found)
        for number, given in enumerate(class_given(class_index, len(images)))
    )
    return Subject(model, images, shape, verdicts, single)


def given_images(model: keras.Model, image: ArrayLike) -> tuple[Images, bool]:
    """Bring one image or several into the form a model takes.

    Args:
        model: any Keras model with one image input.
        image: (height, width, channels) uint8 or float in 0..255, or several (images, height, width, channels); a grey
            model also takes them without the last axis.

    Returns:
        (images, height, width, channels) float32, and whether an image was given by itself.

    Raises:
        DataError: another shape, no images, or values that are no finite numbers.
    """
    images = image_batch(model, image)
    if not len(images):
        raise DataError("no images were given to explain; give at least one")
    return images, np.shape(image) in (images.shape[1:], images.shape[1:3])


def class_given(class_index: Classes, count: int) -> list[Any]:
    """Return the class given for each of some images, not checked yet; None for the predicted one.

    Args:
        class_index: as given by a caller: one class for all, or one an image.
        count: how many images there are.

    Raises:
        SpecError: there are more or fewer classes than images.
    """
    if not isinstance(class_index, list | tuple | np.ndarray) or np.ndim(class_index) == 0:
        return [class_index] * count
    if len(class_index) != count:
        raise SpecError(
            f"{len(class_index)} classes were given for {count} images; give one class for all, or one for each image"
        )
    return list(class_index)


def asked_class(given: Any) -> int:
    """Return what a pass is asked for: the class, or -1 for the predicted one and for what is refused after it.

    Only the pass knows how many classes there are, so that a class is checked when it has come back.
    """
    is_number = isinstance(given, int | np.integer) and not isinstance(given, bool)
    return int(given) if is_number and 0 <= given < _MOST_CLASSES else -1


def _check_class(given: Any, classes: int) -> int:
    """Return a class's index, -1 for the predicted one."""
    if given is None:
        return -1
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise SpecError(f"the class was given as {given!r:.40}; give its index, 0 to {classes - 1}")
    if not 0 <= given < classes:
        raise SpecError(f"the class {given} does not exist; the model has the classes 0 to {classes - 1}")
    return int(given)


def verdict_of(logits: Images, probabilities: Images, given: Any, found: bool) -> Verdict:
    """Make the verdict of one image's scores.

    Args:
        logits: (classes,).
        probabilities: (classes,).
        given: the class to explain as a caller gave it; None for the predicted one.
        found: whether these are logits indeed.

    Raises:
        SpecError: there is no such class.
    """
    index, predicted = _check_class(given, len(logits)), int(np.argmax(logits))
    index = predicted if index < 0 else index
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


def gradient_sums(what: Subject, copies_of: Callable[[int], Images], copies: int) -> NDArray[np.float64]:
    """Add up the gradients of the class's score at the pixels of some copies of each image, in score a grey level.

    Args:
        what: the network, the images and their classes.
        copies_of: takes an image's number, gives (copies, height, width, channels) float32, such as noisy ones.
        copies: how many of each image, at least 1.

    Returns:
        (n, height, width, channels).

    Raises:
        SpecError: no gradient reaches the pixels.
    """
    gradients = compiled(what.model, what.shape, "pixel gradients", _pixel_gradients, CLASSES)
    total = np.zeros(what.images.shape)
    together = max(_TOGETHER // copies, 1)
    for start in range(0, len(total), together):
        numbers = range(start, min(start + together, len(total)))
        whose = np.repeat(numbers, copies)
        for batch in batches(what.model, np.concatenate([copies_of(number) for number in numbers])):
            mine, whose = whose[: len(batch)], whose[len(batch) :]
            found = gradients(batch, what.classes[mine]).numpy()
            for number in np.unique(mine):
                total[number] += found[mine == number].sum(axis=0, dtype=np.float64)
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
