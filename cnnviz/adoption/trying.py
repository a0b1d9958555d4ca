"""Trying the ways to scale pixels on training images, where a data set has a network's classes.

The test images are left for the measurement: what was chosen on them would look better there than it is.
"""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from cnnviz.adoption.foreign import Foreign
from cnnviz.adoption.rebuilding import Meaning, rebuild
from cnnviz.adoption.scaling import Scaling, guessed_scaling, scalings_for, spread
from cnnviz.data import load_dataset, prepare
from cnnviz.inference import Classifier
from cnnviz.runs import Run

__all__ = ["best", "tried"]

_TRIED = 512  # images on which each scaling is tried, fewer of a large network
_LEAST_TRIED = 32
_AFFORDED = 2e12  # products with weights that trying all scalings may take

OnProgress = Callable[[float], None]


def tried(
    run: Run,
    foreign: Foreign,
    network: keras.Model,
    meaning: Meaning,
    home: str | Path | None,
    on_progress: OnProgress,
) -> tuple[dict[str, float], int]:
    """Measure each scaling on some of the training images; the accuracies, and on how many images."""
    every = run.spec.data.changed(validation=0, train_images=None)
    train = prepare(load_dataset(run.spec.data.name, home or run.home), every, run.spec.train.seed).train
    scalings = scalings_for(foreign)
    products = run.spec.model.multiply_adds * len(scalings)
    some = spread(train.labels, int(np.clip(_AFFORDED / max(products, 1), _LEAST_TRIED, _TRIED)))
    images, labels = train.images[some], train.labels[some]
    found: dict[str, float] = {}
    for number, one in enumerate(scalings):
        classifier = Classifier(rebuild(foreign, one, meaning, network), run.spec.data.classes)
        given = images if images.shape[1:] == classifier.shape else list(images)
        found[one] = float((classifier.probabilities(given).argmax(1) == labels).mean())
        on_progress(0.5 * (number + 1) / len(scalings))
    return found, len(some)


def best(measured: dict[str, float], foreign: Foreign) -> Scaling:
    """The scaling that is right most often; the guess where others are no better."""
    guess = guessed_scaling(foreign).scaling
    return max(scalings_for(foreign), key=lambda one: (measured[one], one == guess))
