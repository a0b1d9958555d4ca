"""Test images whose label the network doubts most: confident learning.

An image is suspect where the network is as sure of another class as it is on average of that class's own images. Its
predictions must be of images that it did not learn from, as those of test images are.

Source: Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in dataset labels".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.evaluation.judged import Judged, whole

__all__ = ["Suspects", "find_suspects"]


@dataclass(frozen=True, eq=False)
class Suspects:
    """Test images with a doubtful label, the most doubtful first.

    Attributes:
        indices: (k,) int64, their places in the test set.
        suggested: (k,) int64, the labels that the network believes in.
        doubt: (k,) float64 in [-1, 1], the suggested label's probability less that of the label it has.
    """

    indices: NDArray[np.int64]
    suggested: NDArray[np.int64]
    doubt: NDArray[np.float64]


def find_suspects(judged: Judged) -> Suspects:
    """Find the test images whose label the network doubts: those off the diagonal of the paper's confident joint.

    Args:
        judged: predictions with the probabilities of all classes.

    Raises:
        RunError: only the winning class's probability was kept.
    """
    probabilities = whole(judged)
    confident = probabilities >= _thresholds(probabilities, judged.labels)  # (n, classes)
    suggested = np.where(confident, probabilities, -1).argmax(axis=1)
    found = np.flatnonzero(confident.any(axis=1) & (suggested != judged.labels))
    doubt = probabilities[found, suggested[found]] - probabilities[found, judged.labels[found]]
    order = np.argsort(-doubt, kind="stable")
    return Suspects(found[order], suggested[found[order]], doubt[order])


def _thresholds(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(classes,) the mean probability of each class on its own images; of a class without any, above every one."""
    classes = probabilities.shape[1]
    own = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0]
    images = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, own, minlength=classes)
    return np.where(images > 0, sums / np.maximum(images, 1), np.inf)
