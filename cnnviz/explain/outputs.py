"""The end of a network: from logits to probabilities, step by step."""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.compiled import compiled
from cnnviz.explain.network import image_shape, one_image
from cnnviz.explain.passage import pass_through
from cnnviz.explain.scores import Head, class_scores

__all__ = ["OutputTerms", "output_terms"]

_HEADS: tuple[Head, ...] = ("softmax", "sigmoid", "linear")


@dataclass(frozen=True, eq=False)
class OutputTerms:
    """How logits become probabilities.

    softmax: exponentials are e^(logit - shift), total is their sum, a probability is one divided by the total.
    sigmoid: exponentials are e^(-logit), total is 1 + e^(-logit) for each, a probability is 1 / total; the
    probabilities of a single output are those of the classes 0 and 1.

    Attributes:
        head: "softmax" or "sigmoid"; a network that ends in logits counts as softmax, or sigmoid for one output.
        logits: (units,) float64.
        shift: the largest logit, taken off before the exponentials so that none overflows; 0 for a sigmoid.
        exponentials: (units,) float64.
        total: (1,) their sum for a softmax, (units,) for a sigmoid.
        probabilities: (classes,) float64 in [0, 1].
    """

    head: Head
    logits: NDArray[np.float64]
    shift: float
    exponentials: NDArray[np.float64]
    total: NDArray[np.float64]
    probabilities: NDArray[np.float64]


def output_terms(model: keras.Model, image: ArrayLike) -> OutputTerms:
    """Show how a network's logits become its probabilities on one image.

    Args:
        model: any Keras classifier of images.
        image: (height, width, channels) uint8 or float in 0..255.

    Returns:
        Logits, exponentials, their sum and the probabilities, all float64.

    Raises:
        SpecError: the model is no classifier, or its logits cannot be found.
        DataError: the image does not fit the model.
    """
    batch = one_image(model, image)
    units, kind = compiled(model, image_shape(model, batch), "units", _units)(batch)
    logits = units.numpy()[0].astype(np.float64)
    if int(kind) < 0:
        raise SpecError(
            f"the model {model.name} ends in something other than a softmax, a sigmoid or logits, so there is nothing "
            "to take apart; choose another model"
        )
    head = _HEADS[int(kind)]
    if head == "sigmoid" or len(logits) == 1:
        exponentials = np.exp(np.clip(-logits, -700, 700))
        total = 1 + exponentials
        each = 1 / total
        probabilities = np.array([1 - each[0], each[0]]) if len(each) == 1 else each
        return OutputTerms("sigmoid", logits, 0.0, exponentials, total, probabilities)
    shift = float(logits.max())
    exponentials = np.exp(logits - shift)
    sum_of_all = exponentials.sum(keepdims=True)
    return OutputTerms("softmax", logits, shift, exponentials, sum_of_all, exponentials / sum_of_all)


def _units(model: keras.Model, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    scores = class_scores(pass_through(model, images))
    return scores.units, tf.constant(_HEADS.index(scores.head) if scores.head in _HEADS else -1)
