"""The end of a network: from logits to probabilities, step by step."""

from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.errors import SpecError
from cnnviz.explain.network import image_shape, one_image
from cnnviz.explain.scores import Head
from cnnviz.explain.subject import asked

__all__ = ["OutputTerms", "output_terms"]


@dataclass(frozen=True, eq=False)
class OutputTerms:
    """How logits become probabilities.

    softmax: exponentials are e^(logit - shift), total is their sum, a probability is one divided by the total.
    sigmoid: exponentials are e^(-logit), total is 1 + e^(-logit) for each, a probability is 1 / total; the
    probabilities of a single output are those of the classes 0 and 1.

    Attributes:
        head: "softmax" or "sigmoid"; a network that ends in logits, or in numbers that are no probabilities and are
            taken for logits, counts as softmax, or sigmoid for one output.
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
        SpecError: the model is no classifier, or its probabilities are made of no logits.
        DataError: the image does not fit the model.
    """
    batch = one_image(model, image)
    said = asked(model, batch, image_shape(model, batch))
    if not said.exact and said.head != "scores":
        raise SpecError(
            f"the model {model.name} gives probabilities that no softmax or sigmoid makes of logits, so there is "
            "nothing to take apart; choose another model"
        )
    logits = said.units[0].astype(np.float64)
    if said.head == "sigmoid" or len(logits) == 1:
        exponentials = np.exp(np.clip(-logits, -700, 700))
        total = 1 + exponentials
        each = 1 / total
        probabilities = np.array([1 - each[0], each[0]]) if len(each) == 1 else each
        return OutputTerms("sigmoid", logits, 0.0, exponentials, total, probabilities)
    shift = float(logits.max())
    exponentials = np.exp(logits - shift)
    sum_of_all = exponentials.sum(keepdims=True)
    return OutputTerms("softmax", logits, shift, exponentials, sum_of_all, exponentials / sum_of_all)
