"""A network's verdict inside a traced pass: logits where they can be had, and the probabilities they become.

The gradient of a probability vanishes where the network is sure, so explanations start from the logits: what goes into
the softmax or sigmoid at the end. What the outputs mean is read from the traced graph and from the answers themselves,
never from the name of the last layer, and it is decided here alone.
"""

import math
import weakref
from dataclasses import dataclass
from typing import Any, Literal, get_args

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.ending import Bounds, before_activation, bounds_of
from cnnviz.explain.network import fingerprint
from cnnviz.explain.passage import Passage
from cnnviz.explain.probing import answers_to, computes_in_halves, probe_images, single

__all__ = ["HEADS", "Head", "Scores", "choose", "class_scores"]

# How a network ends, by what its outputs mean:
#   softmax        the probabilities of classes that exclude each other, with their logits before it
#   sigmoid        probabilities each of its own: one for the second of two classes, several of independent classes
#   linear         logits
#   probabilities  those of classes that exclude each other, made in a way that has no logits, such as a mean
#   scores         numbers of another kind, which are taken for logits
Head = Literal["softmax", "sigmoid", "linear", "probabilities", "scores"]
HEADS: tuple[Head, ...] = get_args(Head)

_TINY = 1e-12
_SUM, _HALF_SUM = 1e-3, 2e-2  # by how much rounding moves a sum of probabilities from 1; in half precision
_BOUND = 1e-5  # by how much rounding passes a bound
_UNBOUNDED = (-math.inf, math.inf)


@dataclass(eq=False)
class Scores:
    """What the network says of each image, one column a class; a single output gets two columns.

    The logits order the classes as the probabilities do, whatever the head: for exclusive classes the probabilities
    are their softmax, for independent ones their sigmoid, for a single output u, with the logits (-u, u), its sigmoid.

    Attributes:
        logits: (n, classes) float32, the values explanations start from.
        probabilities: (n, classes) float32 in [0, 1].
        units: (n, units) float32, the logits as the network has them: one column for a single output.
        outputs: (n, units) float32, what the network gives as it is.
        head: what the outputs mean.
        exact: whether the logits are the network's own, not made of its probabilities.
    """

    logits: tf.Tensor
    probabilities: tf.Tensor
    units: tf.Tensor
    outputs: tf.Tensor
    head: Head
    exact: bool


def class_scores(passage: Passage) -> Scores:
    """Find a pass's logits and probabilities.

    Raises:
        SpecError: the model does not give one number a class.
    """
    output = single(passage.output)
    outputs = tf.cast(_as_rows(output), tf.float32)
    found = before_activation(output)
    head = found[0] if found else _judged(passage, output)
    if found and not (head == "softmax" and outputs.shape[-1] == 1):  # which says 1 of everything, whatever its logit
        units, exact = tf.cast(_as_rows(found[1]), tf.float32), True
    else:
        units, exact = _made_logits(outputs, head), head == "linear"
    probabilities = _probabilities(units, outputs, head, exact)
    if units.shape[-1] == 1:
        return Scores(_two(-units, units), _two(1 - probabilities, probabilities), units, outputs, head, exact)
    return Scores(units, probabilities, units, outputs, head, exact)


def _as_rows(output: tf.Tensor) -> tf.Tensor:
    """Bring outputs into the form (n, classes); maps of one pixel count as such."""
    shape = output.shape
    if shape.rank is None or shape.rank < 2 or any(side != 1 for side in shape[1:-1]) or not shape[-1]:
        raise SpecError(
            f"the model gives outputs of shape {tuple(shape[1:]) if shape.rank else '?'} an image, expected one number "
            "a class; choose a classifier"
        )
    return tf.reshape(output, [-1, shape[-1]])


def _made_logits(outputs: tf.Tensor, head: Head) -> tf.Tensor:
    """Return (n, units) logits of outputs that have none before them."""
    if head == "probabilities":
        return tf.math.log(tf.maximum(outputs, _TINY))
    if head in ("softmax", "sigmoid"):
        return tf.math.log(tf.maximum(outputs, _TINY)) - tf.math.log(tf.maximum(1 - outputs, _TINY))
    return outputs


def _probabilities(units: tf.Tensor, outputs: tf.Tensor, head: Head, exact: bool) -> tf.Tensor:
    """Return (n, units) probabilities; those of a single unit are of the second class."""
    if head != "scores" and not exact:
        return tf.clip_by_value(outputs, 0, 1)  # rounding may pass a bound
    return tf.sigmoid(units) if head == "sigmoid" or units.shape[-1] == 1 else tf.nn.softmax(units)


def _two(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    return tf.concat([first, second], 1)


def choose(scores: Scores, class_index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Pick each image's class and its score.

    Args:
        scores: of n images.
        class_index: () int32; negative for the class each image is predicted to be.

    Returns:
        (n,) int32 classes and (n,) float32 logits.
    """
    predicted = tf.argmax(scores.logits, 1, output_type=tf.int32)
    index = tf.where(class_index < 0, predicted, class_index)
    return index, tf.gather(scores.logits, index, batch_dims=1)


_heads: "weakref.WeakKeyDictionary[keras.Model, tuple[Any, Head]]" = weakref.WeakKeyDictionary()


def _judged(passage: Passage, output: tf.Tensor) -> Head:
    """Say what outputs mean that no softmax or sigmoid gives directly; images are sent through the model, once."""
    model, shape = passage.model, tuple(passage.images.shape[1:])
    key = (shape, fingerprint(model))
    kept = _heads.get(model)
    if kept is not None and kept[0] == key:
        return kept[1]
    with tf.init_scope():  # out of the trace
        said = answers_to(model, probe_images(shape))
    head = _meaning(said, bounds_of(output), _HALF_SUM if computes_in_halves(model) else _SUM)
    _heads[model] = (key, head)
    return head


def _meaning(answers: NDArray[np.float32], bounds: Bounds | None, tolerance: float) -> Head:
    answers = answers[np.isfinite(answers).all(axis=1)]  # pixels in a range it does not take may be too much for it
    several = len(answers) > 0 and answers.shape[1] > 1
    if several and answers.min() >= 0 and np.abs(answers.sum(axis=1) - 1).max() <= tolerance:
        return "probabilities"
    low, high = bounds or ((float(answers.min()), float(answers.max())) if len(answers) else _UNBOUNDED)
    if low >= -_BOUND and high <= 1 + _BOUND:
        return "sigmoid"
    return "linear" if bounds == _UNBOUNDED else "scores"
